"""Photographs every page as people see it: python -m benchmarks.screenshots --out DIR [--data DESK].

    python -m benchmarks.screenshots --readme docs/images --data DATA     only the README's pictures, of that folder

Each tab, in both languages, light and dark, wide and narrow, on a desk of 200 labels; a text of 2,000 characters; what
a key opens; an empty database; the sign-in page. Knows the page as a browser does, and nothing behind it.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.desk import LONG_ITEM, make_desk, make_empty
from tests.browser import chromium
from tests.browser.conftest import ROOT, serving
from tests.browser.rooms import NARROW, TABS, WIDE, Look, go_to, settled

LABELS, ITEMS = 200, 1500
LOOKS = tuple(Look(*chosen) for chosen in product(("en", "zh"), ("light", "dark"), (WIDE, NARROW)))
PLAIN = tuple(look for look in LOOKS if look.scheme == "light")
README = (Look("en", "light", WIDE), Look("en", "dark", WIDE), Look("en", "light", NARROW))
PATIENCE_MS = 60_000


@dataclass(frozen=True)
class Studio:
    """A browser in front of a page, and the folder where the pictures go."""

    browser: Browser
    address: str
    out: Path

    @contextmanager
    def page(self, look: Look, path: str = "", *, newcomer: bool = False) -> Iterator[Page]:
        """Open the page as somebody with this look sees it."""
        context = self.browser.new_context(locale="en-US", **look.options)
        context.set_default_timeout(PATIENCE_MS)
        if not newcomer:
            context.add_init_script("localStorage.setItem('news-triage.tour', 'seen')")
        page = context.new_page()
        page.goto(f"{self.address}/{path}{'&' if '?' in path else '?'}lang={look.language}")
        yield page
        context.close()

    def keep(self, page: Page, name: str) -> None:
        """Take the picture."""
        settled(page) if page.locator("#tabs").count() else page.wait_for_load_state("networkidle")
        page.screenshot(path=self.out / f"{name}.png")
        print(f"{self.out / name}.png")

    def tabs(self, name: str, looks: tuple[Look, ...], state: str = "item") -> None:
        """Photograph every tab in every look."""
        for look in looks:
            with self.page(look) as page:
                page.locator(f".desk[data-state={state}]").wait_for()
                for tab in TABS:
                    go_to(page, tab)
                    self.keep(page, f"{name}{tab}-{look}")

    def opened(self, name: str, looks: tuple[Look, ...], act: Callable[[Page], object], path: str = "") -> None:
        """Photograph what something opens on the triage tab."""
        for look in looks:
            with self.page(look, path, newcomer=name == "tour") as page:
                page.locator(".desk[data-state=item]").wait_for()
                settled(page)
                act(page)
                self.keep(page, f"{name}-{look}")


def take_all(browser: Browser, data: Path | None, out: Path, work: Path) -> None:
    """Take all pictures, of a full desk and of an empty one, and of a desk with accounts."""
    full = data or work / "full"
    if data is None:
        make_desk(full, ITEMS, LABELS)
    with serving(full) as (address, _):
        studio = Studio(browser, address, out)
        studio.tabs("", LOOKS)
        studio.opened("long", PLAIN, lambda page: None, path=f"?item={LONG_ITEM}")
        studio.opened("picker", PLAIN, lambda page: page.keyboard.press("/"))
        studio.opened("help", PLAIN, lambda page: page.keyboard.press("?"))
        studio.opened("tour", PLAIN, lambda page: page.locator(".tour").wait_for())
    make_empty(work / "empty")
    with serving(work / "empty") as (address, _):
        Studio(browser, address, out).tabs("empty-", PLAIN, state="rest")
    command("user", "add", "li", "--data", work / "empty", typed="correct horse battery\n")
    with serving(work / "empty") as (address, _):
        studio = Studio(browser, address, out)
        for look in LOOKS:
            with studio.page(look, "sign-in") as page:
                studio.keep(page, f"sign-in-{look}")


def command(*words: object, typed: str = "") -> None:
    """Run a command of the app."""
    subprocess.run([sys.executable, "app.py", *map(str, words)], cwd=ROOT, input=typed, text=True, check=True)


def take_readme(browser: Browser, data: Path, out: Path) -> None:
    """Take the README's pictures: every tab once, triage also dark and narrow."""
    names = {"light-1280": "", "dark-1280": "-dark", "light-390": "-narrow"}
    with serving(data) as (address, _):
        studio = Studio(browser, address, out)
        for look in README:
            with studio.page(look) as page:
                _wait_for_neighbours(page)
                for tab in TABS if look == README[0] else ("triage",):
                    go_to(page, tab)
                    studio.keep(page, tab + names[f"{look.scheme}-{look.size['width']}"])


def _wait_for_neighbours(page: Page) -> None:
    """Look again until the labelled items are indexed, which takes seconds after a start."""
    while not page.locator(".desk[data-state=item] .near-text").count():
        page.wait_for_timeout(1000)
        page.reload()
        page.locator(".desk[data-state=item]").wait_for()
        settled(page)


def main() -> None:
    """Serve what is to be seen, and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a desk that `benchmarks.desk` made (default: a new one)")
    parser.add_argument("--out", type=Path, default=Path("data/screenshots"), help="where all pictures go")
    parser.add_argument("--readme", type=Path, metavar="DIR", help="take only the README's pictures, into DIR")
    options = parser.parse_args()
    out = options.readme or options.out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        if options.readme:
            data = options.data or Path(folder) / "full"
            if options.data is None:
                make_desk(data)
            take_readme(browser, data, out)
        else:
            take_all(browser, options.data, out, Path(folder))
        browser.close()


if __name__ == "__main__":
    main()

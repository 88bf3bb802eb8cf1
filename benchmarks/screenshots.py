"""Makes the README's pictures: python -m benchmarks.screenshots [--data DIR] [--output docs/images] [--language en].

Serves a data folder (a new one, filled by the first start, unless one is given), waits until all classifiers speak, and
photographs every tab. Knows the page as a browser does, and nothing behind it.
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser import chromium
from tests.browser.conftest import serving

TABS = ("triage", "disagreements", "retrain", "data")
WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
FIRST_TRAINING_MS = 600_000
SETTLE_MS = 1500


@dataclass(frozen=True)
class Shot:
    """One picture: which tab, how wide, in which colours."""

    name: str
    tab: str
    size: dict[str, int]
    scheme: str = "light"


SHOTS = (
    *(Shot(tab, tab, WIDE) for tab in TABS),
    Shot("triage-dark", "triage", WIDE, "dark"),
    Shot("triage-narrow", "triage", NARROW),
)


def take(browser: Browser, address: str, shot: Shot, output: Path, language: str) -> None:
    """Take one picture."""
    context = browser.new_context(viewport=shot.size, color_scheme=shot.scheme, locale="en-US")
    page = context.new_page()
    page.goto(f"{address}/?{urlencode({'lang': language})}")
    wait_for_classifiers(page)
    if shot.tab != "triage":
        page.locator(f"#tab-{shot.tab}-button").click()
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=output / f"{shot.name}.png")
    context.close()


def take_all(address: str, output: Path, language: str) -> None:
    """Take all pictures of a page that is being served."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        for shot in SHOTS:
            take(browser, address, shot, output, language)
        browser.close()


def wait_for_classifiers(page: Page) -> None:
    """Wait until an item is shown with its neighbours and no classifier is silent."""
    page.locator(".desk[data-state=item]").wait_for(timeout=FIRST_TRAINING_MS)
    page.wait_for_function(
        "document.querySelector('.matrix-head') && !document.querySelector('.matrix-head .silent')",
        timeout=FIRST_TRAINING_MS,
    )
    page.locator(".neighbours li").first.wait_for(timeout=FIRST_TRAINING_MS)


def main() -> None:
    """Serve, and take all pictures."""
    parser = argparse.ArgumentParser(description="Make the README's pictures.")
    parser.add_argument("--data", type=Path, help="a data folder with live versions (default: a new one)")
    parser.add_argument("--output", type=Path, default=Path("docs/images"))
    parser.add_argument("--language", default="en")
    options = parser.parse_args()
    options.output.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as fresh, serving(options.data or Path(fresh)) as (address, _):
        take_all(address, options.output, options.language)


if __name__ == "__main__":
    main()

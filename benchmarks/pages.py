"""How fast do the pages feel? A real Chromium in front of a real server, every figure beside its bar.

    python -m benchmarks.pages [--data DIR] [--wide DIR] [--items 300] [--cold]

DIR are desks that `benchmarks.desk` has made, with 12,000 items and 65 labels, and with 200 labels; they are copied,
and made anew where none is named. All times are taken inside the page by `performance.now()`, from the moment that the
browser received the key or the change. Painted means two animation frames after the DOM showed the news, which alone
are 17 to 33 ms; the picker's list, whose bar is as short as that, is timed until it stands in the DOM with its layout.
"""

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks.desk import make_desk
from tests.browser import chromium
from tests.browser.conftest import serving

WIDE_LABELS, WIDE_ITEMS = 200, 600
COLD_VISITS = 5
ITEMS = 300
WINDOW = 50
READING_MS = 250
"""Between two decisions; nobody reads faster, and nobody waits for the page to be ready for the next one."""
TYPED = ("股权", "zhiya", "业绩", "recall", "公告", "y", "召", "海外")
PATIENCE_MS = 60_000

STOPWATCH = """
window.stopwatch = { times: [], ready: null };
stopwatch.frames = (act) => requestAnimationFrame(() => requestAnimationFrame(act));
stopwatch.shown = () => document.querySelector(".desk[data-state=item] .item .text");
new MutationObserver((_, watcher) => {
  if (!stopwatch.shown()) return;
  watcher.disconnect();
  stopwatch.frames(() => { stopwatch.ready = performance.now(); });
}).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-state"] });

// From an event to what it brings: `arrived` tells, at every change of the DOM, whether it is there.
stopwatch.time = (selector, type, arrived, painted) => {
  const { signal, abort } = new AbortController();
  stopwatch.stop?.();
  let began = null;
  const begin = (event) => { if (event.target.matches?.(selector)) began ??= event.timeStamp; };
  document.addEventListener(type, begin, true);
  const watcher = new MutationObserver(() => {
    if (began == null || !arrived()) return;
    const since = began;
    began = null;
    const note = () => stopwatch.times.push(performance.now() - since);
    painted ? stopwatch.frames(note) : note();
  });
  watcher.observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
  stopwatch.stop = () => { watcher.disconnect(); document.removeEventListener(type, begin, true); };
};
"""
NEXT_ITEM = """() => {
  let before = location.search;
  stopwatch.time("*", "keydown", () => {
    if (location.search === before || !stopwatch.shown()) return false;
    before = location.search;
    return true;
  }, true);
}"""
FILTERED_ITEM = """() => {
  let before = document.querySelector(".desk .item .text").firstChild;
  stopwatch.time("select", "change", () => {
    const now = document.querySelector(".desk .item .text")?.firstChild;
    if (now === before) return false;
    before = now;
    return true;
  }, true);
}"""
FILTERED_TABLE = """() => {
  const row = () => document.querySelector("#view-disagreements table.rows tbody tr");
  let before = row();
  stopwatch.time("select", "change", () => {
    if (!row() || row() === before) return false;
    before = row();
    return true;
  }, true);
}"""
LISTED = """() => stopwatch.time(".picker input", "input", () => {
  const list = document.querySelector(".picker [role=listbox]");
  return list.getBoundingClientRect().height > 0;
}, false)"""


@dataclass(frozen=True)
class Figure:
    """One measured value beside its bar; lower is better."""

    what: str
    value: float
    bar: float
    unit: str = "ms"

    def __str__(self) -> str:
        verdict = "" if self.value <= self.bar else "   MISSED"
        return f"{self.what:58}{self.value:9.2f} {self.unit:3} bar {self.bar:9.2f}{verdict}"


def measure_cold(browser: Browser, address: str) -> Iterator[Figure]:
    """Visit the page with empty caches."""
    times = []
    for _ in range(COLD_VISITS):
        with opened(browser, address) as page:
            times.append(page.evaluate("stopwatch.ready"))
    yield Figure(f"first page ready, cold, median of {COLD_VISITS}", median(times), 1500)


def measure_items(page: Page, items: int) -> Iterator[Figure]:
    """Decide one item after the other; the first few only warm up."""
    for _ in range(5):
        decide(page)
    page.evaluate(NEXT_ITEM)
    heap = heap_of(page)
    times = [decide(page) for _ in range(items)]
    yield Figure("Enter to the next item painted, median", median(times), 60)
    yield Figure("Enter to the next item painted, p95", percentile(times, 95), 120)
    first, last = median(times[:WINDOW]), median(times[-WINDOW:])
    yield Figure(f"the last {WINDOW} of {items} against the first {WINDOW}", last / first, 1.10, "x")
    yield Figure(f"the page's heap after {items} items against before", heap_of(page) / heap, 1.5, "x")


def decide(page: Page) -> float:
    """Press Enter and wait for the next item; return how long it took, 0 while nothing is timed."""
    before = page.evaluate("[location.search, stopwatch.times.length, !!stopwatch.stop]")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "([search, count, timed]) => location.search !== search && (!timed || stopwatch.times.length > count)",
        arg=before,
        timeout=PATIENCE_MS,
    )
    page.wait_for_timeout(READING_MS)
    return page.evaluate("stopwatch.times.at(-1) ?? 0")


def measure_filters(page: Page) -> Iterator[Figure]:
    """Change the queue's filter, then the dashboard's."""
    values = ("agree", "bert_alone", "llm_head_alone", "prompt_alone", "all_differ", "")
    page.evaluate(FILTERED_ITEM)
    triage = choose(page, "#view-triage", values)
    yield Figure("filter change to the first item, median", median(triage), 250)
    page.locator("#tab-disagreements-button").click()
    page.locator("#view-disagreements table.rows tbody tr").first.wait_for(timeout=PATIENCE_MS)
    page.evaluate(FILTERED_TABLE)
    yield Figure(
        "filter change to the first page of the table, median", median(choose(page, "#view-disagreements", values)), 250
    )


def choose(page: Page, view: str, values: Sequence[str]) -> list[float]:
    """Choose one kind of disagreement after the other; return how long each took."""
    control = page.locator(f"{view} select[aria-label='Kind of disagreement']").first
    page.evaluate("stopwatch.times = []")
    for count, value in enumerate(values):
        control.select_option(value)
        page.wait_for_function("(count) => stopwatch.times.length > count", arg=count, timeout=PATIENCE_MS)
        page.wait_for_timeout(READING_MS)
    return page.evaluate("stopwatch.times")


def measure_picker(page: Page) -> Iterator[Figure]:
    """Type words into the label picker."""
    page.keyboard.press("/")
    page.evaluate("stopwatch.times = []")
    page.evaluate(LISTED)
    for word in TYPED:
        for letter in word:
            count = page.evaluate("stopwatch.times.length")
            # What no keyboard has comes as an input method brings it.
            page.keyboard.press(letter) if letter.isascii() else page.keyboard.insert_text(letter)
            page.wait_for_function("(count) => stopwatch.times.length > count", arg=count, timeout=PATIENCE_MS)
        page.locator(".picker input").first.fill("")
    times = page.evaluate("stopwatch.times")
    yield Figure(f"picker, keystroke to list, {WIDE_LABELS} labels, p95", percentile(times, 95), 30)


def percentile(times: Sequence[float], share: int) -> float:
    """Return a percentile of a few values."""
    return quantiles(times, n=100, method="inclusive")[share - 1]


def heap_of(page: Page) -> float:
    """Return the bytes of the page's heap that are in use after a collection."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    used = session.send("Runtime.getHeapUsage")["usedSize"]
    session.detach()
    return used


@contextmanager
def opened(browser: Browser, address: str) -> Iterator[Page]:
    """Open the page in a browser that has never seen it, and wait for the first item."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
    context.add_init_script("localStorage.setItem('news-triage.tour', 'seen');" + STOPWATCH)
    page = context.new_page()
    page.goto(address)
    page.wait_for_function("stopwatch.ready", timeout=PATIENCE_MS)
    yield page
    context.close()


@contextmanager
def desk(made: Path | None, items: int, labels: int) -> Iterator[Path]:
    """Hand out a copy of a desk, or a new one."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        shutil.copytree(made, data) if made else make_desk(data, items, labels)
        yield data


def main() -> None:
    """Measure everything; the exit status says whether every bar is met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="a desk of 12,000 items and 65 labels")
    parser.add_argument("--wide", type=Path, help="a desk of 200 labels")
    parser.add_argument("--items", type=int, default=ITEMS, help="how many are decided in a row")
    parser.add_argument("--cold", action="store_true", help="measure the first page alone")
    options = parser.parse_args()
    missed = 0
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=chromium.FLAGS)
        for figure in measure_all(browser, options):
            print(figure, flush=True)
            missed += figure.value > figure.bar
        browser.close()
    sys.exit(1 if missed else 0)


def measure_all(browser: Browser, options: argparse.Namespace) -> Iterator[Figure]:
    """Measure on both desks."""
    with desk(options.data, 12_000, 65) as data, serving(data) as (address, _):
        yield from measure_cold(browser, address)
        if options.cold:
            return
        with opened(browser, address) as page:
            yield from measure_items(page, options.items)
            yield from measure_filters(page)
    with (
        desk(options.wide, WIDE_ITEMS, WIDE_LABELS) as data,
        serving(data) as (address, _),
        opened(browser, address) as page,
    ):
        yield from measure_picker(page)


if __name__ == "__main__":
    main()

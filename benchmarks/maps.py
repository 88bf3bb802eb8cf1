"""How fast does the server answer the disagreements page? Each question beside its bar, and the CSV's pace and memory.

    python -m benchmarks.maps [--data DIR] [--items 12000]

DIR is a desk that `benchmarks.desk` has made; without it one is made. Before anything is timed, the numbers of every
map are held against the lengths of the lists that their cells lead to. The bar is that of `benchmarks/pages.py` for a
changed filter, of which the browser needs a part to paint it.
"""

import argparse
import os
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from benchmarks.desk import ITEMS, make_desk
from classifier.profiles import PROFILES
from workflow.disagreement_csv import NEIGHBOURS
from workflow.disagreements import Disagreements
from workflow.use_cases import build
from workflow.views import QueueFilter

BAR_MS = 250
ROUNDS = 9
CHECKED = 3
"""Labels and pairs whose lists are counted; the most contested ones."""
ALL = QueueFilter(state="")


@dataclass(frozen=True)
class Question:
    """What the page asks, and how."""

    name: str
    ask: Callable[[], object]


def questions(desk: Disagreements, last: int) -> list[Question]:
    """Return everything that a change of the filter may ask."""
    cell = QueueFilter(
        state="", classifier="bert", stance="alone", label=desk.stances(ALL, "classifiers").rows[0].label
    )
    pair = desk.pairs(ALL, "bert", "prompt").pairs[0]
    instead = QueueFilter(
        state="",
        classifier="bert",
        stance="instead",
        rival="prompt",
        label=pair.label,
        rival_label=pair.rival_label,
    )
    return [
        Question("first page of the list", lambda: desk.page(ALL, 25)),
        Question("last page of the list", lambda: desk.page(ALL, 25, last)),
        Question("first page of a cell", lambda: desk.page(cell, 25)),
        Question("first page of a pair", lambda: desk.page(instead, 25)),
        Question("map of kinds and bands", lambda: desk.counts(ALL)),
        Question("map of labels, against people", lambda: desk.stances(ALL, "people")),
        Question("map of labels, against the others", lambda: desk.stances(ALL, "classifiers")),
        Question("map of pairs", lambda: desk.pairs(ALL, "bert", "prompt")),
    ]


def cells(desk: Disagreements) -> Iterator[tuple[QueueFilter, int]]:
    """Return cells of the maps of labels and of pairs with their numbers."""
    for against in ("people", "classifiers"):
        for row in desk.stances(ALL, against).rows[:CHECKED]:
            for classifier, counts in row.counts.items():
                for stance, count in counts.items():
                    yield QueueFilter(state="", classifier=classifier, stance=stance, label=row.label), count
    for pair in desk.pairs(ALL, "bert", "prompt").pairs[:CHECKED]:
        says = {"classifier": "bert", "stance": "instead", "rival": "prompt"}
        yield QueueFilter(state="", **says, label=pair.label, rival_label=pair.rival_label), pair.count


def measure(desk: Disagreements) -> bool:
    """Print every figure beside its bar; return whether all were kept."""
    total = desk.page(ALL, 1)[1]
    wrong = [chosen for chosen, count in cells(desk) if desk.page(chosen, 1)[1] != count]
    say(f"cells whose number is not the length of their list: {len(wrong)}")
    kept = not wrong
    for question in questions(desk, max(0, total - 25)):
        times = [_timed(question.ask) for _ in range(ROUNDS)]
        kept &= median(times) <= BAR_MS
        say(f"{question.name:36}{median(times):7.0f} ms, slowest {max(times):5.0f}   bar {BAR_MS} ms")
    _measure_export(desk)
    return kept


def say(line: str) -> None:
    """Print a line at once."""
    print(line, flush=True)


def _timed(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return 1000 * (time.perf_counter() - began)


def _measure_export(desk: Disagreements) -> None:
    columns = [name for name in desk.columns if name != NEIGHBOURS]
    with Path(os.devnull).open("w") as nowhere:
        began = time.perf_counter()
        rows = desk.export(ALL, nowhere, columns)
        seconds = time.perf_counter() - began
        tracemalloc.start()
        desk.export(ALL, nowhere, columns)
        peak = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
    say(f"CSV without neighbours: {rows:,} rows in {seconds:.1f} s, {rows / seconds:,.0f} a second, peak {peak:.0f} MB")


def main() -> int:
    """Open a desk, or make one, and measure."""
    parser = argparse.ArgumentParser(description="Measure what the disagreements page asks the server.")
    parser.add_argument("--data", type=Path, help="a desk of benchmarks.desk (default: a new one)")
    parser.add_argument("--items", type=int, default=ITEMS)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = options.data or Path(folder) / "desk"
        if options.data is None:
            make_desk(data, options.items)
        cases = build(data, None, PROFILES["starter"])
        try:
            return 0 if measure(cases.disagreements) else 1
        finally:
            cases.database.close()


if __name__ == "__main__":
    sys.exit(main())

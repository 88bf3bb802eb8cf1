"""A bake-off's table as CSV and as Markdown: what leaves the app, the same columns in both. Knows no page."""

import csv
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TextIO

from classifier.bootstrap import MEASURES
from workflow.bakeoff.bake_offs import BakeOffView
from workflow.bakeoff.costs import Costs
from workflow.bakeoff.table import Measured, Row
from workflow.csv_safe import safe_row

UNKNOWN = Measured(None)
MEGABYTE = 1024 * 1024
COSTS = tuple(Costs.__dataclass_fields__)[1:]
NAMES = ("run", "classifier", "recipe", "amount", "seed", "state", "why")
HEADER = (
    *NAMES,
    "version",
    *(f"{measure}{end}" for measure in MEASURES for end in ("", "_low", "_high")),
    "micro_f1_against_reference",
    "p",
    *COSTS,
    "disk",
)
MARKDOWN: dict[str, Callable[[Row], str]] = {
    "recipe": lambda row: f"`{row.recipe}`",
    "data": lambda row: row.amount,
    "seed": lambda row: str(row.seed),
    "micro-F1": lambda row: _with_interval(row.measures.get("micro_f1", UNKNOWN)),
    "macro-F1": lambda row: _with_interval(row.measures.get("macro_f1", UNKNOWN)),
    "weighted": lambda row: _short(row.measures.get("weighted_f1", UNKNOWN).value),
    "few-shot": lambda row: _with_interval(row.measures.get("few_shot_f1", UNKNOWN)),
    "p": lambda row: "" if row.against is None else _p(row.against.p),
    "training": lambda row: "" if row.costs is None else f"{row.costs.seconds:,.0f} s",
    "items/s": lambda row: "" if row.costs is None else f"{row.costs.items_per_second:,.0f}",
    "memory": lambda row: "" if row.costs is None else f"{row.costs.peak_memory / MEGABYTE:,.0f} MB",
    "trained": lambda row: _count(row.costs and row.costs.trained_parameters),
    "weights": lambda row: _count(row.costs and row.costs.parameters),
    "disk": lambda row: "" if row.disk is None else f"{row.disk / MEGABYTE:,.1f} MB",
    "per 1,000": lambda row: "" if row.costs is None or row.costs.price is None else f"{row.costs.price:.4f}",
}


def write_csv(view: BakeOffView, stream: TextIO) -> int:
    """Write a row a run, numbers in full; return how many."""
    writer = csv.writer(stream)
    writer.writerow(HEADER)
    writer.writerows(safe_row(_cells(row)) for row in view.rows)
    return len(view.rows)


def write_markdown(view: BakeOffView, stream: TextIO) -> int:
    """Write the table for people, the recommendation below it; return how many rows it has."""
    priced = any(row.costs is not None and row.costs.price is not None for row in view.rows)
    columns = [name for name in MARKDOWN if priced or name != "per 1,000"]
    stream.write(_line(columns))
    stream.write(_line(["---"] * len(columns)))
    for row in view.rows:
        told = [MARKDOWN[name](row) for name in columns]
        stream.write(
            _line(told if row.state == "done" else [*told[:3], f"{row.state}: {row.why}".rstrip(": "), *told[4:]])
        )
    stream.write("".join(f"\n- {advice.why}" for advice in view.advice) + "\n" * bool(view.advice))
    return len(view.rows)


def _cells(row: Row) -> Iterable[Any]:
    yield from (getattr(row, name) for name in NAMES)
    yield row.number
    for measure in MEASURES:
        found = row.measures.get(measure, UNKNOWN)
        yield from (found.value, found.low, found.high)
    yield from (None, None) if row.against is None else (row.against.difference.value, row.against.p)
    yield from (getattr(row.costs, name, None) for name in COSTS)
    yield row.disk


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def _with_interval(found: Measured) -> str:
    if found.value is None or found.low is None or found.high is None:
        return _short(found.value)
    return f"{found.value:.3f} ({found.low:.3f}-{found.high:.3f})"


def _short(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"


def _count(number: int | None) -> str:
    return "" if number is None else f"{number / 1e6:,.2f} M"

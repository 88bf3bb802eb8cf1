"""A measured value beside its bar, and the file that keeps the last ones. Measures nothing."""

import os
import platform
import re
import sqlite3
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median, quantiles

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"
LIBRARIES = ("gradio", "sqlalchemy", "torch", "transformers", "usearch")
HEADER = """# What was measured last

Written by `python -m benchmarks.bench`; a part keeps what it was when only others are measured anew. Every part says
when and on what it was measured. Where a bar is missed, a line below the table says why, as far as it is known.
"""
COLUMNS = "| figure | measured | spread | bar | |\n|---|---|---|---|---|\n"


@dataclass(frozen=True)
class Figure:
    """One measured value beside its bar, None where it has none; lower is better unless it says otherwise."""

    what: str
    value: float
    bar: float | None = None
    unit: str = "ms"
    spread: str = ""
    is_rate: bool = False

    @property
    def is_met(self) -> bool:
        """Tell whether the bar is met; what has none cannot be missed."""
        return self.bar is None or (self.value >= self.bar if self.is_rate else self.value <= self.bar)

    def __str__(self) -> str:
        bar = "" if self.bar is None else f"bar {self.bar:9.2f}"
        verdict = "" if self.is_met else "   MISSED"
        return f"{self.what:72}{self.value:10.2f} {self.unit:5} {bar} {self.spread}{verdict}"

    @property
    def row(self) -> str:
        """The line of the table."""
        bar = "" if self.bar is None else f"{self.bar:g} {self.unit}"
        verdict = "" if self.bar is None else "met" if self.is_met else "**missed**"
        return f"| {self.what} | {self.value:.4g} {self.unit} | {self.spread} | {bar} | {verdict} |\n"


def timed(what: str, seconds: Sequence[float], bar: float | None) -> Figure:
    """Return the median of times as milliseconds; the spread is the 5th and the 95th percentile."""
    low, high = (percentile(seconds, share) * 1000 for share in (5, 95))
    return Figure(what, median(seconds) * 1000, bar, spread=f"{low:.1f} to {high:.1f} ms, n = {len(seconds)}")


def percentile(values: Sequence[float], share: int) -> float:
    """Return a percentile of at least two values."""
    return quantiles(values, n=100, method="inclusive")[share - 1]


def keep(
    part: str, figures: Sequence[Figure] = (), said: str = "", path: Path = RESULTS, *, is_whole: bool = True
) -> None:
    """Write the figures of one part into the file, or what another benchmark said, in place of its last ones.

    A line "Missed: …" below a part's table is kept until the whole part is measured and misses no bar: it says why
    one is missed, which only a person can.
    """
    written = path.read_text(encoding="utf-8") if path.exists() else HEADER
    head, *parts = re.split(r"^(?=## )", written, flags=re.MULTILINE)
    kept = {text.split("\n", 1)[0].removeprefix("## "): text for text in parts}
    table = COLUMNS + "".join(figure.row for figure in figures) if figures else ""
    is_missed = not is_whole or "MISSED" in said or not all(figure.is_met for figure in figures)
    why = re.findall(r"^Missed: .*\n", kept.get(part, ""), flags=re.MULTILINE) if is_missed else []
    quoted = "".join(f"    {line}\n" for line in said.splitlines())
    kept[part] = f"## {part}\n\n" + "\n".join([machine() + "\n", *filter(None, [table, quoted, *why])]) + "\n"
    path.write_text(head + "\n".join(text.rstrip("\n") + "\n" for text in kept.values()), encoding="utf-8")


def machine() -> str:
    """Say when and on what something is measured, in one line."""
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_processor()}, {os.cpu_count()} cores, {memory:.0f} GiB, "
        f"load {os.getloadavg()[0]:.1f}, {platform.system()}, Python {sys.version.split()[0]}, "
        f"SQLite {sqlite3.sqlite_version}, {libraries}."
    )


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())

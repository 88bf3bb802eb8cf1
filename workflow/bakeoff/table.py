"""A bake-off as one table: each run with its measures, their intervals, its costs and what it is worth beside others.

All rows are measured on the same gold items and the same resamples of them. Knows no page.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.bootstrap import Samples, holm, interval, measure, p_value, resamples
from classifier.rarity import band
from storage.tables import Job, Version
from workflow.bakeoff.answers import NAME, GoldSheet
from workflow.bakeoff.costs import Costs, costs_of
from workflow.bakeoff.plan import Run
from workflow.expected import REFERENCE
from workflow.version_files import is_there, version_directory


@dataclass(frozen=True)
class Measured:
    """A measure on gold with its 95 % interval over resampled gold items; None is unknown."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Against:
    """A row's micro-F1 less that of the reference on the same items; `p` is corrected for the number of rows (Holm)."""

    difference: Measured
    p: float


@dataclass(frozen=True)
class Row:
    """A run: `state` is waiting, done or failed, `why` why it failed, `number` that of its version, `disk` bytes."""

    run: int
    classifier: str
    recipe: str
    amount: str
    seed: int
    state: str = "waiting"
    why: str = ""
    version_id: int | None = None
    number: int | None = None
    status: str = ""
    promotable: bool = False
    measures: Mapping[str, Measured] = field(default_factory=dict)
    against: Against | None = None
    costs: Costs | None = None
    disk: int | None = None

    @property
    def is_reference(self) -> bool:
        """Tell whether the row is what the others are held against."""
        return self.classifier == REFERENCE


@dataclass(frozen=True)
class Table:
    """The rows in the order of their runs, with the samples behind them by run."""

    rows: tuple[Row, ...]
    samples: Mapping[int, Mapping[str, Samples]]

    @property
    def done(self) -> list[Row]:
        """Return the rows that are measured."""
        return [row for row in self.rows if row.state == "done"]


def make_table(data: Path, job: Job, runs: Sequence[Run], versions: Sequence[Version]) -> Table:
    """Return the table of a bake-off as far as it has come; `versions` are those that its job has made."""
    made = {costs.run: row for row in versions if (costs := costs_of(row))}
    failed: Mapping[str, str] = job.metrics.get("failed", {})
    samples = {number: found for number, row in made.items() if (found := _samples(data, row))}
    rows = [_row(data, run, made.get(run.number), failed.get(str(run.number), ""), samples) for run in runs]
    return Table(tuple(_against_reference(rows, samples)), samples)


def measured(samples: Samples) -> Measured:
    """Return a measure, or a difference, with its interval."""
    bounds = interval(samples)
    if bounds is None or np.isnan(samples[0]):
        return Measured(None)
    return Measured(float(samples[0]), *bounds)


def _row(data: Path, run: Run, made: Version | None, why: str, samples: Mapping[int, Mapping[str, Samples]]) -> Row:
    named: dict[str, Any] = {
        "run": run.number,
        "classifier": run.classifier,
        "recipe": run.name,
        "amount": run.amount,
        "seed": run.seed,
    }
    if made is None:
        return Row(**named, state="failed" if why else "waiting", why=why)
    return Row(
        **named,
        state="done",
        version_id=made.id,
        number=made.number,
        status=str(made.status),
        promotable=run.classifier != REFERENCE and is_there(data, made),
        measures={name: measured(found) for name, found in samples.get(run.number, {}).items()},
        costs=costs_of(made),
        disk=None if run.classifier == REFERENCE else _size(version_directory(data, made.classifier, made.id)),
    )


def _against_reference(rows: Sequence[Row], samples: Mapping[int, Mapping[str, Samples]]) -> list[Row]:
    """Hold each row against the reference that learned from the same items."""
    differences: dict[int, Samples] = {}
    for row in rows:
        reference = reference_of(row, rows)
        if reference is not None and not row.is_reference and {row.run, reference.run} <= samples.keys():
            differences[row.run] = samples[row.run]["micro_f1"] - samples[reference.run]["micro_f1"]
    known = {run: p for run, found in differences.items() if (p := p_value(found)) is not None}
    corrected = dict(zip(known, holm(list(known.values())), strict=True))
    return [
        replace(row, against=Against(measured(differences[row.run]), corrected[row.run]))
        if row.run in corrected
        else row
        for row in rows
    ]


def reference_of(row: Row, rows: Sequence[Row]) -> Row | None:
    """Return the reference that learned from the same items; on all items one serves every seed."""
    same = [one for one in rows if one.is_reference and one.amount == row.amount]
    return next((one for one in same if one.seed == row.seed), same[0] if same and row.amount == "all" else None)


def _samples(data: Path, row: Version) -> Mapping[str, Samples] | None:
    directory = version_directory(data, row.classifier, row.id)
    return _drawn(directory) if (directory / NAME).exists() else None


@lru_cache(maxsize=1024)
def _drawn(directory: Path) -> Mapping[str, Samples]:
    """Measure what never changes any more on all resamples; every look at a table would do it again."""
    sheet = GoldSheet.read(directory)
    bands = [band(int(count)) for count in sheet.train_counts]
    return measure(sheet.proposed, sheet.targets, bands, _weights(len(sheet.targets)))


@lru_cache(maxsize=2)
def _weights(items: int) -> NDArray[np.float32]:
    return resamples(items)


def _size(directory: Path) -> int:
    """Return the bytes of a version's files, what it proposed on gold left out."""
    return sum(path.stat().st_size for path in directory.rglob("*") if path.is_file() and path.name != NAME)

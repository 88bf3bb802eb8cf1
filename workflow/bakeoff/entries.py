"""The entries of a bake-off, each a recipe on an amount of data with all its seeds: fronts, learning curves. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from classifier.bootstrap import MEASURES, Samples
from classifier.tradeoffs import pareto_front
from workflow.bakeoff.costs import Costs
from workflow.bakeoff.table import Measured, Row, Table, measured

SHOWN_COSTS: dict[str, Callable[[Costs], float | None]] = {
    "seconds": lambda costs: costs.seconds,
    "seconds_per_item": lambda costs: 1 / costs.items_per_second if costs.items_per_second else None,
    "peak_memory": lambda costs: costs.peak_memory,
    "trained_parameters": lambda costs: costs.trained_parameters,
    "price": lambda costs: costs.price,
}
"""What quality may be held against."""


@dataclass(frozen=True)
class Entry:
    """The means over the seeds of a recipe on an amount of data; `runs` are the rows behind it, `items` learned from.

    The intervals are those of the mean over resampled gold items. A cost that is not known of every seed is None.
    """

    recipe: str
    classifier: str
    amount: str
    runs: tuple[int, ...]
    items: float
    measures: Mapping[str, Measured]
    costs: Mapping[str, float | None]


@dataclass(frozen=True)
class Curve:
    """A recipe's entries over growing data, as places among all entries."""

    recipe: str
    places: tuple[int, ...]


@dataclass(frozen=True)
class Entries:
    """All entries with their samples, in the order of their first runs."""

    entries: tuple[Entry, ...]
    samples: tuple[Mapping[str, Samples], ...]

    def fronts(self) -> dict[str, dict[str, list[int]]]:
        """Return {measure: {cost: places of the entries that no other beats at both}}."""
        return {measure: {cost: self._front(measure, cost) for cost in SHOWN_COSTS} for measure in MEASURES}

    def _front(self, measure: str, cost: str) -> list[int]:
        known = [
            (place, entry.measures[measure].value, entry.costs[cost])
            for place, entry in enumerate(self.entries)
            if entry.measures[measure].value is not None and entry.costs[cost] is not None
        ]
        return [known[place][0] for place in pareto_front([(quality, spent) for _, quality, spent in known])]

    def curves(self) -> list[Curve]:
        """Return the learning curves of the recipes that were run on two amounts or more."""
        places: dict[str, list[int]] = {}
        for place in sorted(range(len(self.entries)), key=lambda place: self.entries[place].items):
            places.setdefault(self.entries[place].recipe, []).append(place)
        return [Curve(recipe, tuple(found)) for recipe, found in places.items() if len(found) > 1]


def make_entries(table: Table) -> Entries:
    """Put the measured rows of a table together by recipe and amount."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in table.done:
        if row.run in table.samples:
            groups.setdefault((row.recipe, row.amount), []).append(row)
    samples = [_mean_samples([table.samples[row.run] for row in rows]) for rows in groups.values()]
    entries = [_entry(rows, drawn) for rows, drawn in zip(groups.values(), samples, strict=True)]
    return Entries(tuple(entries), tuple(samples))


def _entry(rows: Sequence[Row], samples: Mapping[str, Samples]) -> Entry:
    costs = [row.costs for row in rows if row.costs is not None]
    return Entry(
        recipe=rows[0].recipe,
        classifier=rows[0].classifier,
        amount=rows[0].amount,
        runs=tuple(row.run for row in rows),
        items=float(np.mean([one.train_items for one in costs])),
        measures={name: measured(drawn) for name, drawn in samples.items()},
        costs={name: _mean([tell(one) for one in costs]) for name, tell in SHOWN_COSTS.items()},
    )


def _mean_samples(drawn: Sequence[Mapping[str, Samples]]) -> dict[str, Samples]:
    return {name: np.mean([one[name] for one in drawn], axis=0) for name in MEASURES}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if len(known) == len(values) else None

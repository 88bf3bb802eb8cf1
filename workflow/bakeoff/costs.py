"""What a run of a bake-off took, as it stands in its version's metrics. Knows no model."""

from dataclasses import dataclass

from classifier.options.changes import build
from storage.tables import Version

COSTS = "bake_off"
"""The key in a version's metrics under which its costs stand."""


@dataclass(frozen=True)
class Costs:
    """What a run took. Seconds are those of the training, items a second those of scoring validation and gold.

    Memory is in bytes, of the whole process; `price` is for 1,000 items at an endpoint, None without one.
    """

    run: int
    train_items: int
    seconds: float
    items_per_second: float
    peak_memory: int
    accelerator_memory: int
    trained_parameters: int | None
    parameters: int | None
    price: float | None


def costs_of(row: Version) -> Costs | None:
    """Return what a version took; None where no bake-off made it."""
    return build(Costs, row.metrics[COSTS]) if COSTS in row.metrics else None

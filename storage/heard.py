"""Who has been heard on an item, as one number: a bit for each classifier that has spoken, and one for the truth.

It is stored with the item's standing and with each of its claims, so that no count looks predictions up.
"""

from collections.abc import Iterable

from sqlalchemy import ColumnElement
from sqlalchemy.orm import InstrumentedAttribute

SPEAKERS = ("bert", "llm_head", "prompt")
TRUTH = "truth"
BITS = {name: 1 << place for place, name in enumerate((*SPEAKERS, TRUTH))}


def heard(names: Iterable[str]) -> int:
    """Return the number that says that these, of `SPEAKERS` and `TRUTH`, have been heard."""
    return sum(BITS[name] for name in set(names))


def has_heard(column: InstrumentedAttribute[int], *names: str) -> ColumnElement[bool]:
    """Return the condition that all of these have been heard."""
    wanted = heard(names)
    return column.bitwise_and(wanted) == wanted

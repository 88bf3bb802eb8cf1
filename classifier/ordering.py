"""Keys by which the queue is ordered: which item teaches most, which is least certain, which holds a rare label. Pure.

A label that all classifiers score half-way says little about the item: ordered by its single most ambiguous label, a
queue teaches less than a random one. What teaches is an item whose *best* label is unsure, with a bonus for rare
labels; `benchmarks/orders.py` measures it with a simulated analyst.
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import log
from typing import TypeVar

from classifier.rarity import TAIL

L = TypeVar("L", bound=Hashable)

RARITY_BONUS = 0.3
"""Added for a proposed label without any example; it fades to nothing at `TAIL` examples."""
DISAGREEMENT_BONUS = {"all_differ": 0.2, "models_vs_human": 0.2, "agree": 0.0}
"""Added for the kind of disagreement; `ALONE` for one classifier against two."""
ALONE = 0.1


@dataclass(frozen=True, slots=True)
class Keys:
    """An item's keys; the higher, the earlier it comes."""

    instructive: float
    uncertain: float
    rare: float


def keys(
    scores: Sequence[Mapping[L, float]],
    proposals: Mapping[str, frozenset[L] | None],
    train_counts: Mapping[L, int],
    kind: str,
) -> Keys:
    """Return an item's keys from the scores of those classifiers that spoke and from what they propose."""
    if not scores:
        return Keys(0.0, 0.0, 0.0)
    uncertain = least_confidence(scores)
    rare = rarity(frozenset[L]().union(*(labels for labels in proposals.values() if labels)), train_counts)
    bonus = RARITY_BONUS * rare + DISAGREEMENT_BONUS.get(kind, ALONE)
    return Keys(round(uncertain + bonus, 6), round(uncertain, 6), round(rare, 6))


def least_confidence(scores: Sequence[Mapping[L, float]]) -> float:
    """Return 1 minus the best label's mean score (0..1), after Lewis and Gale 1994 taken over several classifiers."""
    labels = set[L]().union(*scores)
    return 1.0 - max((sum(said.get(label, 0.0) for said in scores) / len(scores) for label in labels), default=0.0)


def rarity(proposed: frozenset[L], train_counts: Mapping[L, int]) -> float:
    """Return 1 for a proposed label without an example, falling logarithmically to 0 at `TAIL` examples."""
    if not proposed:
        return 0.0
    fewest = min(train_counts.get(label, 0) for label in proposed)
    return max(0.0, 1.0 - log(1 + fewest) / log(1 + TAIL))

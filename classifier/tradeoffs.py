"""Quality against cost: which choices nothing beats at both, and where two learning curves cross. Pure numbers."""

from collections.abc import Sequence
from itertools import pairwise
from math import exp, log

Curve = Sequence[tuple[float, float]]
"""(training items, measure), by ascending items."""


def pareto_front(points: Sequence[tuple[float, float]]) -> list[int]:
    """Return the places of those (quality, cost) that no other beats at one without losing at the other.

    They come by ascending cost; of equal points all are on the front.
    """
    front: list[int] = []
    for place in sorted(range(len(points)), key=lambda place: (points[place][1], -points[place][0])):
        best = points[front[-1]] if front else None
        if best is None or points[place][0] > best[0] or points[place] == best:
            front.append(place)
    return front


def crossing(small: Curve, large: Curve) -> float | None:
    """Return from how many items on the curve `large` stays above `small`; None where it never does or always did.

    Between two amounts that both curves have, both are taken as straight over the logarithm of the items, which is how
    learning curves are drawn.
    """
    other = dict(large)
    leads = [(items, other[items] - value) for items, value in small if items in other]
    for (left, before), (right, after) in reversed(list(pairwise(leads))):
        if after <= 0:
            return None
        if before <= 0:
            return exp(log(left) + (log(right) - log(left)) * before / (before - after))
    return None

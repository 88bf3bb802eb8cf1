"""What a bake-off's numbers say, in sentences made by rule. Pure: no sentence goes beyond a comparison of entries."""

from collections.abc import Iterator, Sequence

from classifier.bootstrap import interval
from classifier.tradeoffs import crossing
from workflow.bakeoff.entries import Curve, Entries
from workflow.expected import REFERENCE

MEASURE, RARE = "micro_f1", "few_shot_f1"
ENOUGH_GOLD = 0.1
"""An interval wider than this tells recipes apart only where they differ greatly."""


def advise(entries: Entries) -> list[str]:
    """Return sentences, the most important first; none before a recipe is measured."""
    places = _of_most_data(entries)
    recipes = [place for place in places if entries.entries[place].recipe != REFERENCE]
    if not recipes:
        return []
    best = max(recipes, key=lambda place: _value(entries, place, MEASURE))
    return [
        *_on_best(entries, recipes, best),
        *_on_reference(entries, places, recipes),
        *_on_rare_labels(entries, recipes, best),
        *_on_amounts(entries),
        *_on_certainty(entries, best),
    ]


def _of_most_data(entries: Entries) -> list[int]:
    """Return the entries of the greatest amount, of each recipe the one that learned from most."""
    known = [place for place, one in enumerate(entries.entries) if one.measures[MEASURE].value is not None]
    latest: dict[str, int] = {}
    for place in sorted(known, key=lambda place: entries.entries[place].items):
        latest[entries.entries[place].recipe] = place
    return list(latest.values())


def _on_best(entries: Entries, recipes: list[int], best: int) -> Iterator[str]:
    it = entries.entries[best]
    told = it.measures[MEASURE]
    yield f"Best recipe on gold: {it.recipe}, micro-F1 {told.value:.3f} ({told.low:.3f} to {told.high:.3f})."
    tied = [place for place in recipes if not _is_better(entries, best, place, MEASURE)]
    cheapest = min(tied, key=lambda place: entries.entries[place].costs["seconds"] or 0.0)
    if cheapest != best:
        other = entries.entries[cheapest]
        yield (
            f"Use {other.recipe}: its micro-F1 of {other.measures[MEASURE].value:.3f} is within the noise of the best, "
            f"and it is the cheapest of those, {_span(other.costs['seconds'])} of training instead of "
            f"{_span(it.costs['seconds'])}."
        )
    elif len(recipes) > 1:
        yield f"Use {it.recipe}: nothing cheaper comes within the noise of it."


def _on_reference(entries: Entries, places: list[int], recipes: list[int]) -> Iterator[str]:
    reference = next((place for place in places if place not in recipes), None)
    if reference is None:
        return
    better = [place for place in recipes if _is_better(entries, place, reference, MEASURE)]
    if better:
        yield f"{len(better)} of {len(recipes)} recipes beat the reference beyond the noise."
    else:
        yield "No recipe beats the reference beyond the noise; more labels may help more than another recipe."


def _on_rare_labels(entries: Entries, recipes: list[int], best: int) -> Iterator[str]:
    known = [place for place in recipes if entries.entries[place].measures[RARE].value is not None]
    if best not in known:
        return
    rarest = max(known, key=lambda place: _value(entries, place, RARE))
    if rarest != best and _is_better(entries, rarest, best, RARE):
        yield (
            f"Labels with few examples are found better by {entries.entries[rarest].recipe}: "
            f"F1 {_value(entries, rarest, RARE):.3f} instead of {_value(entries, best, RARE):.3f}."
        )


def _on_amounts(entries: Entries) -> Iterator[str]:
    """Tell from where on the recipe that leads in the end has overtaken the one that led before, both beyond noise."""
    curves = [curve for curve in entries.curves() if curve.recipe != REFERENCE]
    leaders = _leaders(entries, curves)
    if not leaders:
        return
    last = leaders[-1]
    before = next((one for one in reversed(leaders) if one.recipe != last.recipe), None)
    if before is None or not _overtakes(entries, before, last):
        return
    at = crossing(_points(entries, before), _points(entries, last))
    if at is not None:
        yield f"Below about {_rounded(at):,} labelled items use {before.recipe}, above that {last.recipe}."


def _leaders(entries: Entries, curves: Sequence[Curve]) -> list[Curve]:
    """Return the curve that leads at each number of items that all curves have, by growing data."""
    shared = set.intersection(*(set(dict(_points(entries, curve))) for curve in curves)) if len(curves) > 1 else set()
    return [max(curves, key=lambda curve: dict(_points(entries, curve))[items]) for items in sorted(shared)]


def _overtakes(entries: Entries, before: Curve, last: Curve) -> bool:
    pairs = [
        (one, other)
        for one in before.places
        for other in last.places
        if entries.entries[one].items == entries.entries[other].items
    ]
    led = any(_is_better(entries, one, other, MEASURE) for one, other in pairs)
    return led and _is_better(entries, pairs[-1][1], pairs[-1][0], MEASURE)


def _on_certainty(entries: Entries, best: int) -> Iterator[str]:
    it = entries.entries[best]
    told = it.measures[MEASURE]
    if told.low is not None and told.high is not None and told.high - told.low > ENOUGH_GOLD:
        yield "Gold is too small to tell close recipes apart; more gold items narrow the intervals."
    if len(it.runs) == 1:
        yield "Each recipe ran with one seed; a second seed shows how much of a difference is chance in training."


def _is_better(entries: Entries, one: int, other: int, measure: str) -> bool:
    """Tell whether the whole interval of the paired difference lies above zero."""
    bounds = interval(entries.samples[one][measure] - entries.samples[other][measure])
    return bounds is not None and bounds[0] > 0


def _value(entries: Entries, place: int, measure: str) -> float:
    value = entries.entries[place].measures[measure].value
    return -1.0 if value is None else value


def _points(entries: Entries, curve: Curve) -> list[tuple[float, float]]:
    return [(entries.entries[place].items, _value(entries, place, MEASURE)) for place in curve.places]


def _span(seconds: float | None) -> str:
    return "an unknown time" if seconds is None else f"{seconds:,.0f} s"


def _rounded(items: float) -> int:
    """Round to two digits; a crossing between two amounts is no sharper than that."""
    digits = len(str(int(items))) - 2
    return int(round(items, -digits)) if digits > 0 else round(items)

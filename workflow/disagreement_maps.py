"""The maps of the disagreements page: which label a classifier claims too often or too seldom, and what it mistakes.

Every number is the length of the list that the same filter with that cell's stance returns.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.orm import Session

from classifier.examples import CLASSIFIERS
from classifier.rarity import band
from storage import cells, labels, truths
from storage.stances import AGAINST
from workflow.errors import BadInput
from workflow.views import QueueFilter

Counts = dict[str, dict[str, int]]
"""Items by classifier, then by stance."""


@dataclass(frozen=True)
class StanceRow:
    """One label: its training items, their band, and on how many items each classifier takes which stance to it."""

    label: str
    train: int
    band: str
    counts: Counts


@dataclass(frozen=True)
class StanceMap:
    """Too much and too little, `stances` in that order, of `items` that could be measured; the most contested first."""

    against: str
    stances: tuple[str, str]
    items: int
    any_label: Counts
    rows: tuple[StanceRow, ...]


@dataclass(frozen=True)
class PairView:
    """On how many items one classifier says `label` where the other says `rival_label` instead; "" is nothing."""

    label: str
    rival_label: str
    count: int


@dataclass(frozen=True)
class PairList:
    """The most frequent pairs of two classifiers, and how many there are."""

    classifier: str
    rival: str
    pairs: tuple[PairView, ...]
    total: int


def stance_map(session: Session, chosen: QueueFilter, against: str) -> StanceMap:
    """Count the filter's items by label and by how each classifier stands to it."""
    if against not in AGAINST:
        raise BadInput(f"A classifier is measured against {' or '.join(AGAINST)}, not {against!r}.")
    counted = cells.count_by_stance(session, chosen, against)
    train = truths.count_by_label(session)
    rows = [
        StanceRow(row.name, train.get(row.id, 0), band(train.get(row.id, 0)), _by_classifier(counted.cells[row.id]))
        for row in labels.list_labels(session)
        if any(counted.cells.get(row.id, {}).values())
    ]
    rows.sort(key=lambda row: (-sum(sum(of_one.values()) for of_one in row.counts.values()), row.label))
    return StanceMap(against, AGAINST[against], counted.items, _by_classifier(counted.any_label), tuple(rows))


def pair_list(session: Session, chosen: QueueFilter, classifier: str, rival: str, limit: int) -> PairList:
    """Count the filter's items by what one classifier says where the other says something else."""
    _check_two(classifier, rival)
    names = {row.id: row.name for row in labels.list_labels(session)}
    counted = cells.count_pairs(session, chosen, classifier, rival)
    pairs = [
        PairView(names[mine] if mine else "", names[theirs] if theirs else "", count)
        for (mine, theirs), count in counted.items()
    ]
    pairs.sort(key=lambda pair: (-pair.count, pair.label, pair.rival_label))
    return PairList(classifier, rival, tuple(pairs[:limit]), len(pairs))


def _by_classifier(counts: Mapping[tuple[str, str], int]) -> Counts:
    found: Counts = {}
    for (classifier, stance), count in counts.items():
        found.setdefault(classifier, {})[stance] = count
    return found


def _check_two(*classifiers: str) -> None:
    if unknown := [name for name in classifiers if name not in CLASSIFIERS]:
        raise BadInput(f"There is no classifier {unknown[0]!r}; there are {', '.join(CLASSIFIERS)}.")
    if len(set(classifiers)) < len(classifiers):
        raise BadInput("A classifier never differs from itself; choose two.")

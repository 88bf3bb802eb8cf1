"""Counts for the maps of the disagreements page: each is the number of items that the same filter would list."""

from collections import Counter
from dataclasses import dataclass

from sqlalchemy import CTE, Select, and_, case, exists, func, null, select, union_all
from sqlalchemy.orm import Session, aliased

from storage.queue import QueueFilter, conditions
from storage.stances import AGAINST, SPEAKERS, Known, in_use, only, shows
from storage.tables import Claim, Standing

ONCE = "MATERIALIZED"
"""Has a database compute a part of a query once, although several parts read it."""


@dataclass(frozen=True, slots=True)
class StanceCounts:
    """Items by classifier and stance for any label; the same by label id; and all items that could be measured."""

    any_label: dict[tuple[str, str], int]
    cells: dict[int, dict[tuple[str, str], int]]
    items: int


def count_by_kind_and_band(session: Session, queue: QueueFilter) -> dict[tuple[str, str], int]:
    """Count the filter's items by kind of disagreement and rarity band."""
    # By state as well: that is the order of an index, so nothing has to be sorted.
    place = (Standing.state, Standing.kind, Standing.band)
    rows = session.execute(select(*place, func.count()).where(*conditions(session, queue)).group_by(*place))
    counts: Counter[tuple[str, str]] = Counter()
    for _, kind, band, count in rows:
        counts[kind, band] += count
    return dict(counts)


def count_by_stance(session: Session, queue: QueueFilter, against: str) -> StanceCounts:
    """Count the filter's items by label, classifier and stance towards it, against people or the other classifiers."""
    keys = [(classifier, stance) for classifier in SPEAKERS for stance in AGAINST[against]]
    items = _known_items(session, queue)
    known = Known(items.c.decided, {name: items.c[name] for name in SPEAKERS})
    names = ["_".join(key) for key in keys]
    shown = [case((shows(Claim, *key, known), 1), else_=0).label(name) for key, name in zip(keys, names, strict=True)]
    claims = (
        select(Claim.item_id, Claim.label_id, *shown)
        .join(items, items.c.item_id == Claim.item_id)
        .where(in_use(Claim))
        .cte("claims")
        .prefix_with(ONCE)
    )
    of_label = select(claims.c.label_id, *(func.sum(claims.c[name]) for name in names)).group_by(claims.c.label_id)
    of_item = select(*(func.max(claims.c[name]).label(name) for name in names)).group_by(claims.c.item_id).subquery()
    of_any = select(null(), *(func.coalesce(func.sum(of_item.c[name]), 0) for name in names))
    rows = session.execute(union_all(of_label, of_any))
    counts = {label_id: dict(zip(keys, numbers, strict=True)) for label_id, *numbers in rows}
    return StanceCounts(counts.pop(None), counts, _count_measured(session, queue, against))


def _known_items(session: Session, queue: QueueFilter) -> CTE:
    # Looked up once an item, not once a claim and stance.
    known = Known.of(Standing.item_id)
    facts = [known.decided.label("decided"), *(spoken.label(name) for name, spoken in known.spoken.items())]
    return select(Standing.item_id, *facts).where(*conditions(session, queue)).cte("items").prefix_with(ONCE)


def _count_measured(session: Session, queue: QueueFilter, against: str) -> int:
    known = Known.of(Standing.item_id)
    measured = [known.decided] if against == "people" else list(known.spoken.values())
    statement = select(func.count()).select_from(Standing).where(*conditions(session, queue), *measured)
    return session.scalar(statement) or 0


def count_pairs(
    session: Session, queue: QueueFilter, classifier: str, rival: str
) -> dict[tuple[int | None, int | None], int]:
    """Count the filter's items by what the one says where the other says something else; None is nothing.

    An item on which each says several labels that the other does not counts in each of their pairs.
    """
    mine, theirs = aliased(Claim), aliased(Claim)
    says_mine, says_theirs = only(mine, classifier, rival), only(theirs, rival, classifier)
    filtered = [*conditions(session, queue), *(Known.of(Standing.item_id).spoken[name] for name in (classifier, rival))]
    both: Select[tuple[int, int | None, int]] = (
        select(mine.label_id, theirs.label_id, func.count())
        .join(Standing, Standing.item_id == mine.item_id)
        .outerjoin(theirs, and_(theirs.item_id == mine.item_id, says_theirs))
        .where(says_mine, *filtered)
        .group_by(mine.label_id, theirs.label_id)
    )
    theirs_alone = (
        select(theirs.label_id, func.count())
        .join(Standing, Standing.item_id == theirs.item_id)
        .where(says_theirs, ~exists().where(mine.item_id == theirs.item_id, says_mine), *filtered)
        .group_by(theirs.label_id)
    )
    found: dict[tuple[int | None, int | None], int] = {(x, y): count for x, y, count in session.execute(both)}
    return found | {(None, y): count for y, count in session.execute(theirs_alone)}

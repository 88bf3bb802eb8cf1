"""Counts for the maps of the disagreements page: each is the number of items that the same filter would list."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from storage.heard import SPEAKERS, TRUTH, has_heard
from storage.queue import QueueFilter, conditions, tallied
from storage.stances import AGAINST, Claims, in_use, only, shows
from storage.tables import Claim, Standing, StandingCount


@dataclass(frozen=True, slots=True)
class StanceCounts:
    """Items by classifier and stance for any label; the same by label id; and all items that could be measured."""

    any_label: dict[tuple[str, str], int]
    cells: dict[int, dict[tuple[str, str], int]]
    items: int


def count_by_kind_and_band(session: Session, queue: QueueFilter) -> dict[tuple[str, str], int]:
    """Count the filter's items by kind of disagreement and rarity band."""
    if (kept := tallied(queue)) is not None:
        table, items, wanted = StandingCount, func.sum(StandingCount.items), kept
    else:
        table, items, wanted = Standing, func.count(), conditions(session, queue)
    place = (table.kind, table.band)
    rows = session.execute(select(*place, items).where(*wanted).group_by(*place))
    return {(kind, band): count for kind, band, count in rows}


def count_by_stance(session: Session, queue: QueueFilter, against: str) -> StanceCounts:
    """Count the filter's items by label, classifier and stance towards it, against people or the other classifiers."""
    keys = [(classifier, stance) for classifier in SPEAKERS for stance in AGAINST[against]]
    stances = [shows(Claim, *key) for key in keys]
    shown = [case((stance, 1), else_=0) for stance in stances]
    telling = (or_(*stances), in_use(Claim), *_filtered(session, queue, Claim))
    of_label = select(Claim.label_id, *map(func.sum, shown)).where(*telling).group_by(Claim.label_id)
    of_item = select(*map(func.max, shown)).where(*telling).group_by(Claim.item_id).subquery()
    of_any = session.execute(select(*(func.coalesce(func.sum(taken), 0) for taken in of_item.c))).one()
    counts = {label_id: dict(zip(keys, numbers, strict=True)) for label_id, *numbers in session.execute(of_label)}
    return StanceCounts(dict(zip(keys, of_any, strict=True)), counts, _count_measured(session, queue, against))


def _filtered(session: Session, queue: QueueFilter, claim: Claims) -> list[ColumnElement[bool]]:
    """Return the condition that a claim is on one of the filter's items; none where it lets all through."""
    wanted = conditions(session, queue)
    return [exists().where(Standing.item_id == claim.item_id, *wanted)] if wanted else []


def _count_measured(session: Session, queue: QueueFilter, against: str) -> int:
    measured = (TRUTH,) if against == "people" else SPEAKERS
    if (kept := tallied(queue)) is not None:
        of_them = select(func.sum(StandingCount.items)).where(*kept, has_heard(StandingCount.heard, *measured))
    else:
        wanted = conditions(session, queue)
        of_them = select(func.count()).select_from(Standing).where(*wanted, has_heard(Standing.heard, *measured))
    return session.scalar(of_them) or 0


def count_pairs(
    session: Session, queue: QueueFilter, classifier: str, rival: str
) -> dict[tuple[int | None, int | None], int]:
    """Count the filter's items by what the one says where the other says something else; None is nothing.

    An item on which each says several labels that the other does not counts in each of their pairs.
    """
    mine, theirs = aliased(Claim), aliased(Claim)
    says_mine, says_theirs = only(mine, classifier, rival), only(theirs, rival, classifier)
    both: Select[tuple[int, int | None, int]] = (
        select(mine.label_id, theirs.label_id, func.count())
        .outerjoin(theirs, and_(theirs.item_id == mine.item_id, says_theirs))
        .where(says_mine, has_heard(mine.heard, classifier, rival), *_filtered(session, queue, mine))
        .group_by(mine.label_id, theirs.label_id)
    )
    theirs_alone = (
        select(theirs.label_id, func.count())
        .where(says_theirs, has_heard(theirs.heard, classifier, rival), *_filtered(session, queue, theirs))
        .where(~exists().where(mine.item_id == theirs.item_id, says_mine))
        .group_by(theirs.label_id)
    )
    found: dict[tuple[int | None, int | None], int] = {(x, y): count for x, y, count in session.execute(both)}
    return found | {(None, y): count for y, count in session.execute(theirs_alone)}

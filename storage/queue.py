"""The queue: which items a filter lets through, in which order. One definition for triage, dashboard and export."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    Update,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage import search
from storage.plainly import run
from storage.stances import Stance
from storage.tables import Claim, Label, Standing, StandingCount

ORDERS: dict[str, tuple[InstrumentedAttribute[Any], bool]] = {
    "instructive": (Standing.instructive, True),
    "uncertain": (Standing.uncertain, True),
    "rare": (Standing.rare, True),
    "newest": (Standing.published_at, True),
    "random": (Standing.shuffle, False),
}
"""The column that each order reads, and whether its highest value comes first."""
STATES = ("open", "labelled", "skipped", "flagged")

NARROWING = ("state", "kind", "band", "source")
"""Columns of which a filter names the value; how many items have which is kept."""

LEASE = timedelta(minutes=10)
"""How long an item that was handed to one person is kept from the others."""


@dataclass(frozen=True)
class QueueFilter:
    """Which items, and in which order. Empty fields do not filter.

    `order` is one of `ORDERS`; `state` open, labelled, skipped, flagged, or "" for all; `label` is claimed by any
    classifier or by the truth; `text` finds any words, two-character Chinese ones too. `stance` says how `classifier`
    stands to `label`, one of `stances.STANCES`; `rival` and `rival_label` belong to the stance `instead`. `ids` are
    those of the only items that come into question, with commas between them.
    """

    order: str = "instructive"
    state: str = "open"
    label: str = ""
    kind: str = ""
    band: str = ""
    source: str = ""
    since: datetime | None = None
    until: datetime | None = None
    text: str = ""
    classifier: str = ""
    stance: str = ""
    rival: str = ""
    rival_label: str = ""
    ids: str = ""


def conditions(session: Session, queue: QueueFilter, *, in_order: bool = False) -> list[ColumnElement[bool]]:
    """Return what an item's standing must fulfil, `in_order` where only the first items of the order are wanted."""
    found = [*_alike(Standing, queue), *_dated(queue, in_order=in_order)]
    if queue.text.strip():
        if not in_order:
            # The words say best where to begin; without this the planner would begin at an index of the state.
            found = [_hidden(compared) for compared in found]
        found.append(search.matches(session, Standing.item_id, queue.text, one_by_one=in_order))
    if queue.label:
        claimed = select(Claim.item_id).join(Label).where(Label.name == queue.label)
        found.append(Standing.item_id.in_(claimed))
    if queue.stance:
        found.append(Stance(queue.classifier, queue.stance, queue.label, queue.rival, queue.rival_label).condition())
    if queue.ids:
        found.append(Standing.item_id.in_(map(int, queue.ids.split(","))))
    return found


def _alike(table: type[Standing | StandingCount], queue: QueueFilter) -> list[ColumnElement[bool]]:
    return [getattr(table, field) == value for field in NARROWING if (value := getattr(queue, field))]


def _dated(queue: QueueFilter, *, in_order: bool) -> list[ColumnElement[bool]]:
    date = Standing.published_at
    found = [date >= queue.since] if queue.since else []
    found += [date < queue.until] if queue.until else []
    if in_order and queue.order != "newest":
        # The planner would begin at the dates and then sort what may be nearly all items.
        return [_hidden(compared) for compared in found]
    # The index of dates begins with the state.
    return [Standing.state.in_(STATES), *found] if found and not (in_order or queue.state) else found


def _hidden(compared: ColumnElement[bool]) -> ColumnElement[bool]:
    """Return the same condition as no index can serve it."""
    return func.coalesce(compared, None).is_(True)


def ordered_ids(
    session: Session, queue: QueueFilter, *more: ColumnElement[bool]
) -> Select[tuple[int]] | CompoundSelect[tuple[int]]:
    """Return the query for the ids of the filter's items, in its order; `more` narrows the filter."""
    in_order = not search.are_rare(session, queue.text)
    return _ordered(queue, [*conditions(session, queue, in_order=in_order), *more], merged=in_order)


def _ordered(
    queue: QueueFilter, wanted: Sequence[ColumnElement[bool]], *, merged: bool = True
) -> Select[tuple[int]] | CompoundSelect[tuple[int]]:
    key, descending = ORDERS[queue.order]
    if queue.state or not merged:
        return select(Standing.item_id).where(*wanted).order_by(_directed(key, descending), Standing.item_id)
    # An index holds its order within one state; merged, the states need no sorting either.
    states = [select(Standing.item_id, key.label("key")).where(Standing.state == state, *wanted) for state in STATES]
    return union_all(*states).order_by(_directed(literal_column("key"), descending), literal_column("item_id"))


def _directed(key: ColumnElement[Any], descending: bool) -> ColumnElement[Any]:
    # Items without a date come last, which not every database does by itself.
    return key.desc().nulls_last() if descending else key


def list_ids(session: Session, queue: QueueFilter, limit: int, offset: int = 0) -> Sequence[int]:
    """Return one page of item ids."""
    if _is_empty(session, queue):
        return []
    return session.scalars(ordered_ids(session, queue).limit(limit).offset(offset)).all()


def _is_empty(session: Session, queue: QueueFilter) -> bool:
    """Tell that nothing fits, where that is known; to find out by looking takes a pass over all items."""
    is_narrow = queue.kind or queue.band or queue.source
    return bool(is_narrow and _is_plain(queue) and not count_items(session, queue))


def count_items(session: Session, queue: QueueFilter) -> int:
    """Count the filter's items."""
    if (kept := tallied(queue)) is not None:
        return session.scalar(select(func.sum(StandingCount.items)).where(*kept)) or 0
    if queue == QueueFilter(queue.order, state="", text=queue.text):
        return search.count(session, queue.text)
    wanted = conditions(session, queue)
    return session.scalar(select(func.count()).select_from(Standing).where(*wanted)) or 0


def tallied(queue: QueueFilter) -> list[ColumnElement[bool]] | None:
    """Return what a count that is kept must fulfil to be one of the filter's; None where its items must be counted."""
    return _alike(StandingCount, queue) if _is_plain(queue) else None


def _is_plain(queue: QueueFilter) -> bool:
    return not any(getattr(queue, field.name) for field in fields(queue) if field.name not in ("order", *NARROWING))


def list_next_ids(
    session: Session,
    queue: QueueFilter,
    person: str,
    after: int | None = None,
    limit: int = 1,
    without: Sequence[int] = (),
) -> Sequence[int]:
    """Return the first items of the queue, or the first behind `after`, that nobody else has in hand."""
    if _is_empty(session, queue):
        return []
    moment = datetime.now(UTC)
    free = {"person": person, "now": moment, "latest": moment + LEASE}
    if after is None and not without and _is_plain(queue):
        return run(session, _first_free(queue), free | {"limit": limit}).scalars().all()
    more = [_free(), Standing.item_id.not_in(without)] if without else [_free()]
    if after is not None and (reached := session.get(Standing, after)):
        more.append(_behind(queue, reached))
    return session.scalars(ordered_ids(session, queue, *more).limit(limit), free).all()


@cache
def _free() -> ColumnElement[bool]:
    # A lease that ends later than any can was given before the clock was set back.
    over = or_(Standing.leased_until < bindparam("now"), Standing.leased_until > bindparam("latest"))
    return or_(Standing.leased_to.is_(None), Standing.leased_to == bindparam("person"), over)


# What is asked most; to build a statement takes longer than to run it.
@lru_cache(maxsize=256)
def _first_free(queue: QueueFilter) -> Select[tuple[int]] | CompoundSelect[tuple[int]]:
    return _ordered(queue, [*_alike(Standing, queue), _free()]).limit(bindparam("limit", type_=Integer))


def _behind(queue: QueueFilter, reached: Standing) -> ColumnElement[bool]:
    key, descending = ORDERS[queue.order]
    value = getattr(reached, key.key)
    later_id = Standing.item_id > reached.item_id
    if value is None:
        return and_(key.is_(None), later_id)
    behind = key < value if descending else key > value
    if key.nullable:
        behind = or_(behind, key.is_(None))
        return or_(behind, and_(key == value, later_id))
    # Said twice, so that an index is entered at the value and not read up to it.
    return and_(key <= value if descending else key >= value, or_(behind, later_id))


def lease(session: Session, item_ids: Sequence[int], person: str) -> None:
    """Hand items to a person for a while."""
    run(session, _lease(), {"ids": item_ids, "person": person, "end": datetime.now(UTC) + LEASE})


@cache
def _lease() -> Update:
    table = Standing.__table__
    values = {"leased_to": bindparam("person"), "leased_until": bindparam("end")}
    return update(table).where(table.c.item_id.in_(bindparam("ids", expanding=True))).values(values)


def list_sources(session: Session, limit: int = 500) -> Sequence[str]:
    """Return the names of the sources."""
    named = select(StandingCount.source).where(StandingCount.source != "").distinct().order_by(StandingCount.source)
    return session.scalars(named.limit(limit)).all()

"""The queue: which items a filter lets through, in which order. One definition for triage, dashboard and export."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, func, literal_column, or_, select, union_all, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage import search
from storage.stances import Stance
from storage.tables import Claim, Label, Standing

ORDERS: dict[str, tuple[InstrumentedAttribute[Any], bool]] = {
    "instructive": (Standing.instructive, True),
    "uncertain": (Standing.uncertain, True),
    "rare": (Standing.rare, True),
    "newest": (Standing.published_at, True),
    "random": (Standing.shuffle, False),
}
"""The column that each order reads, and whether its highest value comes first."""
STATES = ("open", "labelled", "skipped", "flagged")

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


def conditions(session: Session, queue: QueueFilter) -> list[ColumnElement[bool]]:
    """Return what an item's standing must fulfil."""
    found = [
        getattr(Standing, field) == value
        for field in ("state", "kind", "band", "source")
        if (value := getattr(queue, field))
    ]
    date: ColumnElement[datetime | None] = Standing.published_at
    if queue.order != "newest":
        # Hidden from the planner, which would begin at the dates and then sort what may be nearly all items.
        date = func.coalesce(date, None)
    if queue.since:
        found.append(date >= queue.since)
    if queue.until:
        found.append(date < queue.until)
    if queue.label:
        claimed = select(Claim.item_id).join(Label).where(Label.name == queue.label)
        found.append(Standing.item_id.in_(claimed))
    if queue.stance:
        found.append(Stance(queue.classifier, queue.stance, queue.label, queue.rival, queue.rival_label).condition())
    if queue.ids:
        found.append(Standing.item_id.in_(map(int, queue.ids.split(","))))
    if queue.text.strip():
        found.append(search.matches(session, Standing.item_id, queue.text))
    return found


def ordered_ids(
    session: Session, queue: QueueFilter, *more: ColumnElement[bool]
) -> Select[tuple[int]] | CompoundSelect[tuple[int]]:
    """Return the query for the ids of the filter's items, in its order; `more` narrows the filter."""
    key, descending = ORDERS[queue.order]
    wanted = [*conditions(session, queue), *more]
    if queue.state:
        return select(Standing.item_id).where(*wanted).order_by(key.desc() if descending else key, Standing.item_id)
    # An index holds its order within one state; merged, the states need no sorting either.
    states = [select(Standing.item_id, key.label("key")).where(Standing.state == state, *wanted) for state in STATES]
    merged = literal_column("key")
    return union_all(*states).order_by(merged.desc() if descending else merged, literal_column("item_id"))


def list_ids(session: Session, queue: QueueFilter, limit: int, offset: int = 0) -> Sequence[int]:
    """Return one page of item ids."""
    return session.scalars(ordered_ids(session, queue).limit(limit).offset(offset)).all()


def count_items(session: Session, queue: QueueFilter) -> int:
    """Count the filter's items."""
    return session.scalar(select(func.count()).select_from(Standing).where(*conditions(session, queue))) or 0


def list_next_ids(
    session: Session,
    queue: QueueFilter,
    person: str,
    after: int | None = None,
    limit: int = 1,
    without: Sequence[int] = (),
) -> Sequence[int]:
    """Return the first items of the queue, or the first behind `after`, that nobody else has in hand."""
    moment = datetime.now(UTC)
    # A lease that ends later than any can was given before the clock was set back.
    over = or_(Standing.leased_until < moment, Standing.leased_until > moment + LEASE)
    free = or_(Standing.leased_to.is_(None), Standing.leased_to == person, over)
    more = [free, Standing.item_id.not_in(without)] if without else [free]
    if after is not None and (reached := session.get(Standing, after)):
        more.append(_behind(queue, reached))
    return session.scalars(ordered_ids(session, queue, *more).limit(limit)).all()


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
    values = {"leased_to": person, "leased_until": datetime.now(UTC) + LEASE}
    leased = update(Standing).where(Standing.item_id.in_(item_ids)).values(values)
    session.execute(leased, execution_options={"synchronize_session": False})


def list_sources(session: Session, limit: int = 500) -> Sequence[str]:
    """Return the names of the sources."""
    named = select(Standing.source).where(Standing.source != "").distinct().order_by(Standing.source)
    return session.scalars(named.limit(limit)).all()

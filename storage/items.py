"""Queries on items, by their ids."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, Update, bindparam, select, update
from sqlalchemy.orm import Session

from storage.plainly import run
from storage.tables import Conflict, Item, Standing


class StoredItem(NamedTuple):
    """An item with its standing, as everything that shows it needs them."""

    id: int
    text: str
    external_id: str
    source: str
    published_at: datetime | None
    companies: Sequence[Any]
    split: str
    row_version: int
    state: str
    kind: str
    band: str
    instructive: float


def list_items(session: Session, item_ids: Sequence[int]) -> list[StoredItem]:
    """Return items with their standings in the order of their ids as given; unknown ones are left out."""
    found = {row[0]: StoredItem._make(row) for row in run(session, _items(), {"ids": item_ids})}
    return [found[item_id] for item_id in item_ids if item_id in found]


@cache
def _items() -> Select[Any]:
    # Built once: to build a statement takes longer than to run it.
    shown = (Item.id, Item.text, Item.external_id, Item.source, Item.published_at, Item.companies, Item.split)
    stands = (Standing.state, Standing.kind, Standing.band, Standing.instructive)
    joined = select(*shown, Item.row_version, *stands).join(Standing, Standing.item_id == Item.id)
    return joined.where(Item.id.in_(bindparam("ids", expanding=True)))


class Seen(NamedTuple):
    """What changes of an item when people decide on it."""

    item_id: int
    row_version: int
    state: str


def get_seen(session: Session, item_id: int) -> Seen | None:
    """Return an item's version and state."""
    row = run(session, _seen(), {"id": item_id}).one_or_none()
    return None if row is None else Seen._make(row)


@cache
def _seen() -> Select[tuple[int, int, str]]:
    joined = select(Item.id, Item.row_version, Standing.state).join(Standing, Standing.item_id == Item.id)
    return joined.where(Item.id == bindparam("id"))


def change(session: Session, seen: Seen, state: str) -> Seen:
    """Give an item its next version and a state; nobody has it in hand any more."""
    changed = Seen(seen.item_id, seen.row_version + 1, state)
    versioned, stated = _changes()
    run(session, versioned, {"item": changed.item_id, "version": changed.row_version})
    run(session, stated, {"item": changed.item_id, "now": changed.state})
    return changed


@cache
def _changes() -> tuple[Update, Update]:
    item, standing = Item.__table__, Standing.__table__
    stands = {"state": bindparam("now"), "leased_to": None, "leased_until": None}
    return (
        update(item).where(item.c.id == bindparam("item")).values(row_version=bindparam("version")),
        update(standing).where(standing.c.item_id == bindparam("item")).values(stands),
    )


def list_conflicts(session: Session, item_ids: Sequence[int]) -> dict[int, list[list[str]]]:
    """Return the other label sets with which the items' texts were imported again."""
    found: dict[int, list[list[str]]] = {}
    for item_id, labels in run(session, _conflicts(), {"ids": item_ids}):
        found.setdefault(item_id, []).append(labels)
    return found


@cache
def _conflicts() -> Select[Any]:
    stored = select(Conflict.item_id, Conflict.labels).where(Conflict.item_id.in_(bindparam("ids", expanding=True)))
    return stored.order_by(Conflict.id)

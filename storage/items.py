"""Queries on items and on what was imported twice."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from storage.tables import Conflict, Item, Standing


def get_item(session: Session, item_id: int) -> Item | None:
    """Return an item."""
    return session.get(Item, item_id)


def get_standing(session: Session, item_id: int) -> Standing | None:
    """Return where an item stands in the queue."""
    return session.get(Standing, item_id)


def list_items(session: Session, item_ids: Sequence[int]) -> list[Item]:
    """Return items in the order of their ids as given; unknown ones are left out."""
    found = {item.id: item for item in session.scalars(select(Item).where(Item.id.in_(item_ids)))}
    return [found[item_id] for item_id in item_ids if item_id in found]


def list_conflicts(session: Session, item_id: int) -> list[list[str]]:
    """Return the other label sets with which the item's text was imported again."""
    return list(session.scalars(select(Conflict.labels).where(Conflict.item_id == item_id).order_by(Conflict.id)))


def list_standings(session: Session, item_ids: Sequence[int]) -> dict[int, Standing]:
    """Return the standings of items, by item id."""
    return {row.item_id: row for row in session.scalars(select(Standing).where(Standing.item_id.in_(item_ids)))}

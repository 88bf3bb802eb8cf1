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


def list_with_standings(session: Session, item_ids: Sequence[int]) -> list[tuple[Item, Standing]]:
    """Return items and their standings in the order of their ids as given; unknown ones are left out."""
    joined = select(Item, Standing).join(Standing, Standing.item_id == Item.id).where(Item.id.in_(item_ids))
    found = {item.id: (item, standing) for item, standing in session.execute(joined)}
    return [found[item_id] for item_id in item_ids if item_id in found]


def list_conflicts(session: Session, item_ids: Sequence[int]) -> dict[int, list[list[str]]]:
    """Return the other label sets with which the items' texts were imported again."""
    found: dict[int, list[list[str]]] = {}
    stored = select(Conflict.item_id, Conflict.labels).where(Conflict.item_id.in_(item_ids)).order_by(Conflict.id)
    for item_id, labels in session.execute(stored):
        found.setdefault(item_id, []).append(labels)
    return found

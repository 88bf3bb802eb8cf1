"""Queries on items and on what was imported twice."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from storage.tables import Conflict, Item, Standing


def list_with_standings(session: Session, item_ids: Sequence[int]) -> list[tuple[Item, Standing]]:
    """Return items and their standings in the order of their ids as given; unknown ones are left out."""
    rows = session.execute(_items_with_standings(), {"ids": item_ids})
    found = {item.id: (item, standing) for item, standing in rows}
    return [found[item_id] for item_id in item_ids if item_id in found]


@cache
def _items_with_standings() -> Select[tuple[Item, Standing]]:
    # Built once: to build a statement takes longer than to run it.
    joined = select(Item, Standing).join(Standing, Standing.item_id == Item.id)
    return joined.where(Item.id.in_(bindparam("ids", expanding=True)))


def list_conflicts(session: Session, item_ids: Sequence[int]) -> dict[int, list[list[str]]]:
    """Return the other label sets with which the items' texts were imported again."""
    found: dict[int, list[list[str]]] = {}
    for item_id, labels in session.execute(_conflicts(), {"ids": item_ids}):
        found.setdefault(item_id, []).append(labels)
    return found


@cache
def _conflicts() -> Select[Any]:
    stored = select(Conflict.item_id, Conflict.labels).where(Conflict.item_id.in_(bindparam("ids", expanding=True)))
    return stored.order_by(Conflict.id)

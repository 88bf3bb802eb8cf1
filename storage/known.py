"""Lookups of an import: which texts are stored already, what resembles a new one, how labels lie over the splits."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, exists, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.tables import Item, Label, NearDuplicateKey, Truth, TruthLabel


@dataclass(frozen=True)
class KnownItem:
    """An item that is stored already. `origin` is that of its truth, None where it has none; `labels` are label ids."""

    id: int
    split: str
    is_sample: bool
    origin: str | None
    labels: frozenset[int] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Kin:
    """An item with which a new text is compared."""

    id: int
    cluster: int
    split: str


def among(session: Session, column: InstrumentedAttribute[Any], values: Sequence[Any]) -> ColumnElement[bool]:
    """Return the condition that a column has one of many values; SQLite gets them as one parameter, however many."""
    if session.get_bind().dialect.name != "sqlite":
        return column.in_(values)
    return column.in_(select(func.json_each(json.dumps(list(values))).table_valued("value").c.value))


def list_known_hashes(session: Session, hashes: Sequence[str]) -> set[str]:
    """Return those of the hashes that an item has."""
    return set(session.scalars(select(Item.text_hash).where(among(session, Item.text_hash, hashes))))


def list_known(session: Session, hashes: Sequence[str]) -> dict[str, KnownItem]:
    """Return the stored items by the hash of their text."""
    rows = session.execute(
        select(Item.text_hash, Item.id, Item.split, Item.is_sample, Truth.origin)
        .outerjoin(Truth, Truth.item_id == Item.id)
        .where(among(session, Item.text_hash, hashes))
    ).all()
    labels = list_truth_labels(session, [row.id for row in rows])
    return {
        text_hash: KnownItem(item_id, split, is_sample, origin, frozenset(labels.get(item_id, ())))
        for text_hash, item_id, split, is_sample, origin in rows
    }


def list_holders(session: Session, keys: Sequence[int]) -> dict[int, list[int]]:
    """Return the ids of the items that have one of the near-duplicate keys, by key."""
    holders: dict[int, list[int]] = {}
    statement = select(NearDuplicateKey.key, NearDuplicateKey.item_id)
    # The connection hands its rows on as they are, and these are the most that an import reads.
    for key, item_id in session.connection().execute(statement.where(among(session, NearDuplicateKey.key, keys))):
        holders.setdefault(key, []).append(item_id)
    return holders


def list_kin(session: Session, item_ids: Sequence[int]) -> dict[int, Kin]:
    """Return items with which new texts are compared, by id."""
    found = session.execute(select(Item.id, Item.cluster, Item.split).where(among(session, Item.id, item_ids)))
    return {item_id: Kin(item_id, cluster, split) for item_id, cluster, split in found}


def list_texts(session: Session, item_ids: Sequence[int]) -> dict[int, str]:
    """Return the texts of items by id."""
    found = session.execute(select(Item.id, Item.text).where(among(session, Item.id, item_ids)))
    return {item_id: text for item_id, text in found}


def list_label_names(session: Session, names: Sequence[str]) -> set[str]:
    """Return those of the names that a label has, be it archived."""
    return set(session.scalars(select(Label.name).where(among(session, Label.name, names))))


def count_labels_by_split(session: Session) -> dict[tuple[str, str], int]:
    """Count labelled items by (label name, split)."""
    statement = (
        select(Label.name, Item.split, func.count())
        .join(TruthLabel, TruthLabel.label_id == Label.id)
        .join(Item, Item.id == TruthLabel.item_id)
        .group_by(Label.name, Item.split)
    )
    return {(name, split): count for name, split, count in session.execute(statement)}


def count_labelled_by_split(session: Session, *, without_labels: bool = False) -> dict[str, int]:
    """Count items with a truth by split; on request only those whose truth is that no label applies."""
    statement = select(Item.split, func.count()).join(Truth, Truth.item_id == Item.id).group_by(Item.split)
    if without_labels:
        statement = statement.where(~exists().where(TruthLabel.item_id == Item.id))
    return {split: count for split, count in session.execute(statement)}


def list_truth_labels(session: Session, item_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return the label ids of the items' truths; an item without any is left out."""
    labels: dict[int, list[int]] = {}
    statement = select(TruthLabel.item_id, TruthLabel.label_id).where(among(session, TruthLabel.item_id, item_ids))
    for item_id, label_id in session.execute(statement):
        labels.setdefault(item_id, []).append(label_id)
    return labels

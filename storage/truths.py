"""Queries on the truth: an item's current labels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Delete, Insert, Integer, Select, bindparam, delete, func, insert, select
from sqlalchemy.orm import Session

from storage.plainly import run
from storage.tables import Item, Label, Truth, TruthLabel
from storage.tables.base import now


@dataclass(frozen=True)
class KnownTruth:
    """An item's truth with the ids and names of its labels."""

    origin: str
    person: str = ""
    decided_at: datetime = field(default_factory=now)
    annotation_id: int | None = None
    labels: dict[int, str] = field(default_factory=dict)


def list_truths(session: Session, item_ids: Sequence[int]) -> dict[int, KnownTruth]:
    """Return the truths of those of the items that have one."""
    known: dict[int, KnownTruth] = {}
    for item_id, label_id, name, *facts in run(session, _truths(), {"ids": item_ids}):
        if (truth := known.get(item_id)) is None:
            truth = known[item_id] = KnownTruth(*facts)
        if label_id is not None:
            truth.labels[label_id] = name
    return known


@cache
def _truths() -> Select[Any]:
    # Built once, like others that every item asks: to build a statement takes longer than to run it.
    facts = (Truth.origin, Truth.person, Truth.decided_at, Truth.annotation_id)
    return (
        select(Truth.item_id, Label.id, Label.name, *facts)
        .outerjoin(TruthLabel, TruthLabel.item_id == Truth.item_id)
        .outerjoin(Label, Label.id == TruthLabel.label_id)
        .where(Truth.item_id.in_(bindparam("ids", expanding=True)))
        .order_by(Label.name)
    )


def get_truth(session: Session, item_id: int) -> KnownTruth | None:
    """Return an item's truth."""
    return list_truths(session, [item_id]).get(item_id)


def replace_truth(session: Session, item_id: int, truth: KnownTruth) -> None:
    """Put a truth in the place of the item's present one."""
    remove_truth(session, item_id)
    add_truth(session, item_id, truth)


def add_truth(session: Session, item_id: int, truth: KnownTruth) -> None:
    """Give an item that has none a truth."""
    of_truth, of_labels = _additions()
    facts = {name: value for name, value in vars(truth).items() if name != "labels"}
    run(session, of_truth, {"item_id": item_id, **facts})
    if truth.labels:
        run(session, of_labels, [{"item_id": item_id, "label_id": label_id} for label_id in truth.labels])


@cache
def _additions() -> tuple[Insert, Insert]:
    return insert(Truth.__table__), insert(TruthLabel.__table__)


def remove_truth(session: Session, item_id: int) -> None:
    """Leave the item without a truth."""
    for removal in _removals():
        run(session, removal, {"item": item_id})


@cache
def _removals() -> tuple[Delete, Delete]:
    labels, truth = TruthLabel.__table__, Truth.__table__
    item = bindparam("item")
    return delete(labels).where(labels.c.item_id == item), delete(truth).where(truth.c.item_id == item)


def count_to_train(session: Session, most: int, label_ids: Iterable[int] | None = None) -> dict[int, int]:
    """Count the train items of labels by label id, each up to `most`: a common label costs no more than a rare one."""
    wanted = {} if label_ids is None else {"ids": list(label_ids)}
    rows = run(session, _counts_to_train(of_some=label_ids is not None), {"most": most, **wanted})
    return {label_id: count for label_id, count in rows}


@cache
def _counts_to_train(*, of_some: bool) -> Select[tuple[int, int]]:
    some = select(TruthLabel.item_id).join(Item, Item.id == TruthLabel.item_id)
    some = some.where(TruthLabel.label_id == Label.id, Item.split == "train").limit(bindparam("most", type_=Integer))
    counted = select(func.count()).select_from(some.correlate(Label).subquery()).scalar_subquery()
    statement = select(Label.id, counted)
    return statement.where(Label.id.in_(bindparam("ids", expanding=True))) if of_some else statement


def count_by_label(
    session: Session, split: str | None = "train", label_ids: Iterable[int] | None = None
) -> dict[int, int]:
    """Count the items whose truth has a label, by label id; of one split or of all, for some labels or for all."""
    statement = select(TruthLabel.label_id, func.count()).group_by(TruthLabel.label_id)
    if split is not None:
        statement = statement.join(Item, Item.id == TruthLabel.item_id).where(Item.split == split)
    if label_ids is not None:
        statement = statement.where(TruthLabel.label_id.in_(list(label_ids)))
    return {label_id: count for label_id, count in session.execute(statement)}

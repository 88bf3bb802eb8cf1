"""Queries on the truth: an item's current labels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from storage.tables import Item, Label, Truth, TruthLabel


@dataclass(frozen=True)
class KnownTruth:
    """A truth row with the names and ids of its labels."""

    row: Truth
    labels: dict[int, str] = field(default_factory=dict)


def list_truths(session: Session, item_ids: Sequence[int]) -> dict[int, KnownTruth]:
    """Return the truths of those of the items that have one."""
    known = {
        row.item_id: KnownTruth(row, {}) for row in session.scalars(select(Truth).where(Truth.item_id.in_(item_ids)))
    }
    named = (
        select(TruthLabel.item_id, Label.id, Label.name)
        .join(Label)
        .where(TruthLabel.item_id.in_(item_ids))
        .order_by(Label.name)
    )
    for item_id, label_id, name in session.execute(named):
        known[item_id].labels[label_id] = name
    return known


def get_truth(session: Session, item_id: int) -> KnownTruth | None:
    """Return an item's truth."""
    return list_truths(session, [item_id]).get(item_id)


def replace_truth(session: Session, truth: Truth, label_ids: Iterable[int]) -> None:
    """Put a truth in the place of the item's present one."""
    remove_truth(session, truth.item_id)
    session.add(truth)
    session.flush()
    session.add_all(TruthLabel(item_id=truth.item_id, label_id=label_id) for label_id in label_ids)
    session.flush()


def remove_truth(session: Session, item_id: int) -> None:
    """Leave the item without a truth."""
    session.execute(delete(TruthLabel).where(TruthLabel.item_id == item_id))
    session.execute(delete(Truth).where(Truth.item_id == item_id))


def count_to_train(session: Session, most: int, label_ids: Iterable[int] | None = None) -> dict[int, int]:
    """Count the train items of labels by label id, each up to `most`: a common label costs no more than a rare one."""
    some = select(TruthLabel.item_id).join(Item, Item.id == TruthLabel.item_id)
    some = some.where(TruthLabel.label_id == Label.id, Item.split == "train").limit(most).correlate(Label)
    counted = select(func.count()).select_from(some.subquery()).scalar_subquery()
    statement = select(Label.id, counted)
    if label_ids is not None:
        statement = statement.where(Label.id.in_(list(label_ids)))
    return {label_id: count for label_id, count in session.execute(statement)}


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

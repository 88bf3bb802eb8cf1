"""Queries on the truth: an item's current labels."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import Integer, Select, bindparam, delete, func, select
from sqlalchemy.orm import Session

from storage.tables import Item, Label, Truth, TruthLabel


@dataclass(frozen=True)
class KnownTruth:
    """A truth row with the names and ids of its labels."""

    row: Truth
    labels: dict[int, str] = field(default_factory=dict)


def list_truths(session: Session, item_ids: Sequence[int]) -> dict[int, KnownTruth]:
    """Return the truths of those of the items that have one."""
    known: dict[int, KnownTruth] = {}
    for row, label_id, name in session.execute(_truths(), {"ids": item_ids}):
        labels = known.setdefault(row.item_id, KnownTruth(row, {})).labels
        if label_id is not None:
            labels[label_id] = name
    return known


@cache
def _truths() -> Select[tuple[Truth, int | None, str | None]]:
    # Built once, like others that every item asks: to build a statement takes longer than to run it.
    return (
        select(Truth, Label.id, Label.name)
        .outerjoin(TruthLabel, TruthLabel.item_id == Truth.item_id)
        .outerjoin(Label, Label.id == TruthLabel.label_id)
        .where(Truth.item_id.in_(bindparam("ids", expanding=True)))
        .order_by(Label.name)
    )


def get_truth(session: Session, item_id: int) -> KnownTruth | None:
    """Return an item's truth."""
    return list_truths(session, [item_id]).get(item_id)


def replace_truth(session: Session, truth: Truth, label_ids: Iterable[int]) -> None:
    """Put a truth in the place of the item's present one."""
    remove_truth(session, truth.item_id)
    add_truth(session, truth, label_ids)


def add_truth(session: Session, truth: Truth, label_ids: Iterable[int]) -> None:
    """Give an item that has none a truth."""
    session.add(truth)
    session.flush()
    session.add_all(TruthLabel(item_id=truth.item_id, label_id=label_id) for label_id in label_ids)
    session.flush()


def remove_truth(session: Session, item_id: int) -> None:
    """Leave the item without a truth."""
    removal = delete(TruthLabel).where(TruthLabel.item_id == item_id)
    # Nobody holds these rows; to look for them among what the session holds takes longer than to delete them.
    session.execute(removal, execution_options={"synchronize_session": False})
    session.execute(delete(Truth).where(Truth.item_id == item_id))


def count_to_train(session: Session, most: int, label_ids: Iterable[int] | None = None) -> dict[int, int]:
    """Count the train items of labels by label id, each up to `most`: a common label costs no more than a rare one."""
    wanted = {} if label_ids is None else {"ids": list(label_ids)}
    rows = session.execute(_counts_to_train(of_some=label_ids is not None), {"most": most, **wanted})
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

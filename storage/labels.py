"""Queries on labels."""

from collections.abc import Iterable, Sequence
from functools import cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from storage.plainly import run
from storage.tables import Item, Label, TruthLabel


def get_label(session: Session, label_id: int) -> Label | None:
    """Return a label."""
    return session.get(Label, label_id)


def get_label_by_name(session: Session, name: str) -> Label | None:
    """Return the label of that name."""
    return session.scalar(select(Label).where(Label.name == name))


def list_labels(session: Session, *, include_archived: bool = False) -> Sequence[Label]:
    """Return labels, ordered by group and name."""
    statement = select(Label).order_by(Label.group, Label.name)
    return session.scalars(statement if include_archived else statement.where(Label.archived_at.is_(None))).all()


def list_names(session: Session) -> dict[int, str]:
    """Return the names of the labels in use by id."""
    return {label_id: name for label_id, name in run(session, _names())}


@cache
def _names() -> Select[tuple[int, str]]:
    # Built once: to build a statement takes longer than to run it.
    return select(Label.id, Label.name).where(Label.archived_at.is_(None))


def list_label_ids(session: Session, names: Iterable[str]) -> dict[str, int]:
    """Return {name: id} of those of the names that are labels in use."""
    return {name: label_id for name, label_id in run(session, _ids(), {"names": list(names)})}


@cache
def _ids() -> Select[tuple[str, int]]:
    # Built once: to build a statement takes longer than to run it.
    named = Label.name.in_(bindparam("names", expanding=True))
    return select(Label.name, Label.id).where(named, Label.archived_at.is_(None))


def count_by_label_and_split(session: Session) -> dict[tuple[int, str], int]:
    """Count labelled items by (label id, split)."""
    measured = (
        select(TruthLabel.label_id, Item.split, func.count())
        .join(Item, Item.id == TruthLabel.item_id)
        .where(Item.split.in_(("validation", "gold")))
        .group_by(TruthLabel.label_id, Item.split)
    )
    counts = {(label_id, split): count for label_id, split, count in session.execute(measured)}
    # Of the many to train on no item is looked up: they are what is left of all.
    for label_id, count in session.execute(select(TruthLabel.label_id, func.count()).group_by(TruthLabel.label_id)):
        left = count - counts.get((label_id, "validation"), 0) - counts.get((label_id, "gold"), 0)
        if left:
            counts[label_id, "train"] = left
    return counts

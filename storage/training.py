"""Queries on what a training, an evaluation or a prompt may see. The rule against leakage stands here, once, in SQL.

Near-duplicates share a cluster (0: none is known). Of one that reaches into several splits only the strictest part
counts: gold before validation before train. So nothing that a classifier learns from resembles what it is measured on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from storage.tables import Annotation, Item, Label, Standing, Truth, TruthLabel

STRICTER = {"train": ("validation", "gold"), "validation": ("gold",), "gold": ()}
"""The splits in which no near-duplicate of an item may lie."""

CHUNK = 5000


@dataclass(frozen=True, slots=True)
class LabelledItem:
    """An item with the ids of its truth's labels, archived ones left out, in ascending order."""

    id: int
    text: str
    cluster: int
    is_sample: bool = False
    label_ids: tuple[int, ...] = ()


def allowed(split: str) -> ColumnElement[bool]:
    """Return the condition that an item belongs to a split and none of its near-duplicates to a stricter one."""
    if not STRICTER[split]:
        return Item.split == split
    twin = aliased(Item)
    strict_twin = exists().where(twin.cluster == Item.cluster, twin.split.in_(STRICTER[split]))
    return and_(Item.split == split, or_(Item.cluster == 0, ~strict_twin))


def list_labelled(session: Session, split: str) -> list[LabelledItem]:
    """Return the labelled items that may serve as `train`, `validation` or `gold`, in the order of their ids."""
    labels = _label_ids(session, select(Item.id).where(Item.split == split))
    rows = session.execute(
        select(Item.id, Item.text, Item.cluster, Item.is_sample)
        .join(Truth, Truth.item_id == Item.id)
        .where(allowed(split))
        .order_by(Item.id)
    )
    return [LabelledItem(*row, label_ids=labels.get(row.id, ())) for row in rows]


def _label_ids(session: Session, items: Select[tuple[int]]) -> dict[int, tuple[int, ...]]:
    rows = session.execute(
        select(TruthLabel.item_id, TruthLabel.label_id)
        .join(Label)
        .where(TruthLabel.item_id.in_(items), Label.archived_at.is_(None))
        .order_by(TruthLabel.item_id, TruthLabel.label_id)
    )
    found: dict[int, list[int]] = {}
    for item_id, label_id in rows:
        found.setdefault(item_id, []).append(label_id)
    return {item_id: tuple(label_ids) for item_id, label_ids in found.items()}


def has_labelled(session: Session) -> bool:
    """Tell whether any item to train on carries a label in use."""
    carries = exists().where(
        TruthLabel.item_id == Item.id, Label.id == TruthLabel.label_id, Label.archived_at.is_(None)
    )
    return session.scalar(select(Item.id).where(allowed("train"), carries).limit(1)) is not None


def list_unlabelled_texts(session: Session, limit: int) -> list[str]:
    """Return texts of items that nobody has labelled and that resemble nothing in validation or gold."""
    return list(session.scalars(select(Item.text).where(*_unlabelled()).order_by(Item.id).limit(limit)))


def list_open(session: Session, limit: int) -> list[LabelledItem]:
    """Return unlabelled items that resemble nothing in validation or gold, and that nobody skipped or flagged."""
    set_aside = exists().where(Standing.item_id == Item.id, Standing.state != "open")
    rows = session.execute(
        select(Item.id, Item.text, Item.cluster, Item.is_sample)
        .where(*_unlabelled(), ~set_aside)
        .order_by(Item.id)
        .limit(limit)
    )
    return [LabelledItem(*row) for row in rows]


def _unlabelled() -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return allowed("train"), ~exists().where(Truth.item_id == Item.id)


def list_texts(session: Session, item_ids: Sequence[int]) -> dict[int, tuple[str, int]]:
    """Return {item id: (text, cluster)} of those of the items that exist."""
    found: dict[int, tuple[str, int]] = {}
    for chunk in chunks(item_ids):
        rows = session.execute(_texts(), {"ids": chunk})
        found.update({item_id: (text, cluster) for item_id, text, cluster in rows})
    return found


@cache
def _texts() -> Select[tuple[int, str, int]]:
    return select(Item.id, Item.text, Item.cluster).where(Item.id.in_(bindparam("ids", expanding=True)))


def get_identity(session: Session, text_hash: str) -> tuple[int, int] | None:
    """Return (id, cluster) of the item with that text."""
    found = session.execute(select(Item.id, Item.cluster).where(Item.text_hash == text_hash)).one_or_none()
    return None if found is None else (found.id, found.cluster)


def get_last_annotation_id(session: Session) -> int:
    """Return the id of the newest annotation, 0 where there is none."""
    return session.scalar(select(func.max(Annotation.id))) or 0


def list_annotated_since(session: Session, annotation_id: int) -> list[int]:
    """Return the ids of the items that somebody annotated after that annotation."""
    return list(dict.fromkeys(session.scalars(_annotated(), {"last": annotation_id})))


@cache
def _annotated() -> Select[tuple[int]]:
    return select(Annotation.item_id).where(Annotation.id > bindparam("last"))


def has_imported_since(session: Session, moment: datetime) -> bool:
    """Tell whether labels were imported after that moment that still are the truth."""
    imported = select(Truth.item_id).where(Truth.decided_at > moment, Truth.annotation_id.is_(None))
    return session.scalar(imported.limit(1)) is not None


def list_corrections_since(session: Session, annotation_id: int) -> list[list[str]]:
    """Return the label names of each correction after that annotation that is still its item's truth."""
    statement = (
        select(Annotation.labels)
        .join(Truth, Truth.annotation_id == Annotation.id)
        .where(Annotation.id > annotation_id, Annotation.kind == "submitted")
    )
    return list(session.scalars(statement))


def chunks(item_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield ids in blocks that fit into one statement."""
    for start in range(0, len(item_ids), CHUNK):
        yield item_ids[start : start + CHUNK]

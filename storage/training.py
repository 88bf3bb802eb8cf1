"""Queries on what a training, an evaluation or a prompt may see. The rule against leakage stands here, once, in SQL.

Near-duplicates share a cluster (0: none is known). Of one that reaches into several splits only the strictest part
counts: gold before validation before train. So nothing that a classifier learns from resembles what it is measured on.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from storage.tables import Annotation, Import, Item, Label, Standing, Truth, TruthLabel

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


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """A labelled item as neighbours show it."""

    id: int
    text: str
    cluster: int
    origin: str
    person: str
    labels: list[str] = field(default_factory=list)


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


def list_example_members(session: Session) -> dict[int, int]:
    """Return {item id: cluster} of all items that may be retrieved as examples: labelled ones to train on."""
    statement = select(Item.id, Item.cluster).join(Truth, Truth.item_id == Item.id).where(allowed("train"))
    return dict(session.execute(statement).all())


def list_members_among(session: Session, item_ids: Sequence[int]) -> dict[int, int]:
    """Return {item id: cluster} of those of the items that may be retrieved as examples."""
    found: dict[int, int] = {}
    for chunk in _chunks(item_ids):
        found.update(session.execute(_members(), {"ids": chunk}).all())
    return found


@cache
def _members() -> Select[tuple[int, int]]:
    statement = select(Item.id, Item.cluster).join(Truth, Truth.item_id == Item.id).where(allowed("train"))
    return statement.where(Item.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class ExamplesMark:
    """What changes when the items that may be examples change; `annotation_id` alone tells of single items."""

    annotation_id: int
    item_id: int
    import_id: int
    import_ended_at: datetime | None
    has_sample: bool


def get_examples_mark(session: Session) -> ExamplesMark:
    """Return the present mark; it reads the ends of indexes only."""
    return ExamplesMark(*session.execute(_mark()).one())


@cache
def _mark() -> Select[Any]:
    last_import = select(func.max(Import.id)).scalar_subquery()
    return select(
        select(func.coalesce(func.max(Annotation.id), 0)).scalar_subquery(),
        select(func.coalesce(func.max(Item.id), 0)).scalar_subquery(),
        func.coalesce(last_import, 0),
        select(Import.ended_at).where(Import.id == last_import).scalar_subquery(),
        exists().where(Item.is_sample),
    )


def list_examples(session: Session, item_ids: Sequence[int]) -> dict[int, ExampleRow]:
    """Return labelled items with text, labels in use, origin and person; those that lost their truth are left out."""
    found: dict[int, ExampleRow] = {}
    for chunk in _chunks(item_ids):
        for *facts, name in session.execute(_examples(), {"ids": chunk}):
            example = found.setdefault(facts[0], ExampleRow(*facts))
            if name is not None:
                example.labels.append(name)
    return found


@cache
def _examples() -> Select[Any]:
    # Built once: to build a statement takes longer than to run it.
    return (
        select(Item.id, Item.text, Item.cluster, Truth.origin, Truth.person, Label.name)
        .join(Truth, Truth.item_id == Item.id)
        .outerjoin(TruthLabel, TruthLabel.item_id == Item.id)
        .outerjoin(Label, and_(Label.id == TruthLabel.label_id, Label.archived_at.is_(None)))
        .where(Item.id.in_(bindparam("ids", expanding=True)))
        .order_by(Label.name)
    )


def list_texts(session: Session, item_ids: Sequence[int]) -> dict[int, tuple[str, int]]:
    """Return {item id: (text, cluster)} of those of the items that exist."""
    found: dict[int, tuple[str, int]] = {}
    for chunk in _chunks(item_ids):
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


def list_corrections_since(session: Session, annotation_id: int) -> list[list[str]]:
    """Return the label names of each correction after that annotation that is still its item's truth."""
    statement = (
        select(Annotation.labels)
        .join(Truth, Truth.annotation_id == Annotation.id)
        .where(Annotation.id > annotation_id, Annotation.kind == "submitted")
    )
    return list(session.scalars(statement))


def _chunks(item_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(item_ids), CHUNK):
        yield item_ids[start : start + CHUNK]

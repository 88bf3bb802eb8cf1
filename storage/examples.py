"""Queries of the index of examples: who may be retrieved, what changed since, and the rows that are shown."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, exists, func, select
from sqlalchemy.orm import Session

from storage.plainly import run
from storage.tables import Annotation, Embedding, Import, Item, Label, Truth, TruthLabel, Version, VersionStatus
from storage.training import allowed, chunks


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """A labelled item as neighbours show it."""

    id: int
    text: str
    cluster: int
    origin: str
    person: str
    labels: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Located:
    """Where an item lies: its near-duplicates' cluster and its vector, None where none is stored."""

    cluster: int
    vector: bytes | None


def list_members(session: Session) -> dict[int, int]:
    """Return {item id: cluster} of all items that may be retrieved as examples: labelled ones to train on."""
    statement = select(Item.id, Item.cluster).join(Truth, Truth.item_id == Item.id).where(allowed("train"))
    return dict(session.execute(statement).all())


def list_changed(session: Session, annotation_id: int, version_id: int) -> dict[int, Located | None]:
    """Return the items that somebody annotated after that annotation, None for those that may not be retrieved."""
    rows = run(session, _changed(), {"last": annotation_id, "version": version_id})
    return {item_id: None if cluster is None else Located(cluster, vector) for item_id, cluster, vector in rows}


@cache
def _changed() -> Select[tuple[int, int, bytes]]:
    # Built once, like the others: to build a statement takes longer than to run it.
    labelled = exists().where(Truth.item_id == Item.id)
    return (
        select(Annotation.item_id, Item.cluster, Embedding.vector)
        .select_from(Annotation)
        .outerjoin(Item, and_(Item.id == Annotation.item_id, labelled, allowed("train")))
        .outerjoin(Embedding, and_(Embedding.item_id == Item.id, Embedding.version_id == bindparam("version")))
        .where(Annotation.id > bindparam("last"))
    )


def locate(session: Session, version_id: int, item_ids: Sequence[int]) -> dict[int, Located]:
    """Return where those of the items lie that exist."""
    found: dict[int, Located] = {}
    for chunk in chunks(item_ids):
        rows = run(session, _located(), {"version": version_id, "ids": chunk})
        found.update({item_id: Located(cluster, vector) for item_id, cluster, vector in rows})
    return found


@cache
def _located() -> Select[tuple[int, int, bytes]]:
    vector = and_(Embedding.item_id == Item.id, Embedding.version_id == bindparam("version"))
    statement = select(Item.id, Item.cluster, Embedding.vector).select_from(Item).outerjoin(Embedding, vector)
    return statement.where(Item.id.in_(bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class ExamplesMark:
    """What changes when the items that may be examples change; `annotation_id` alone tells of single items.

    `version_id` is the live retriever, None while there is none.
    """

    version_id: int | None
    annotation_id: int
    item_id: int
    import_id: int
    import_ended_at: datetime | None
    has_sample: bool


def get_mark(session: Session, retriever: str) -> ExamplesMark:
    """Return the present mark; it reads the ends of indexes only. `retriever` is what versions call it."""
    return ExamplesMark(*run(session, _mark(), {"retriever": retriever}).one())


@cache
def _mark() -> Select[Any]:
    last_import = select(func.max(Import.id)).scalar_subquery()
    live = Version.classifier == bindparam("retriever"), Version.status == VersionStatus.LIVE
    return select(
        select(Version.id).where(*live).scalar_subquery(),
        select(func.coalesce(func.max(Annotation.id), 0)).scalar_subquery(),
        select(func.coalesce(func.max(Item.id), 0)).scalar_subquery(),
        func.coalesce(last_import, 0),
        select(Import.ended_at).where(Import.id == last_import).scalar_subquery(),
        exists().where(Item.is_sample),
    )


def list_rows(session: Session, item_ids: Sequence[int]) -> dict[int, ExampleRow]:
    """Return labelled items with text, labels in use, origin and person; those that lost their truth are left out."""
    found: dict[int, ExampleRow] = {}
    for chunk in chunks(item_ids):
        for *facts, name in run(session, _rows(), {"ids": chunk}):
            example = found.setdefault(facts[0], ExampleRow(*facts))
            if name is not None:
                example.labels.append(name)
    return found


@cache
def _rows() -> Select[Any]:
    return (
        select(Item.id, Item.text, Item.cluster, Truth.origin, Truth.person, Label.name)
        .join(Truth, Truth.item_id == Item.id)
        .outerjoin(TruthLabel, TruthLabel.item_id == Item.id)
        .outerjoin(Label, and_(Label.id == TruthLabel.label_id, Label.archived_at.is_(None)))
        .where(Item.id.in_(bindparam("ids", expanding=True)))
        .order_by(Label.name)
    )


def list_labels(session: Session, item_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the labels in use of labelled items by name; those that lost their truth are left out."""
    found: dict[int, list[str]] = {}
    for chunk in chunks(item_ids):
        for item_id, name in run(session, _labels(), {"ids": chunk}):
            names = found.setdefault(item_id, [])
            if name is not None:
                names.append(name)
    return {item_id: sorted(names) for item_id, names in found.items()}


@cache
def _labels() -> Select[tuple[int, str | None]]:
    return (
        select(Truth.item_id, Label.name)
        .outerjoin(TruthLabel, TruthLabel.item_id == Truth.item_id)
        .outerjoin(Label, and_(Label.id == TruthLabel.label_id, Label.archived_at.is_(None)))
        .where(Truth.item_id.in_(bindparam("ids", expanding=True)))
    )

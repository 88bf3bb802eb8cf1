"""Reads annotations and labelled items from first to last, a page at a time, for the exports. Knows no file formats."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from storage.known import list_truth_labels
from storage.tables import Annotation, Item, Label, Truth

PAGE = 1_000


def iter_annotations(session: Session) -> Iterator[dict[str, Any]]:
    """Yield annotations as they were made, with the item's labels before and after (None: it had no truth)."""
    undone = aliased(Annotation)
    statement = (
        select(Annotation, Item, undone.before)
        .join(Item, Item.id == Annotation.item_id)
        .outerjoin(undone, undone.id == Annotation.undoes)
        .order_by(Annotation.id)
    )
    for page in _pages(session, statement, Annotation.id):
        for said, item, restored in page:
            before = _labels_of(said.before)
            yield {
                "annotation_id": said.id,
                "item_id": item.id,
                "external_id": item.external_id,
                "text": item.text,
                "kind": said.kind,
                "labels_before": before,
                "labels_after": said.labels
                if said.kind == "submitted"
                else _labels_of(restored)
                if restored
                else before,
                "person": said.person,
                "at": said.created_at,
                "note": said.note,
                "undoes": said.undoes,
                "source": item.source,
                "published_at": item.published_at,
            }


def iter_labelled(session: Session) -> Iterator[dict[str, Any]]:
    """Yield items with a truth in the order of their ids; `id` is the external one."""
    names = {label_id: name for label_id, name in session.execute(select(Label.id, Label.name))}
    statement = select(Item, Truth.origin).join(Truth, Truth.item_id == Item.id).order_by(Item.id)
    for page in _pages(session, statement, Item.id):
        labels = list_truth_labels(session, [item.id for item, _ in page])
        for item, origin in page:
            yield {
                "id": item.external_id,
                "text": item.text,
                "labels": sorted(names[label_id] for label_id in labels.get(item.id, ())),
                "split": item.split,
                "origin": origin,
                "item_id": item.id,
                "source": item.source,
                "published_at": item.published_at,
                "companies": item.companies,
            }


def _labels_of(snapshot: dict[str, Any]) -> list[str] | None:
    truth = snapshot.get("truth")
    return truth["labels"] if truth else None


def _pages(session: Session, statement: Select[Any], key: InstrumentedAttribute[int]) -> Iterator[list[Any]]:
    """Yield pages of a query ordered by `key`; a page starts behind the last one, so late pages cost no more."""
    last = 0
    while page := session.execute(statement.where(key > last).limit(PAGE)).all():
        yield list(page)
        last = page[-1][0].id
        session.expunge_all()

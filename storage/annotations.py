"""Queries on what people said of items."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Insert, Select, bindparam, exists, func, insert, select
from sqlalchemy.orm import Session, aliased

from storage.plainly import run
from storage.tables import Annotation

UNDONE = "undone"


class Remark(NamedTuple):
    """An annotation as an item's history shows it."""

    id: int
    kind: str
    labels: Sequence[str]
    note: str
    person: str
    at: datetime


def add_annotation(session: Session, **columns: object) -> int:
    """Store what somebody said, by column; return its id."""
    return int(run(session, _addition(), columns).inserted_primary_key[0])


@cache
def _addition() -> Insert:
    # Built once, like the others: to build a statement takes longer than to run it.
    return insert(Annotation.__table__)


def get_by_token(session: Session, token: str) -> tuple[int, int] | None:
    """Return (id, item id) of the annotation that was stored with this token."""
    found = run(session, _of_token(), {"token": token}).one_or_none()
    return None if found is None else (found.id, found.item_id)


@cache
def _of_token() -> Select[tuple[int, int]]:
    return select(Annotation.id, Annotation.item_id).where(Annotation.token == bindparam("token"))


def still_stands() -> tuple[ColumnElement[bool], ...]:
    """Return what an annotation must fulfil that is no undo and was not undone."""
    undoing = aliased(Annotation)
    return Annotation.kind != UNDONE, ~exists().where(undoing.undoes == Annotation.id)


def get_last_standing(session: Session, *, person: str | None = None, item_id: int | None = None) -> Annotation | None:
    """Return the last annotation, of this person or item, that was not undone."""
    statement = select(Annotation).where(*still_stands())
    if person is not None:
        statement = statement.where(Annotation.person == person)
    if item_id is not None:
        statement = statement.where(Annotation.item_id == item_id)
    return session.scalar(statement.order_by(Annotation.id.desc()).limit(1))


def list_standing_since(session: Session, person: str, start: datetime, limit: int = 5000) -> Sequence[Annotation]:
    """Return a person's annotations from a moment on that were not undone, oldest first; of very many the newest."""
    newest = (
        select(Annotation)
        .where(Annotation.person == person, Annotation.created_at >= start, *still_stands())
        .order_by(Annotation.id.desc())
        .limit(limit)
    )
    return session.scalars(newest).all()[::-1]


def get_last_time(session: Session) -> datetime | None:
    """Return when anybody said anything last."""
    last = select(func.max(Annotation.id)).scalar_subquery()
    return session.scalar(select(Annotation.created_at).where(Annotation.id == last))


def get_last(session: Session, item_id: int) -> Annotation | None:
    """Return the last annotation of an item, of whatever kind."""
    return session.scalar(
        select(Annotation).where(Annotation.item_id == item_id).order_by(Annotation.id.desc()).limit(1)
    )


def list_histories(session: Session, item_ids: Sequence[int]) -> dict[int, list[Remark]]:
    """Return all that people said of items, oldest first; items of which nobody said anything are left out."""
    found: dict[int, list[Remark]] = {}
    for item_id, *said in run(session, _histories(), {"ids": item_ids}):
        found.setdefault(item_id, []).append(Remark._make(said))
    return found


@cache
def _histories() -> Select[Any]:
    said = (Annotation.id, Annotation.kind, Annotation.labels, Annotation.note, Annotation.person)
    of_items = Annotation.item_id.in_(bindparam("ids", expanding=True))
    return select(Annotation.item_id, *said, Annotation.created_at).where(of_items).order_by(Annotation.id)

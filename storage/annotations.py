"""Queries on what people said of items."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, select
from sqlalchemy.orm import Session, aliased

from storage.tables import Annotation

UNDONE = "undone"


def get_by_token(session: Session, token: str) -> Annotation | None:
    """Return the annotation that was stored with this token."""
    return session.scalar(_of_token(), {"token": token})


@cache
def _of_token() -> Select[tuple[Annotation]]:
    # Built once: to build a statement takes longer than to run it.
    return select(Annotation).where(Annotation.token == bindparam("token"))


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


def list_histories(session: Session, item_ids: Sequence[int]) -> dict[int, list[Annotation]]:
    """Return all that people said of items, oldest first; items of which nobody said anything are left out."""
    found: dict[int, list[Annotation]] = {}
    for row in session.scalars(_histories(), {"ids": item_ids}):
        found.setdefault(row.item_id, []).append(row)
    return found


@cache
def _histories() -> Select[tuple[Annotation]]:
    said = select(Annotation).where(Annotation.item_id.in_(bindparam("ids", expanding=True)))
    return said.order_by(Annotation.id)

"""Queries on the record of imports: who brought in which file, how far it is, how it ended."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Update, select, update
from sqlalchemy.orm import Session

from storage.tables import Import
from storage.tables.base import now


def add_import(session: Session, filename: str, person: str) -> int:
    """Record the beginning of an import; return its id."""
    row = Import(filename=filename[-500:], person=person)
    session.add(row)
    session.flush()
    return row.id


def note_import(session: Session, import_id: int, counts: Mapping[str, Any]) -> None:
    """Record how far an import is; `at` says when, so that one that went silent can be told from one that goes on."""
    session.execute(_of(import_id).values(counts={**counts, "at": now().isoformat()}))


def finish_import(session: Session, import_id: int, counts: Mapping[str, Any]) -> None:
    """Record the end of an import with its counts."""
    session.execute(_of(import_id).values(ended_at=now(), counts=dict(counts)))


def fail_import(session: Session, import_id: int, reason: str) -> None:
    """Record that an import ended before its file did; its last counts stay."""
    row = session.get_one(Import, import_id)
    if row.ended_at is None:
        row.ended_at, row.counts = now(), {**row.counts, "error": reason}


def list_imports(session: Session, limit: int, *, without: str) -> Sequence[Import]:
    """Return the newest imports, but those of the file name `without`."""
    newest = select(Import).where(Import.filename != without).order_by(Import.id.desc()).limit(limit)
    return session.scalars(newest).all()


def _of(import_id: int) -> Update:
    return update(Import).where(Import.id == import_id)

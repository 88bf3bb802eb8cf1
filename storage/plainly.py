"""Runs statements of which nobody needs entities, on the session's connection: a third of what the session asks for."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable
from sqlalchemy.orm import Session


def run(
    session: Session, statement: Executable, parameters: Mapping[str, Any] | Sequence[Mapping[str, Any]] = ()
) -> CursorResult[Any]:
    """Execute a statement whose rows are columns; what the session holds back is written first, as the session does."""
    session.flush()
    return _connection(session).execute(statement, parameters or None)


def _connection(session: Session) -> Connection:
    # Kept with the session until the transaction ends and closes it: to ask for it costs as much as a small statement.
    kept: Connection | None = session.info.get("connection")
    if kept is None or kept.closed:
        kept = session.info["connection"] = session.connection()
    return kept

"""Tells what is wrong when disk or database fail, whatever library says it. Knows no words for people."""

import errno
import os
import sqlite3
from collections.abc import Callable
from enum import Enum, auto

from sqlalchemy import ExceptionContext, event
from sqlalchemy.exc import DBAPIError

from storage.database import Database


class Fault(Enum):
    """What can be wrong."""

    FULL = auto()
    LOCKED = auto()
    READ_ONLY = auto()
    DAMAGED = auto()


OF_SQLITE = {
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_IOERR: Fault.FULL,
    sqlite3.SQLITE_BUSY: Fault.LOCKED,
    sqlite3.SQLITE_LOCKED: Fault.LOCKED,
    sqlite3.SQLITE_READONLY: Fault.READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: Fault.READ_ONLY,
    sqlite3.SQLITE_CORRUPT: Fault.DAMAGED,
    sqlite3.SQLITE_NOTADB: Fault.DAMAGED,
}
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
OF_SYSTEM = dict.fromkeys((*NO_ROOM, errno.EIO), Fault.FULL) | {errno.EROFS: Fault.READ_ONLY}
PRIMARY = 0xFF
"""The bits of an SQLite error code that tell its kind."""


def fault_of(error: BaseException) -> Fault | None:
    """Return what is wrong with disk or database, None where the error says nothing of them."""
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return OF_SQLITE.get(getattr(cause, "sqlite_errorcode", 0) & PRIMARY)
    if isinstance(cause, OSError):
        return OF_SYSTEM.get(cause.errno or 0)
    # What is not written in Python hands on the system's words alone.
    return Fault.FULL if any(os.strerror(code) in str(cause) for code in NO_ROOM) else None


def on_fault(database: Database, told: Callable[[Fault], Exception]) -> None:
    """Have every fault of an open database raised as what `told` makes of it."""

    @event.listens_for(database.engine, "handle_error")
    def tell(context: ExceptionContext) -> None:
        if fault := fault_of(context.original_exception):
            raise told(fault) from context.original_exception

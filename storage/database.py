"""Opens the database and hands out sessions. Knows how SQLite must be asked so that nothing is lost; knows no use case.

SQLite runs in WAL mode with `synchronous=FULL`; every write takes its lock at the start (`BEGIN IMMEDIATE`), so that it
waits for its turn instead of failing half-way. Any other database goes by SQLAlchemy's defaults.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from time import monotonic, sleep

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from storage.schema import migrate

BUSY_SECONDS = 15
"""How long a write waits for another one before it gives up."""


def sqlite_url(path: Path) -> str:
    """Return the URL of an SQLite file."""
    return f"sqlite:///{path}"


class Database:
    """An open database, its schema brought up to date. `read()` and `write()` are the only ways in."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _sqlite_engine(url) if make_url(url).get_backend_name() == "sqlite" else create_engine(url)
        migrate(self.engine)
        self._writing = {
            durable: self.engine.execution_options(writes=True, synchronous="FULL" if durable else "NORMAL")
            for durable in (True, False)
        }
        self._turn = Lock()

    @property
    def is_sqlite(self) -> bool:
        """Tell whether this is SQLite, for the few queries that differ."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a session on one consistent snapshot; nothing it changes is kept."""
        with Session(self.engine, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[Session]:
        """Open a session that commits at the end, or takes everything back when anything fails.

        What is not `durable` may be lost, as a whole, when the power fails, but not when the process dies.
        """
        with self._in_turn(), Session(self._writing[durable], expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        # SQLite would let the threads of this process ask again and again, in longer and longer intervals.
        took = self.is_sqlite and self._turn.acquire(timeout=BUSY_SECONDS)
        try:
            yield
        finally:
            if took:
                self._turn.release()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": BUSY_SECONDS}, pool_size=20, max_overflow=40)
    event.listen(engine, "connect", _prepare_connection)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare_connection(connection: sqlite3.Connection, _record: object) -> None:
    # sqlite3 would open transactions by itself, too late and in the wrong mode.
    connection.isolation_level = None
    _use_wal(connection)
    for pragma in (
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={BUSY_SECONDS * 1000}",
        "cache_size=-32000",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _use_wal(connection: sqlite3.Connection) -> None:
    # SQLite does not wait for others where this change would need it: two processes that start at once collide.
    deadline = monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or monotonic() > deadline:
                raise
            sleep(0.05)


def _begin(connection: Connection) -> None:
    # Said to SQLite itself: by way of SQLAlchemy each of these would cost as much as a small query.
    say = connection.connection.driver_connection.execute
    options = connection.get_execution_options()
    if not options.get("writes"):
        say("BEGIN")
        return
    # Kept by the connection, which goes back to the pool, hence said whenever it is to change.
    wanted, kept = options.get("synchronous", "FULL"), connection.connection.info
    if kept.get("synchronous") != wanted:
        say(f"PRAGMA synchronous={wanted}")
        kept["synchronous"] = wanted
    # This one may fail, and by way of SQLAlchemy it fails as everything else does.
    connection.exec_driver_sql("BEGIN IMMEDIATE")

"""Ids that no row ever had.

SQLite gives the id of the last row again once that row is gone, to a page that still shows it, to a model in memory and
to a folder of a version. So the ids given last are remembered.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, text

LAST = "last_{}_id"
"""What a table's id given last is called among the settings."""
KEEP = text(
    "INSERT INTO setting (name, value) VALUES (:name, :last) ON CONFLICT (name) DO UPDATE SET value = excluded.value"
)


def take_ids(connection: Connection, table: str, count: int = 1) -> int:
    """Return the first of so many ids in a row that no row of the table ever had, and never will but for these."""
    name = LAST.format(table)
    given = connection.scalar(text("SELECT value FROM setting WHERE name = :name"), {"name": name})
    stored = connection.scalar(text(f"SELECT max(id) FROM {table}"))
    first = max(int(given or 0), stored or 0) + 1
    connection.execute(KEEP, {"name": name, "last": str(first + count - 1)})
    return first


def unused_id(table: str) -> Callable[[Any], int]:
    """Return the default of a table's id."""
    return lambda context: take_ids(context.connection, table)

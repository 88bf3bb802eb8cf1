"""Keeps the number of items that stand alike, so that no count has to pass over all items.

SQLite's triggers keep it true whoever writes, in the same transaction. Other databases get a view that counts.
"""

from sqlalchemy import Connection, text

COLUMNS = ("state", "kind", "band", "source", "heard")
NAMES = ", ".join(COLUMNS)
# PostgreSQL adds up its large integers to decimals.
COUNTED = f"SELECT {NAMES}, CAST(count(*) AS INTEGER) AS items FROM standing GROUP BY {NAMES}"
CHANGED = " OR ".join(f"old.{name} IS NOT new.{name}" for name in COLUMNS)


def _add(row: str) -> str:
    values = ", ".join(f"{row}.{name}" for name in COLUMNS)
    return f"INSERT INTO standing_count VALUES ({values}, 1) ON CONFLICT DO UPDATE SET items = items + 1;"


def _take(row: str) -> str:
    same = " AND ".join(f"{name} = {row}.{name}" for name in COLUMNS)
    return (
        f"UPDATE standing_count SET items = items - 1 WHERE {same};"
        f"DELETE FROM standing_count WHERE {same} AND items = 0;"
    )


TRIGGERS = {
    "standing_count_added": f"AFTER INSERT ON standing BEGIN {_add('new')} END",
    "standing_count_removed": f"AFTER DELETE ON standing BEGIN {_take('old')} END",
    "standing_count_changed": (
        f"AFTER UPDATE OF {NAMES} ON standing WHEN {CHANGED} BEGIN {_take('old')} {_add('new')} END"
    ),
}


def fill(connection: Connection) -> None:
    """Count all items once and keep the numbers from then on; the empty table is there already."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("DROP TABLE standing_count"))
        connection.execute(text(f"CREATE VIEW standing_count AS {COUNTED}"))
        return
    connection.execute(text(f"INSERT INTO standing_count ({NAMES}, items) {COUNTED}"))
    for name, does in TRIGGERS.items():
        connection.execute(text(f"CREATE TRIGGER {name} {does}"))


def drop(connection: Connection) -> None:
    """Stop counting."""
    if connection.dialect.name != "sqlite":
        connection.execute(text("DROP VIEW standing_count"))
        return
    for name in TRIGGERS:
        connection.execute(text(f"DROP TRIGGER {name}"))
    connection.execute(text("DROP TABLE standing_count"))

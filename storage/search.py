"""Full-text search over the items' texts that finds Chinese words of any length.

SQLite's own tokenisers find no two-character Chinese word, so every Chinese character becomes a token of its own and
a word is searched as the phrase of its characters. Other databases are searched by ILIKE.
"""

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, Integer, Select, column, exists, func, select, table, text
from sqlalchemy.orm import Session, aliased

from storage.tables import Item

IDEOGRAPH = re.compile(r"([\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])")
INDEX = table("item_search", column("rowid", Integer))
COMMON = 20_000
"""Words that so many texts hold are common: among a few hundred items in any order some hold them."""


def create_index(connection: Connection) -> None:
    """Create the search index, where the database is SQLite."""
    if connection.dialect.name != "sqlite":
        return
    connection.execute(text("CREATE VIRTUAL TABLE item_search USING fts5(body, tokenize = 'unicode61')"))
    connection.execute(
        text(
            "CREATE TRIGGER item_search_removal AFTER DELETE ON item "
            "BEGIN DELETE FROM item_search WHERE rowid = old.id; END"
        )
    )


def drop_index(connection: Connection) -> None:
    """Drop the search index, where there is one."""
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TRIGGER item_search_removal"))
        connection.execute(text("DROP TABLE item_search"))


def index_texts(session: Session, texts: Iterable[tuple[int, str]]) -> None:
    """Add new items, as (id, text), to the search index."""
    if session.get_bind().dialect.name != "sqlite":
        return
    if rows := [(item_id, _spaced(body)) for item_id, body in texts]:
        session.connection().exec_driver_sql("INSERT INTO item_search (rowid, body) VALUES (?, ?)", rows)


def matches(
    session: Session, item_id: ColumnElement[int], query: str, *, one_by_one: bool = False
) -> ColumnElement[bool]:
    """Return the condition that an item's text holds every word of the query; the last word may be unfinished.

    `one_by_one` looks each item up, which is best where a few items are read until enough of them match.
    """
    if (found := _found(session, query)) is None:
        words = query.split()
        read = aliased(Item)
        return exists().where(read.id == item_id, *(read.text.icontains(word, autoescape=True) for word in words))
    return found.where(INDEX.c.rowid == item_id).exists() if one_by_one else item_id.in_(found)


def are_rare(session: Session, query: str) -> bool:
    """Tell whether few texts hold every word of the query; False where that is not easily found out."""
    found = _found(session, query) if query.strip() else None
    return found is not None and _count(session, found.limit(COMMON)) < COMMON


def count(session: Session, query: str) -> int:
    """Count the items that match."""
    if (found := _found(session, query)) is None:
        found = select(Item.id).where(matches(session, Item.id, query))
    return _count(session, found)


def _count(session: Session, found: Select[tuple[int]]) -> int:
    return session.scalar(select(func.count()).select_from(found.subquery())) or 0


def _found(session: Session, query: str) -> Select[tuple[int]] | None:
    """Return the query for the matching ids, None where the index cannot say: for signs alone, without SQLite."""
    phrases = [phrase for phrase in map(_phrase, query.split()) if phrase]
    if session.get_bind().dialect.name != "sqlite" or not phrases:
        return None
    matching = text("item_search MATCH :phrases")
    return select(INDEX.c.rowid).where(matching).params(phrases=" AND ".join(phrases))


def _spaced(body: str) -> str:
    # Splitting at a group keeps what it matched, and is several times faster than a substitution.
    return " ".join(IDEOGRAPH.split(unicodedata.normalize("NFKC", body)))


def _phrase(word: str) -> str:
    spaced = _spaced(word).replace('"', " ").strip()
    if not any(character.isalnum() for character in spaced):
        return ""
    # A prefix search helps while a Latin word is being typed; a Chinese character is complete.
    return f'"{spaced}"' + ("*" if spaced[-1].isascii() and spaced[-1].isalnum() else "")

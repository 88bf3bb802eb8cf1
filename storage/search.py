"""Full-text search over the items' texts that finds Chinese words of any length.

SQLite's own tokenisers find no two-character Chinese word, so every Chinese character becomes a token of its own and
a word is searched as the phrase of its characters. Other databases are searched by ILIKE.
"""

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import ColumnElement, Connection, exists, literal_column, select, text
from sqlalchemy.orm import Session, aliased

from storage.tables import Item

IDEOGRAPH = re.compile(r"([\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003ffff])")


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
    rows = [{"id": item_id, "body": _spaced(body)} for item_id, body in texts]
    if rows and session.get_bind().dialect.name == "sqlite":
        session.execute(text("INSERT INTO item_search (rowid, body) VALUES (:id, :body)"), rows)


def matches(session: Session, item_id: ColumnElement[int], query: str) -> ColumnElement[bool]:
    """Return the condition that an item's text holds every word of the query; the last word may be unfinished."""
    words = query.split()
    phrases = [phrase for phrase in map(_phrase, words) if phrase]
    if session.get_bind().dialect.name != "sqlite" or not phrases:
        read = aliased(Item)
        return exists().where(read.id == item_id, *(read.text.icontains(word, autoescape=True) for word in words))
    found = select(literal_column("rowid")).select_from(text("item_search")).where(text("item_search MATCH :phrases"))
    return item_id.in_(found.params(phrases=" AND ".join(phrases)))


def _spaced(body: str) -> str:
    # Splitting at a group keeps what it matched, and is several times faster than a substitution.
    return " ".join(IDEOGRAPH.split(unicodedata.normalize("NFKC", body)))


def _phrase(word: str) -> str:
    spaced = _spaced(word).replace('"', " ").strip()
    if not any(character.isalnum() for character in spaced):
        return ""
    # A prefix search helps while a Latin word is being typed; a Chinese character is complete.
    return f'"{spaced}"' + ("*" if spaced[-1].isascii() and spaced[-1].isalnum() else "")

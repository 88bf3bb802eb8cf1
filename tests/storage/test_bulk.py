"""Rows that are inserted by column are what SQLAlchemy would have inserted one by one."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import create_engine, exc, func, insert, select
from sqlalchemy.orm import Session

from storage.bulk import insert_columns
from storage.tables import Conflict, Item, NearDuplicateKey
from storage.tables.base import now

MOMENT = datetime(2026, 3, 5, 8, 30, tzinfo=timezone(timedelta(hours=8)))
ITEMS = {
    "id": [1, 2],
    "text": ["裁员", "Layoffs"],
    "text_hash": ["a", "b"],
    "published_at": [MOMENT, None],
    "companies": [["甲", "Beta"], []],
}


def stored(database, table):
    with database.read() as session:
        return [dict(row._mapping) for row in session.execute(select(table.__table__).order_by(table.id))]


def test_values_read_back_as_they_went_in_and_defaults_fill_the_rest(database):
    started = now()
    with database.write() as session:
        insert_columns(session, Item, ITEMS, split="gold", is_sample=True)
    first, second = stored(database, Item)
    assert (first["text"], first["companies"], first["published_at"]) == ("裁员", ["甲", "Beta"], MOMENT)
    assert (second["companies"], second["published_at"], second["import_id"]) == ([], None, None)
    for row in (first, second):
        assert (row["split"], row["is_sample"], row["cluster"], row["row_version"]) == ("gold", True, 0, 1)
        assert started <= row["created_at"] <= now()


def test_what_is_stored_is_to_the_letter_what_sqlalchemy_stores(database):
    same = {"split": "train", "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
    raw = []
    for write in (
        lambda session: insert_columns(session, Item, ITEMS, **same),
        lambda session: session.execute(
            insert(Item), [dict(zip(ITEMS, row, strict=True)) | same for row in zip(*ITEMS.values(), strict=True)]
        ),
    ):
        with database.write() as session:
            write(session)
            raw.append(session.connection().exec_driver_sql("SELECT * FROM item").all())
            session.connection().exec_driver_sql("DELETE FROM item")
    assert raw[0] == raw[1]


def test_a_driver_that_takes_parameters_by_name_gets_them_by_name(database):
    """As those of PostgreSQL do."""
    by_name = create_engine(database.url, paramstyle="named")
    with Session(by_name) as session, session.begin():
        assert not session.connection().dialect.positional
        insert_columns(session, Item, ITEMS, split="train")
    by_name.dispose()
    assert [row["companies"] for row in stored(database, Item)] == [["甲", "Beta"], []]


def test_ids_that_the_database_gives_are_given(database):
    with database.write() as session:
        insert_columns(session, Item, ITEMS, split="train")
        insert_columns(session, Conflict, {"item_id": [1, 2], "labels": [["财经"], []]}, line=7)
    assert [(row["id"], row["labels"], row["line"]) for row in stored(database, Conflict)] == [
        (1, ["财经"], 7),
        (2, [], 7),
    ]


def test_no_rows_are_no_statement_and_a_refused_row_takes_all_back(database):
    with database.write() as session:
        insert_columns(session, NearDuplicateKey, {"key": [], "item_id": []})
    with pytest.raises(exc.IntegrityError), database.write() as session:
        insert_columns(session, Item, ITEMS | {"text_hash": ["a", "a"]}, split="train")
    with database.read() as session:
        assert session.scalar(select(func.count()).select_from(Item)) == 0


def test_a_time_without_a_zone_is_refused(database):
    with pytest.raises(ValueError, match="without a zone"), database.write() as session:
        insert_columns(session, Item, ITEMS | {"published_at": [datetime(2026, 1, 1), None]}, split="train")

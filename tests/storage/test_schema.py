"""The migrations make exactly the tables that the program speaks of, from any start."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text

from storage import schema
from storage.database import Database, sqlite_url
from storage.schema import UnusableDatabase
from storage.tables import Base

SEARCH = "item_search"


def compare(connection):
    return compare_metadata(MigrationContext.configure(connection, opts={"include_object": is_compared}), Base.metadata)


def is_compared(_object, name, kind, *_rest):
    # SQLite does not tell which columns of an index descend; the test below compares the indexes themselves.
    return kind != "index" and not (kind == "table" and name.startswith(SEARCH))


def indexes(engine):
    with engine.connect() as connection:
        found = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"))
        return dict(found.all())


def test_the_migrated_tables_are_the_declared_ones(tmp_path):
    database = Database(sqlite_url(tmp_path / "triage.db"))
    with database.engine.connect() as connection:
        assert compare(connection) == []


def test_the_migrated_indexes_are_the_declared_ones(tmp_path):
    declared = create_engine("sqlite://")
    Base.metadata.create_all(declared)
    assert indexes(Database(sqlite_url(tmp_path / "triage.db")).engine) == indexes(declared)


def test_every_step_can_be_taken_back():
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", schema.SCRIPTS)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        command.downgrade(config, "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]


def test_processes_that_start_at_once_make_one_database(tmp_path):
    url = sqlite_url(tmp_path / "triage.db")
    with ThreadPoolExecutor(4) as pool:
        opened = list(pool.map(lambda _: Database(url), range(4)))
    with opened[0].engine.connect() as connection:
        assert compare(connection) == []


def test_a_newer_database_is_refused_and_left_alone(tmp_path):
    Database(sqlite_url(tmp_path / "triage.db")).close()
    with sqlite3.connect(tmp_path / "triage.db") as file:
        file.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(UnusableDatabase, match="newer"):
        Database(sqlite_url(tmp_path / "triage.db"))
    with sqlite3.connect(tmp_path / "triage.db") as file:
        assert file.execute("SELECT version_num FROM alembic_version").fetchone() == ("9999",)

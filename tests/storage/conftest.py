"""A real SQLite file for the tests of queries."""

import pytest

from storage.database import Database, sqlite_url


@pytest.fixture
def database(tmp_path):
    """An empty database, migrated."""
    opened = Database(sqlite_url(tmp_path / "triage.db"))
    yield opened
    opened.close()

"""Another program that keeps the database locked: a save waits for it, and says so when it has waited too long."""

import sqlite3
import time
from contextlib import closing, contextmanager
from threading import Event, Thread

import pytest

from classifier.profiles import PROFILES
from storage import database
from tests.browser.desks import NAMED, make_desk
from tests.faults.processes import query
from ui.shown import sentence
from workflow.errors import Unavailable
from workflow.faults import SENTENCES, Fault
from workflow.use_cases import build


@contextmanager
def locked(data, seconds):
    """Keep the database locked for so long, or until the block ends where it ends earlier."""
    begun, enough = Event(), Event()

    def hold():
        with closing(sqlite3.connect(data / "triage.db")) as connection:
            connection.execute("BEGIN EXCLUSIVE")
            begun.set()
            enough.wait(seconds)

    holder = Thread(target=hold)
    holder.start()
    begun.wait()
    yield
    enough.set()
    holder.join()


@pytest.fixture
def open_desk(tmp_path):
    opened = []

    def open_it():
        opened.append(build(make_desk(tmp_path / "data", items=20), None, PROFILES["starter"]))
        return opened[0]

    yield open_it
    opened[0].database.close()


def annotated(cases):
    return query(cases.data, "SELECT token FROM annotation")


@pytest.mark.slow
def test_a_save_waits_for_ten_seconds_and_is_stored(open_desk):
    cases = open_desk()
    with locked(cases.data, 10):
        began = time.monotonic()
        # Whoever only reads does not wait.
        assert cases.triage.item(1).item.id == 1
        cases.triage.submit(1, [NAMED[0]], "patient")
        assert time.monotonic() - began > 8
        assert annotated(cases) == [("patient",)]


def test_a_save_that_waited_too_long_says_so_and_the_same_save_works_afterwards(open_desk, monkeypatch):
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.5)
    cases = open_desk()
    with locked(cases.data, 60):
        with pytest.raises(Unavailable) as told:
            cases.triage.submit(1, [NAMED[0]], "impatient", 1)
        assert sentence(told.value) == SENTENCES[Fault.LOCKED]
        assert annotated(cases) == []
        assert cases.triage.item(1).truth is None
    assert not cases.triage.submit(1, [NAMED[0]], "impatient", 1).repeated
    assert annotated(cases) == [("impatient",)]

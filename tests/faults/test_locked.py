"""Another program that keeps the database locked: a save waits for it, and says so when it has waited too long."""

import sqlite3
import time
from contextlib import ExitStack, closing, contextmanager
from threading import Event, Thread

import pytest

from classifier.profiles import PROFILES
from storage import database, jobs
from tests.browser.desks import NAMED, make_desk
from tests.faults.incoming import add_items, expect_everything_predicted, predictions
from tests.faults.processes import PATIENCE, query, wait_for
from ui.shown import sentence
from workflow.errors import Unavailable
from workflow.faults import SENTENCES, Fault
from workflow.use_cases import build
from workflow.worker import Worker


@contextmanager
def locked(data, seconds):
    """Keep the database locked for so long, or until the block ends where it ends earlier."""
    begun, enough = Event(), Event()

    def hold():
        with closing(sqlite3.connect(data / "triage.db", timeout=PATIENCE)) as connection:
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


@pytest.fixture
def impatient(monkeypatch):
    """Whoever waits for the database gives up after half a second."""
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.5)


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


def test_a_save_that_waited_too_long_says_so_and_the_same_save_works_afterwards(open_desk, impatient):
    cases = open_desk()
    with locked(cases.data, 60):
        with pytest.raises(Unavailable) as told:
            cases.triage.submit(1, [NAMED[0]], "impatient", 1)
        assert sentence(told.value) == SENTENCES[Fault.LOCKED]
        assert annotated(cases) == []
        assert cases.triage.item(1).truth is None
    assert not cases.triage.submit(1, [NAMED[0]], "impatient", 1).repeated
    assert annotated(cases) == [("impatient",)]


def test_a_job_goes_on_when_the_database_is_free_again(impatient, open_desk):
    """Bug: a job that met a locked database ended as failed, and nobody predicted what had come in."""
    cases, attempts = open_desk(), []

    def write(task):
        attempts.append(task)
        if len(attempts) == 1:
            holding.enter_context(locked(cases.data, 3))
        with cases.database.write() as session:
            jobs.get_job(session, task.hand.job_id).metrics = {"attempt": len(attempts)}
        return "done"

    with cases.database.write() as session:
        jobs.add_job(session, jobs.PREDICT, ["bert"])
    with ExitStack() as holding:
        Worker(cases.database, cases.data, {jobs.PREDICT: write}).run(idle_seconds=0)
    assert query(cases.data, "SELECT status, attempts, message FROM job") == [("succeeded", 1, "done")]
    assert len(attempts) == 2


@pytest.mark.slow
def test_what_came_in_is_predicted_though_the_database_was_locked_meanwhile(impatient, trained, caplog):
    add_items(trained)
    job, before = trained.retraining.predict_open(), predictions(trained)
    worker = Thread(target=trained.work)
    worker.start()
    wait_for(lambda: len(predictions(trained)) > len(before))
    with locked(trained.data, 60):
        wait_for(lambda: "Another program keeps the database locked" in caplog.text)
        assert trained.retraining.job(job.id).status == "running"
    worker.join()
    ended = trained.retraining.job(job.id)
    assert (ended.status, "silent" in ended.message) == ("succeeded", False)
    expect_everything_predicted(trained)

"""An import that a page starts goes on by itself; its row tells every page, and the next process, how it stands."""

from datetime import timedelta
from threading import Event

import pytest
from sqlalchemy import select

from storage import imports
from storage.tables import Import
from storage.tables.base import now
from tests.workflow.bringing import write_jsonl
from workflow import background_import, importing
from workflow.background_import import BackgroundImport
from workflow.errors import BadInput, Refused
from workflow.import_views import ImportPlan
from workflow.importing import Importing
from workflow.roles import LEAD, Actor

ROWS = [{"text": f"第{number}条，内容各不相同{number**3}"} for number in range(35)]

ANN, BEN = Actor("ann", LEAD), Actor("ben", LEAD)


@pytest.fixture
def file(tmp_path):
    return write_jsonl(tmp_path / "news.jsonl", ROWS)


@pytest.fixture
def background(database, tmp_path):
    return BackgroundImport(Importing(database, tmp_path))


def run(background, file, plan=ImportPlan()):
    """Start an import and wait for its end; returns how it stands then."""
    ended = Event()
    background.start(file, plan, ANN, ended.set)
    assert ended.wait(60)
    return background.list()[0]


def test_an_import_tells_its_end_and_its_report(background, file):
    last = run(background, file)
    assert (last.status, last.filename, last.person, last.seconds_left) == ("done", "news.jsonl", "ann", None)
    assert (last.counts["rows"], last.counts["added"], last.report["added"]) == (35, 35, 35)


def test_one_that_runs_says_how_far_it_is_and_keeps_another_from_starting(background, database, file, monkeypatch):
    monkeypatch.setattr(importing, "CALM_CHUNK", 10)
    reached, go_on, ended = Event(), Event(), Event()
    note = imports.note_import

    def wait_after_the_second(session, import_id, counts):
        note(session, import_id, counts)
        if counts["rows"] == 30:
            reached.set()
            assert go_on.wait(60)

    monkeypatch.setattr(imports, "note_import", wait_after_the_second)
    background.start(file, ImportPlan(), ANN, ended.set)
    assert reached.wait(60)
    running = background.list()[0]
    assert (running.status, running.counts["rows"], running.counts["total"]) == ("running", 20, 35)
    assert running.seconds_left >= 0
    with pytest.raises(Refused, match="still running"):
        background.start(file, ImportPlan(), BEN)
    go_on.set()
    assert ended.wait(60)
    assert [one.status for one in background.list()] == ["done"]


def test_one_whose_process_died_is_cut_off_and_the_next_adds_the_rest(database, tmp_path, file, monkeypatch):
    with database.write() as session:
        died = imports.add_import(session, "news.jsonl", "ann")
        imports.note_import(session, died, {"rows": 20, "total": 35, "added": 20})
    background = BackgroundImport(Importing(database, tmp_path))
    assert background.list()[0].status == "running", "another process may still be at it"
    monkeypatch.setattr(background_import, "QUIET_SECONDS", 0.0)
    (cut,) = background.list()
    assert (cut.status, cut.counts["added"], cut.counts["total"]) == ("cut_off", 20, 35)
    assert run(background, file).status == "done"


def test_one_that_never_gave_a_sign_is_judged_by_its_start(background, database):
    with database.write() as session:
        imports.add_import(session, "news.jsonl", "ann")
        session.scalars(select(Import)).one().started_at = now() - timedelta(minutes=5)
    assert background.list()[0].status == "cut_off"


def test_one_that_fails_half_way_says_why_and_what_was_kept(background, file, monkeypatch):
    monkeypatch.setattr(importing, "CALM_CHUNK", 10)
    note = imports.note_import

    def full_disk(session, import_id, counts):
        if counts["rows"] == 30:
            raise OSError("disk full")
        note(session, import_id, counts)

    monkeypatch.setattr(imports, "note_import", full_disk)
    last = run(background, file)
    assert (last.status, last.counts["added"], last.report) == ("failed", 20, None)
    assert "log" in last.why
    monkeypatch.setattr(imports, "note_import", note)
    again = run(background, file)
    assert (again.status, again.counts["added"], again.counts["known"]) == ("done", 15, 20)


def test_a_file_that_cannot_be_used_starts_nothing(background, tmp_path):
    with pytest.raises(BadInput, match="no column that looks like the text"):
        background.start(write_jsonl(tmp_path / "a.jsonl", [{"memo": "正文"}]), ImportPlan(), ANN)
    assert background.list() == []


def test_the_sample_is_no_import_of_anybody(background):
    background._importing.load_sample()
    assert background.list() == []

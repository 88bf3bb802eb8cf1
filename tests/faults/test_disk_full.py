"""A disk that takes no more: one sentence, nothing stored before is lost, and the same works once there is room.

A limit on the size of files stands for the full disk; it needs no rights, and the system refuses the write as it would.
"""

import resource
from contextlib import contextmanager, suppress
from threading import Event

import pytest

import app
from storage.tables import Version
from tests.browser.desks import NAMED
from tests.conftest import labelled_rows, write_jsonl
from tests.faults.processes import integrity, query
from ui.phrasebook import say
from ui.shown import sentence
from workflow.errors import Unavailable
from workflow.faults import SENTENCES, Fault
from workflow.import_run import CHUNK
from workflow.import_views import ImportPlan
from workflow.live_models import LiveModels

FULL = SENTENCES[Fault.FULL]
KILOBYTE = 1024


@contextmanager
def full_beyond(size):
    """Let no file grow beyond so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def save(cases, item_id):
    return cases.triage.submit(item_id, [NAMED[0]], f"token {item_id}", 1)


def annotated(cases):
    return query(cases.data, "SELECT item_id FROM annotation ORDER BY id")


def test_a_save_says_so_and_is_stored_when_there_is_room(cases):
    save(cases, 1)
    with full_beyond(8 * KILOBYTE), pytest.raises(Unavailable) as told:
        save(cases, 2)
    assert sentence(told.value) == FULL
    assert annotated(cases) == [(1,)]
    assert not save(cases, 2).repeated
    assert annotated(cases) == [(1,), (2,)]
    assert integrity(cases.data) == ("ok", [])


def test_an_import_says_so_keeps_whole_chunks_and_goes_on_when_there_is_room(cases, tmp_path):
    rows = [row | {"text": f"{number} {row['text']}"} for number, row in enumerate(labelled_rows(3000))]
    file, before = write_jsonl(tmp_path / "news.jsonl", rows), len(cases.triage.search("")[0])
    with full_beyond(2048 * KILOBYTE):
        ended = Event()
        cases.background_import.start(file, ImportPlan(), done=ended.set)
        assert ended.wait(120)
    (kept,) = query(cases.data, "SELECT count(*) FROM item WHERE import_id IS NOT NULL")[0]
    assert kept < 3000
    assert kept % CHUNK == 0
    assert before == 40
    report = cases.importing.run(file)
    assert (report.known, report.added) == (kept, 3000 - kept)
    failed = cases.background_import.list()[1]
    assert (failed.status, failed.why, failed.counts["added"]) == ("failed", FULL, kept)
    assert integrity(cases.data) == ("ok", [])


@pytest.mark.parametrize("what", ["annotations", "disagreements", "training"])
def test_an_export_on_the_command_line_says_so_and_leaves_no_half_file(cases, what, tmp_path, capsys):
    for item_id in range(1, 40):
        save(cases, item_id)
    file = tmp_path / "out.csv"
    file.write_text("the export of yesterday")
    words = ["export", what, "--data", str(cases.data), "--output", str(file)]
    with full_beyond(2 * KILOBYTE):
        assert app.main(words) == 1
    assert capsys.readouterr().err == f"{FULL}\n"
    assert file.read_text() == "the export of yesterday"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["out.csv"]
    assert app.main(words) == 0
    assert len(file.read_text().splitlines()) > 10


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_is_told_in_chinese_too(fault):
    assert say(SENTENCES[fault], "zh") != SENTENCES[fault]


@pytest.mark.slow
def test_a_training_ends_with_the_sentence_and_the_live_version_serves_on(trained):
    before = trained.retraining.versions("bert")
    job = trained.retraining.start(("bert",))
    # The database has room; the weights of a version have not.
    with full_beyond((trained.data / "triage.db").stat().st_size + 256 * KILOBYTE), suppress(Unavailable):
        trained.work()
    ended = trained.retraining.job(job.id)
    assert (ended.status, FULL in ended.message) == ("failed", True)
    assert trained.retraining.versions("bert") == before
    assert integrity(trained.data) == ("ok", [])
    with trained.database.read() as session:
        live = session.get(Version, before[0].id)
    assert LiveModels(trained.database, trained.data).version(live).model.labels
    trained.retraining.start(("bert",))
    trained.work()
    assert trained.retraining.versions("bert")[0].number == before[0].number + 1

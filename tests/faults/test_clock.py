"""A clock that is set back by a day: nobody waits a day for an item, a job or an import, and no number is nonsense."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from storage import imports, jobs
from storage.tables import JobStatus
from tests.browser.desks import NAMED
from tests.faults.processes import query
from workflow.background_import import QUIET_SECONDS
from workflow.views import QueueFilter
from workflow.worker import take_back_abandoned

NOON = datetime(2026, 5, 6, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def clock():
    with time_machine.travel(NOON) as traveller:
        yield traveller


def test_an_item_in_somebody_s_hand_is_free_again_at_once(cases, clock):
    chosen = QueueFilter(order="newest")
    first = cases.triage.next_item(chosen, "ann").item.id
    assert cases.triage.next_item(chosen, "bob").item.id != first
    clock.move_to(NOON - DAY)
    assert cases.triage.next_item(chosen, "eve").item.id == first


def test_saves_keep_their_order_and_can_be_taken_back(cases, clock):
    cases.triage.submit(1, [NAMED[0]], "before")
    clock.move_to(NOON - DAY)
    cases.triage.submit(1, [NAMED[1]], "after", 2)
    pace = cases.paces.since("analyst", NOON - 2 * DAY)
    assert pace.count == 2
    assert pace.per_hour is None or pace.per_hour > 0
    cases.triage.undo()
    assert cases.triage.item(1).truth.labels == (NAMED[0],)
    assert query(cases.data, "SELECT kind FROM annotation ORDER BY id") == [("submitted",), ("submitted",), ("undone",)]


def test_a_job_whose_worker_is_gone_is_taken_up_again(cases, clock):
    with cases.database.write() as session:
        job_id = jobs.add_job(session, jobs.RETRAIN, ["bert"]).id
        jobs.claim_next_job(session, "elsewhere:1")
    clock.move_to(NOON - DAY)
    with cases.database.write() as session:
        take_back_abandoned(session)
    assert cases.retraining.job(job_id).status == JobStatus.QUEUED
    with cases.database.write() as session:
        jobs.claim_next_job(session, "here:1")
        jobs.end_job(session, jobs.get_job(session, job_id), JobStatus.SUCCEEDED, "Trained, and live.")
    assert cases.retraining.plan(["bert"]).last_seconds == 0


def test_an_import_that_was_cut_off_is_told(cases, clock):
    with cases.database.write() as session:
        import_id = imports.add_import(session, "news.csv", "ann")
        imports.note_import(session, import_id, {"rows": 10, "total": 20})
    clock.shift(QUIET_SECONDS / 2)
    assert cases.background_import.list()[0].status == "running"
    clock.move_to(NOON - DAY)
    assert cases.background_import.list()[0].status == "cut_off"

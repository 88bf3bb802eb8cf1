import pytest
from sqlalchemy.exc import OperationalError

from classifier.watch import Cancelled
from storage import jobs
from storage.tables import JobStatus
from workflow.job_watch import Hand, JobLost, JobWatch


@pytest.fixture
def watch(database, clock):
    """The watch of a running job that should take three seconds for bert and one for prompt."""
    with database.write() as session:
        jobs.add_job(session, jobs.RETRAIN, ["bert", "prompt"])
        job = jobs.claim_next_job(session, "w")
    return JobWatch(Hand(database, job.id, "w"), {"bert": 3.0, "prompt": 1.0}, clock)


def row(watch):
    with watch.hand.database.read() as session:
        return jobs.get_job(session, watch.hand.job_id)


def test_a_part_moves_its_share_of_the_whole(watch):
    watch.part("bert").progress(0.5, "epoch 3 of 9")

    assert (row(watch).progress, row(watch).message) == (0.375, "bert: epoch 3 of 9")


def test_the_last_section_of_the_last_part_ends_at_one(watch):
    watch.part("prompt").section(0.85, 1.0).progress(1.0)

    assert row(watch).progress == pytest.approx(1.0)


def test_the_remaining_time_is_planned_first_and_then_measured(watch, clock):
    watch.part("bert").progress(0.0)
    assert row(watch).seconds_left == pytest.approx(4.0)

    clock.now = 10.0
    watch.part("bert").progress(2 / 3)
    assert row(watch).progress == pytest.approx(0.5)
    assert row(watch).seconds_left == pytest.approx(10.0)


def test_steps_in_quick_succession_are_one_report(watch, clock):
    watch.part("bert").progress(0.1)
    clock.now = 0.3
    watch.part("bert").progress(0.2)

    assert row(watch).progress == pytest.approx(0.075)


def test_points_are_thinned_and_come_with_the_next_report(watch, clock):
    for step in range(4):
        clock.now = step * 0.4
        watch.part("bert").point("loss", step, 1.0 - step)
        watch.part("bert").progress(step / 10)
    watch.flush()

    with watch.hand.database.read() as session:
        assert jobs.list_curves(session, watch.hand.job_id) == {"bert/loss": [(0, 1.0), (3, -2.0)]}


def test_the_wish_to_stop_is_raised_out_of_progress(watch):
    with watch.hand.database.write() as session:
        jobs.get_job(session, watch.hand.job_id).cancel_requested = True

    with pytest.raises(Cancelled) as stopped:
        watch.part("bert").progress(0.1)
    assert not isinstance(stopped.value, JobLost)


def test_a_job_that_was_given_to_somebody_else_stops_and_is_not_called_cancelled(watch):
    with watch.hand.database.write() as session:
        job = jobs.get_job(session, watch.hand.job_id)
        jobs.requeue(job, "gone")
        assert job.status == JobStatus.QUEUED

    with pytest.raises(JobLost):
        watch.part("bert").progress(0.1)


def test_a_database_that_is_busy_costs_a_report_but_not_the_training(watch, clock, monkeypatch):
    def locked(*_arguments, **_values):
        raise OperationalError("UPDATE job", {}, Exception("database is locked"))

    watch.part("bert").point("loss", 1, 0.5)
    with monkeypatch.context() as patched:
        patched.setattr(jobs, "report", locked)
        watch.part("bert").progress(0.1)
    clock.now = 1.0
    watch.part("bert").progress(0.2)

    assert row(watch).progress == pytest.approx(0.15)
    with watch.hand.database.read() as session:
        assert jobs.list_curves(session, watch.hand.job_id) == {"bert/loss": [(1, 0.5)]}

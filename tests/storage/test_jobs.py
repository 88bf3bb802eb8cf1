from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy.exc import IntegrityError

from storage import jobs
from storage.tables import JobStatus


def test_of_many_workers_one_gets_the_job(database):
    with database.write() as session:
        jobs.add_job(session, jobs.RETRAIN, ["bert"])

    def claim(number):
        with database.write() as session:
            job = jobs.claim_next_job(session, f"worker {number}")
            return None if job is None else job.worker

    with ThreadPoolExecutor(8) as pool:
        got = [worker for worker in pool.map(claim, range(8)) if worker]

    assert len(got) == 1


def test_a_retraining_is_claimed_before_an_older_predict_job(database):
    with database.write() as session:
        jobs.add_job(session, jobs.PREDICT, [])
        wanted = jobs.add_job(session, jobs.RETRAIN, ["bert"]).id
    with database.write() as session:
        job = jobs.claim_next_job(session, "w")

    assert (job.id, job.status, job.attempts, job.worker) == (wanted, JobStatus.RUNNING, 1, "w")
    assert job.started_at.tzinfo is not None


def test_the_database_refuses_a_second_unfinished_retraining(database):
    with database.write() as session:
        jobs.add_job(session, jobs.RETRAIN, ["bert"])

    with pytest.raises(IntegrityError), database.write() as session:
        jobs.add_job(session, jobs.RETRAIN, ["prompt"])


def test_a_finished_job_makes_room_for_the_next(database):
    with database.write() as session:
        first = jobs.add_job(session, jobs.RETRAIN, ["bert"])
        jobs.end_job(session, first, JobStatus.CANCELLED, "Cancelled.")
        jobs.add_job(session, jobs.RETRAIN, ["bert"])
        assert jobs.count_unfinished(session) == 1
        assert first.ended_at is not None


def test_a_worker_that_lost_its_job_changes_nothing(database):
    with database.write() as session:
        job_id = jobs.add_job(session, jobs.RETRAIN, ["bert"]).id
        jobs.claim_next_job(session, "new")

    with database.write() as session:
        assert not jobs.report(session, job_id, "old", progress=0.9, message="mine", seconds_left=1)
        assert not jobs.beat(session, job_id, "old")
    with database.read() as session:
        assert jobs.get_job(session, job_id).progress == 0


def test_a_report_tells_the_worker_of_the_wish_to_stop(database):
    with database.write() as session:
        job_id = jobs.add_job(session, jobs.RETRAIN, ["bert"]).id
        jobs.claim_next_job(session, "w")
    with database.write() as session:
        assert jobs.report(session, job_id, "w", progress=0.1, message="epoch 1", seconds_left=9.5)
        jobs.get_job(session, job_id).cancel_requested = True
    with database.write() as session:
        assert not jobs.report(session, job_id, "w", progress=0.2, message="epoch 2", seconds_left=9)


def test_curves_come_back_in_the_order_of_their_steps(database):
    with database.write() as session:
        job_id = jobs.add_job(session, jobs.RETRAIN, ["bert"]).id
        jobs.add_points(session, job_id, [("bert/loss", 20, 0.5), ("bert/loss", 10, 0.9), ("bert/f1", 20, 0.7)])

    with database.read() as session:
        assert jobs.list_curves(session, job_id) == {"bert/f1": [(20, 0.7)], "bert/loss": [(10, 0.9), (20, 0.5)]}


def test_an_ended_job_cannot_run_again(database):
    with database.write() as session:
        job = jobs.add_job(session, jobs.PREDICT, [])
        jobs.end_job(session, job, JobStatus.FAILED, "It failed.")
        with pytest.raises(ValueError, match="cannot go from failed to queued"):
            jobs.requeue(job, "again")

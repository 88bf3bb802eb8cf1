import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from classifier.watch import Cancelled
from storage import jobs
from storage.tables import JobStatus
from workflow.errors import Refused
from workflow.job_log import tail
from workflow.job_watch import JobWatch
from workflow.task import GiveWay
from workflow.worker import Worker, is_worker_alive, worker_lock

ROOT = Path(__file__).parents[2]

SLEEPER = """
import sys, time
from pathlib import Path
from storage.database import Database, sqlite_url
from workflow.worker import Worker

data = Path(sys.argv[1])
def sleep(task):
    (data / "begun").touch()
    time.sleep(60)
Worker(Database(sqlite_url(data / "triage.db")), data, {"retrain": sleep}).run()
"""


def add(database, kind=jobs.RETRAIN):
    with database.write() as session:
        return jobs.add_job(session, kind, ["bert"]).id


def get(database, job_id):
    with database.read() as session:
        return jobs.get_job(session, job_id)


@pytest.fixture
def run(database, tmp_path):
    """Works off the queue with one body for all kinds of jobs."""

    def with_body(body):
        return Worker(database, tmp_path, {jobs.RETRAIN: body, jobs.PREDICT: body}).run(idle_seconds=0)

    return with_body


def test_a_job_is_done_once_and_ends_with_its_sentence(database, run):
    job_id = add(database)

    assert run(lambda task: f"{task.kind} of {', '.join(task.classifiers)} is done.") == 1
    job = get(database, job_id)
    assert (job.status, job.message, job.progress) == (JobStatus.SUCCEEDED, "retrain of bert is done.", 1.0)
    assert run(lambda task: "again") == 0


def test_a_failure_is_one_sentence_on_the_page_and_a_traceback_in_the_log(database, run, tmp_path):
    job_id = add(database)

    def fail(task):
        raise Refused("There is nothing to learn from yet.")

    run(fail)
    job = get(database, job_id)
    assert (job.status, job.message) == (JobStatus.FAILED, "There is nothing to learn from yet.")
    assert "Traceback" in tail(tmp_path, job_id)


def test_an_unforeseen_failure_names_its_kind(database, run):
    job_id = add(database)

    def fail(task):
        raise KeyError("missing")

    run(fail)
    assert get(database, job_id).message == "KeyError: 'missing'"


def test_a_cancelled_job_ends_as_cancelled(database, run):
    job_id = add(database)

    def cancel(task):
        with database.write() as session:
            jobs.get_job(session, job_id).cancel_requested = True
        JobWatch(task.hand, {"bert": 1.0}).part("bert").progress(0.5)
        pytest.fail("the watch did not stop the job")

    run(cancel)
    assert get(database, job_id).status == JobStatus.CANCELLED


def test_a_job_that_gives_way_goes_on_afterwards_and_loses_no_attempt(database, run):
    job_id = add(database, jobs.PREDICT)
    order = []

    def body(task):
        order.append(task.kind)
        if order == [jobs.PREDICT]:
            add(database, jobs.RETRAIN)
            raise GiveWay
        return "done"

    run(body)
    assert order == [jobs.PREDICT, jobs.RETRAIN, jobs.PREDICT]
    assert get(database, job_id).attempts == 1


def abandon(database, worker, attempts=1, **values):
    job_id = add(database)
    with database.write() as session:
        job = jobs.claim_next_job(session, worker)
        job.attempts = attempts
        for name, value in values.items():
            setattr(job, name, value)
    return job_id


def test_a_job_whose_worker_died_is_taken_up_again(database, run):
    job_id = abandon(database, f"{socket.gethostname()}:1")

    assert run(lambda task: "done") == 1
    assert (get(database, job_id).status, get(database, job_id).attempts) == (JobStatus.SUCCEEDED, 2)


def test_a_job_that_kills_its_worker_thrice_fails_with_a_sentence(database, run):
    job_id = abandon(database, f"{socket.gethostname()}:1", attempts=3)

    assert run(lambda task: "done") == 0
    assert get(database, job_id).status == JobStatus.FAILED
    assert "died 3 times" in get(database, job_id).message


def test_a_cancelled_job_whose_worker_died_is_not_taken_up(database, run):
    job_id = abandon(database, f"{socket.gethostname()}:1", cancel_requested=True)

    assert run(lambda task: "done") == 0
    assert get(database, job_id).status == JobStatus.CANCELLED


def test_a_job_of_a_living_worker_on_another_machine_is_left_alone(database, run):
    job_id = abandon(database, "elsewhere:1")

    assert run(lambda task: "done") == 0
    assert get(database, job_id).status == JobStatus.RUNNING


def test_a_second_worker_leaves_at_once(database, run, tmp_path):
    add(database)

    with worker_lock(tmp_path):
        assert is_worker_alive(tmp_path)
        assert run(lambda task: "done") == 0
    assert not is_worker_alive(tmp_path)


def test_a_worker_says_that_it_lives_while_its_job_computes(database, run, monkeypatch):
    monkeypatch.setattr("workflow.job_watch.SECONDS_BETWEEN_BEATS", 0.05)
    job_id = add(database)
    heard = []

    def compute(task):
        first = get(database, job_id).heartbeat_at
        deadline = time.monotonic() + 5
        while get(database, job_id).heartbeat_at == first and time.monotonic() < deadline:
            time.sleep(0.02)
        heard.append(get(database, job_id).heartbeat_at > first)
        return "done"

    run(compute)
    assert heard == [True]


@pytest.fixture
def sleeper(database, tmp_path):
    """A real worker process in the middle of a job."""
    add(database)
    process = subprocess.Popen([sys.executable, "-c", SLEEPER, str(tmp_path)], cwd=ROOT)
    deadline = time.monotonic() + 30
    while not (tmp_path / "begun").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    yield process
    process.kill()
    process.wait()


def test_killing_a_worker_frees_its_lock_and_its_job(database, run, tmp_path, sleeper):
    assert is_worker_alive(tmp_path)

    sleeper.send_signal(signal.SIGKILL)
    sleeper.wait()

    assert not is_worker_alive(tmp_path)
    assert run(lambda task: "done") == 1


def test_cancelling_reaches_a_training_in_another_thread(database, run):
    job_id = add(database)
    begun = threading.Event()
    stopped = []

    def train(task):
        part = JobWatch(task.hand, {"bert": 1.0}).part("bert")
        try:
            for step in range(1000):
                part.progress(step / 1000)
                begun.set()
                time.sleep(0.02)
        except Cancelled:
            stopped.append(step)
            raise
        return "done"

    thread = threading.Thread(target=run, args=[train])
    thread.start()
    begun.wait(10)
    with database.write() as session:
        jobs.get_job(session, job_id).cancel_requested = True
    thread.join(10)

    assert stopped
    assert stopped[0] < 100

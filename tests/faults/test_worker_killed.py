"""The worker killed at any moment: its job resumes or ends with a sentence, and the live versions serve on."""

import random
import time

import pytest
from sqlalchemy import select

from storage.tables import Version
from tests.faults.incoming import add_items, expect_everything_predicted, predictions
from tests.faults.processes import integrity, kill
from workflow.version_files import is_there

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200)]

LONGEST = 12.0
"""Seconds until a worker is killed at the latest; a tiny training takes about that long."""


def work_and_die(processes, desk, job_id, dice):
    """Kill one worker after the other until the job has ended; returns how many it took."""
    kills = 0
    while desk.retraining.job(job_id).status in ("queued", "running"):
        worker = processes.start("work", "--data", desk.data)
        worker.join(dice.uniform(0.5, LONGEST))
        kills += worker.is_alive()
        kill(worker)
        expect_whole(desk)
    return kills


def expect_whole(desk):
    """Whatever is stored is whole: the file, the versions with their files, and one live version a classifier."""
    assert integrity(desk.data) == ("ok", [])
    with desk.database.read() as session:
        rows = session.scalars(select(Version)).all()
    assert all(is_there(desk.data, row) for row in rows if row.classifier != "reference")
    found, missing = desk.models.classifiers()
    assert (sorted(found), missing) == (["bert", "llm_head"], {})


def test_a_killed_training_resumes_or_ends_with_a_sentence(trained, worker_processes):
    dice, ended, kills = random.Random(3), [], 0
    for _ in range(3):
        job = trained.retraining.start(("bert", "llm_head"))
        kills += work_and_die(worker_processes, trained, job.id, dice)
        last = trained.retraining.job(job.id)
        ended.append(last.status)
        if last.status == "failed":
            assert last.message == "The worker died 3 times at this job; its log says how far it came."
    assert kills >= 3
    assert set(ended) <= {"succeeded", "failed"}
    answer = trained.live.classify("海澜科技：控股股东办理了股权质押")
    assert answer.classifiers["bert"] is not None
    assert answer.classifiers["llm_head"] is not None


def test_a_killed_prediction_goes_on_and_says_nothing_twice(trained, worker_processes):
    add_items(trained)
    dice, said = random.Random(4), []
    job = trained.retraining.predict_open()
    for _ in range(2):
        worker = worker_processes.start("work", "--data", trained.data)
        before = len(predictions(trained))
        deadline = time.monotonic() + 120
        while len(predictions(trained)) == before and worker.is_alive() and time.monotonic() < deadline:
            time.sleep(0.02)
        worker.join(dice.uniform(0, 0.3))
        kill(worker)
        expect_whole(trained)
        said.append(predictions(trained))
    worker_processes.start("work", "--data", trained.data).join()

    assert trained.retraining.job(job.id).status == "succeeded"
    assert len(said[0]) < len(said[1])
    assert said[0] <= said[1] <= predictions(trained)
    expect_everything_predicted(trained)

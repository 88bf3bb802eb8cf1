"""The real worker process, killed in the middle of a real training."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.tables import Version
from tests.workflow.training.conftest import TinyRecipes
from workflow.bakeoff.bake_offs import BakeOffs, Wish
from workflow.version_files import UNFINISHED, version_directory
from workflow.worker import DATABASE_VARIABLE, is_worker_alive

ROOT = Path(__file__).parents[3]


class LongRecipes(TinyRecipes):
    """Trainings that nobody waits for: they end because somebody ends them."""

    def recipe(self, classifier):
        recipe = super().recipe(classifier)
        return recipe if classifier == "retriever" else replace(recipe, epochs=100_000, seconds=600.0, patience=100_000)


@pytest.fixture
def start_worker(desk):
    processes = []

    def start():
        command = [sys.executable, "-m", "workflow.worker", "--data", str(desk.data)]
        environment = {**os.environ, DATABASE_VARIABLE: desk.database.url}
        processes.append(subprocess.Popen(command, cwd=ROOT, env=environment))
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.wait()


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def finished(desk):
    return {classifier for (classifier,) in desk.read(select(Version.classifier))}


def is_training(desk, name):
    return desk.retraining.jobs()[-1].message.startswith(f"{name}:")


@pytest.mark.slow
def test_a_worker_killed_in_a_training_is_followed_by_one_that_goes_on_behind_the_last_finished_version(
    desk, start_worker
):
    job = desk.retraining.start(("bert", "llm_head"))
    first = start_worker()
    wait_for(lambda: is_training(desk, "llm_head"))
    assert finished(desk) == {"retriever", "bert"}
    first.send_signal(signal.SIGKILL)
    first.wait()
    assert not is_worker_alive(desk.data)
    (desk.data / "versions" / "bert" / "999").mkdir()

    assert start_worker().wait(180) == 0

    ended = desk.retraining.job(job.id)
    assert (ended.status, ended.message) == ("succeeded", "Trained, and live.")
    assert "attempt 2" in ended.log
    rows = desk.retraining.versions()
    assert sorted(row.classifier for row in rows) == ["bert", "llm_head", "reference", "retriever"]
    assert {row.status for row in rows} == {"live"}
    # Nothing is left of what the killed process had half done.
    assert list(desk.data.glob(f"versions/*/{UNFINISHED}")) == []
    assert not (desk.data / "versions" / "bert" / "999").exists()
    assert all(version_directory(desk.data, row.classifier, row.id).is_dir() for row in rows[1:])
    assert list(desk.data.glob("jobs/*")) == []


@pytest.mark.slow
def test_a_worker_that_is_asked_to_end_puts_its_job_back(desk, start_worker):
    job = desk.retraining.start(("bert",))
    worker = start_worker()
    wait_for(lambda: is_training(desk, "retriever") or is_training(desk, "bert"))
    worker.terminate()

    assert worker.wait(30) == 0
    assert desk.retraining.job(job.id).status == "queued"


@pytest.mark.slow
def test_a_cancelled_training_stops_within_moments_and_leaves_nothing_live(desk, start_worker):
    long = replace(desk.retraining, recipes=LongRecipes())
    job = long.start(("bert", "llm_head"))
    start_worker()
    wait_for(lambda: is_training(desk, "bert"))
    desk.retraining.cancel(job.id)

    wait_for(lambda: desk.retraining.job(job.id).status == "cancelled", seconds=10)
    assert finished(desk) == {"retriever"}


def children(process):
    return [int(child) for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells whose child a process is")
def test_the_run_of_a_bake_off_ends_with_its_worker_and_is_taken_up_by_the_next(desk, start_worker):
    bake_offs = BakeOffs(desk.database, desk.data, TinyRecipes(), desk.supervisor)
    job_id = bake_offs.start(Wish(["bert"]))
    first = start_worker()
    wait_for(lambda: desk.retraining.job(job_id).message.startswith("#2: "))
    orphans = children(first)
    assert orphans
    first.send_signal(signal.SIGKILL)
    first.wait()
    wait_for(lambda: not [pid for pid in orphans if Path(f"/proc/{pid}").exists()], seconds=20)
    states = [row.state for row in bake_offs.view(job_id).rows]
    assert states == ["done", "waiting"]

    assert start_worker().wait(180) == 0

    view = bake_offs.view(job_id)
    assert (view.status, [row.state for row in view.rows]) == ("succeeded", ["done"] * 2)
    assert "attempt 2" in desk.retraining.job(job_id).log
    assert len(desk.retraining.versions("bert")) == len(desk.retraining.versions("reference")) == 1
    assert list(desk.data.glob("jobs/*")) == []

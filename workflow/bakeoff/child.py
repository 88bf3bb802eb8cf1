"""Carries out a run in a process of its own: its memory is its own, and a run that the system kills is only one run.

The process reports to the job's row itself. It ends with the worker that started it, however that ends.
"""

import logging
import multiprocessing
from multiprocessing.connection import Connection, wait
from os import _exit
from pathlib import Path
from threading import Thread
from typing import Any

from classifier.watch import Cancelled
from storage import jobs
from storage.database import Database
from workflow import job_log
from workflow.bakeoff.frozen import frozen_path, thaw
from workflow.bakeoff.plan import Run
from workflow.errors import TriageError
from workflow.job_watch import Hand, JobWatch
from workflow.task import Task, sentence

DONE, STOPPED = "", "stopped"

logger = logging.getLogger(__name__)


def in_child(task: Task, run: Run, expected: dict[str, float]) -> None:
    """Carry out a run; raise RuntimeError with the sentence in which it failed, `Cancelled` where it was stopped."""
    # Spawned, not forked: models' libraries run threads, and a fork would share this process's memory.
    context = multiprocessing.get_context("spawn")
    answer, say = context.Pipe(duplex=False)
    hand = task.hand
    told = (hand.database.url, task.data, hand.job_id, hand.worker, task.options, run, expected, say)
    child = context.Process(target=_work, args=told, name=f"run {run.number} of job {hand.job_id}")
    child.start()
    say.close()
    try:
        outcome = answer.recv()
    except EOFError:
        child.join()
        raise RuntimeError(
            f"The run's process was ended from outside ({child.exitcode}), as when memory runs out."
        ) from None
    finally:
        # Whatever ends this worker ends the run as well.
        child.kill()
        child.join()
    settle(task, run, expected, outcome)


def settle(task: Task, run: Run, expected: dict[str, float], outcome: str) -> None:
    """Raise what an outcome means, nothing where the run is done."""
    if outcome == STOPPED:
        # The row says whether it was cancelled or given to another worker.
        JobWatch(task.hand, expected).part(run.part).progress(0)
        raise Cancelled("The run was stopped.")
    if outcome != DONE:
        raise RuntimeError(outcome)


def _work(
    url: str,
    data: Path,
    job_id: int,
    worker: str,
    options: dict[str, Any],
    run: Run,
    expected: dict[str, float],
    say: Connection,
) -> None:
    Thread(target=_end_with_parent, name="end with the worker", daemon=True).start()
    task = Task(Hand(Database(url), job_id, worker), jobs.BAKE_OFF, (), data, options)
    with job_log.writing(data, job_id):
        say.send(attempt(task, run, expected))


class CurvelessWatch(JobWatch):
    """Reports all but the curves: those of dozens of runs in one chart say nothing."""

    def point(self, series: str, step: int, value: float) -> None:
        """Leave the point out."""


def attempt(task: Task, run: Run, expected: dict[str, float]) -> str:
    """Carry out a run in this process; return `DONE`, `STOPPED` or the sentence in which it failed."""
    # Imported here: it brings the models' libraries, which the process that only waits does without.
    from workflow.bakeoff.one_run import OneRun

    try:
        OneRun(task, run, thaw(frozen_path(task))).carry_out(CurvelessWatch(task.hand, expected).part(run.part))
    except Cancelled:
        return STOPPED
    except TriageError as error:
        logger.exception("The run failed.")
        return str(error)
    except Exception as error:
        logger.exception("The run failed.")
        return sentence(error)
    return DONE


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        _exit(1)

"""The worker process: claims jobs one after the other and ends when none is left. Knows no model.

    python -m workflow.worker --data DIR

One worker a data folder: it holds a lock that the system frees when the process dies, whatever the clock says. So the
next worker knows at once that a job which by its row still runs was abandoned.
"""

import argparse
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import NoReturn, TypeVar

from filelock import FileLock, Timeout
from sqlalchemy.orm import Session

from classifier.watch import Cancelled
from storage import jobs
from storage.database import Database, sqlite_url
from storage.tables import Job, JobStatus
from storage.tables.base import now
from workflow import job_log
from workflow.faults import is_locked
from workflow.job_watch import Hand, Heartbeat, JobLost
from workflow.log_lines import log_to_stderr
from workflow.task import Body, GiveWay, Task, sentence

ATTEMPTS = 3
SILENT = timedelta(seconds=20)
"""After this a worker on another machine, of which no lock tells, counts as gone."""
IDLE_SECONDS = 1.0
LOOK_SECONDS = 0.25
DATABASE_VARIABLE = "NEWS_TRIAGE_DATABASE"
"""Carries the database's URL to the worker; a password on the command line could be read by everyone."""

Written = TypeVar("Written")

logger = logging.getLogger(__name__)


class Stopped(BaseException):
    """The process was asked to end; its job goes back to the queue."""


def worker_lock(data: Path) -> FileLock:
    """Return the lock that a living worker of this folder holds."""
    return FileLock(data / "worker.lock", timeout=0.5)


def is_worker_alive(data: Path) -> bool:
    """Tell whether a worker of this folder lives."""
    try:
        with worker_lock(data):
            return False
    except Timeout:
        return True


class Worker:
    """Works off the queue of one data folder. `bodies` says what to do for each kind of job."""

    def __init__(self, database: Database, data: Path, bodies: Mapping[str, Body]) -> None:
        self.database = database
        self.data = data
        self.bodies = bodies
        self.name = f"{socket.gethostname()}:{os.getpid()}"

    def run(self, idle_seconds: float = IDLE_SECONDS) -> int:
        """Work until nothing is left to do; return how many jobs were taken up, 0 when another worker lives."""
        try:
            with worker_lock(self.data):
                self._write(take_back_abandoned)
                return self._work_off(idle_seconds)
        except Timeout:
            logger.info("Another worker is at work.")
            return 0

    def _work_off(self, idle_seconds: float) -> int:
        taken = 0
        while True:
            # A job is often followed by the next within a moment; to start a process for that takes longer.
            if (job := self._claim() or self._wait(idle_seconds)) is None:
                return taken
            taken += 1
            self._work(job)

    def _wait(self, idle_seconds: float) -> Job | None:
        deadline = time.monotonic() + idle_seconds
        while time.monotonic() < deadline:
            time.sleep(min(LOOK_SECONDS, idle_seconds))
            with self.database.read() as session:
                waiting = jobs.count_unfinished(session)
            if waiting and (job := self._claim()):
                return job
        return None

    def _claim(self) -> Job | None:
        return self._write(lambda session: jobs.claim_next_job(session, self.name))

    def _work(self, job: Job) -> None:
        hand = Hand(self.database, job.id, self.name)
        task = Task(hand, job.kind, tuple(job.classifiers), self.data, dict(job.options), job.person)
        with job_log.writing(self.data, job.id):
            logger.info("Job %s (%s) begins, attempt %s.", job.id, job.kind, job.attempts)
            try:
                with Heartbeat(hand):
                    status, message = self._outcome(task)
            except JobLost as lost:
                logger.warning("%s", lost)
            except GiveWay:
                self._requeue(job.id)
            except Stopped:
                self._requeue(job.id)
                raise
            else:
                logger.info("Job %s has %s. %s", job.id, status, message)
                self._end(job.id, status, message)

    def _outcome(self, task: Task) -> tuple[JobStatus, str]:
        try:
            return JobStatus.SUCCEEDED, self.bodies[task.kind](task)
        except (JobLost, GiveWay):
            raise
        except Cancelled:
            return JobStatus.CANCELLED, "Cancelled; the live versions serve on."
        except Exception as error:
            if is_locked(error):
                logger.warning("Another program keeps the database locked; the job goes on afterwards.")
                raise GiveWay from error
            logger.exception("The job failed.")
            return JobStatus.FAILED, sentence(error)

    def _end(self, job_id: int, status: JobStatus, message: str) -> None:
        def end(session: Session) -> None:
            if job := self._own(session, job_id):
                jobs.end_job(session, job, status, message)

        self._write(end)

    def _requeue(self, job_id: int) -> None:
        def requeue(session: Session) -> None:
            if job := self._own(session, job_id):
                jobs.requeue(job, "waiting")
                # It did not fail, so this attempt does not count.
                job.attempts -= 1

        self._write(requeue)

    def _write(self, act: Callable[[Session], Written]) -> Written:
        """Write, however long another program keeps the database locked: nobody is here who could try again."""
        while True:
            try:
                with self.database.write() as session:
                    return act(session)
            except Exception as error:
                if not is_locked(error):
                    raise
                logger.warning("Another program keeps the database locked; waiting for it.")

    def _own(self, session: Session, job_id: int) -> Job | None:
        job = jobs.get_job(session, job_id)
        return job if job is not None and job.worker == self.name and job.status == JobStatus.RUNNING else None


def take_back_abandoned(session: Session) -> None:
    """Requeue or end what workers that are gone have left behind; for whoever holds the worker's lock."""
    here = f"{socket.gethostname()}:"
    for job in jobs.list_running(session):
        silent = job.heartbeat_at is None or abs(now() - job.heartbeat_at) > SILENT
        if not job.worker.startswith(here) and not silent:
            continue
        if job.cancel_requested:
            jobs.end_job(session, job, JobStatus.CANCELLED, "Cancelled; the live versions serve on.")
        elif job.attempts >= ATTEMPTS:
            reason = f"The worker died {job.attempts} times at this job; its log says how far it came."
            jobs.end_job(session, job, JobStatus.FAILED, reason)
        else:
            jobs.requeue(job, "The worker died; the job goes on with the next one.")


def work(data: Path, url: str | None = None, idle_seconds: float = IDLE_SECONDS) -> int:
    """Open the data folder, work off its queue and return how many jobs were taken up.

    For so long without work a worker waits, with the live versions in memory, before it ends.
    """
    # Imported here, because the bodies bring the models' libraries, and asking for help should not.
    from workflow.bakeoff.body import bake_off
    from workflow.predict_job import PredictJobs
    from workflow.training_run import retrain

    database = Database(url or os.environ.get(DATABASE_VARIABLE) or sqlite_url(data / "triage.db"))
    predictions = PredictJobs(database, data)
    bodies = {
        jobs.RETRAIN: predictions.put_away_for(retrain),
        jobs.PREDICT: predictions.predict,
        jobs.BAKE_OFF: predictions.put_away_for(bake_off),
    }
    try:
        return Worker(database, data, bodies).run(idle_seconds)
    finally:
        database.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as a process of its own; return the exit status."""
    parser = argparse.ArgumentParser(description="Work off the jobs of a data folder, then end.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--database", help=f"default: ${DATABASE_VARIABLE} or the folder's SQLite file")
    parser.add_argument("--idle", type=float, default=IDLE_SECONDS, help="seconds without work before it ends")
    options = parser.parse_args(arguments)
    log_to_stderr(logging.INFO)
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    # The page comes first wherever both want the processor.
    os.nice(5)
    # Nobody watches the bars that the models' libraries draw; in a log they are noise.
    os.environ.setdefault("TQDM_DISABLE", "1")
    os.environ.setdefault("TRANSFORMERS_VERBOSITY", "error")
    try:
        work(options.data, options.database, options.idle)
    except Stopped:
        logger.info("Stopped; the job in hand goes on with the next worker.")
    return 0


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise Stopped


if __name__ == "__main__":
    sys.exit(main())

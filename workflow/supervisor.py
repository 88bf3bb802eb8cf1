"""Keeps a worker alive while jobs wait: looked after from the web process, or from a command that waits for its job."""

import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Event, Lock, Thread

from sqlalchemy.exc import SQLAlchemyError

from storage import jobs
from storage.database import Database
from storage.tables import JobStatus
from workflow.errors import TriageError
from workflow.worker import DATABASE_VARIABLE, is_worker_alive

ROOT = Path(__file__).resolve().parent.parent
SECONDS_BETWEEN_LOOKS = 2.0
IDLE_SECONDS = 300
"""So long a worker of the page keeps the models in memory, so that a new item is predicted within moments."""
QUICK_SECONDS = 20.0
QUICK_DEATHS = 3
"""So many workers that died at once in a row mean that the next would die as well."""

Spawn = Callable[..., "subprocess.Popen[bytes]"]

logger = logging.getLogger(__name__)


def worker_command(data: Path) -> list[str]:
    """Return the command line of a worker."""
    return [sys.executable, str(ROOT / "app.py"), "work", "--data", str(data.resolve())]


class Supervisor:
    """Starts a worker when jobs wait and none lives. `spawn` is `subprocess.Popen` or what a test puts there."""

    def __init__(
        self, database: Database, data: Path, command: Sequence[str] | None = None, spawn: Spawn = subprocess.Popen
    ) -> None:
        self.database = database
        self.data = data
        self.command = list(command or worker_command(data))
        self._spawn = spawn
        self._child: subprocess.Popen[bytes] | None = None
        self._born = 0.0
        self._quick_deaths = 0
        self._lock = Lock()
        self._ended = Event()

    def ensure(self) -> None:
        """Start a worker if one is needed; cheap when none is."""
        with self._lock:
            if self._is_child_alive() or not self._is_work_waiting() or is_worker_alive(self.data):
                return
            if self._quick_deaths >= QUICK_DEATHS:
                self._give_up()
                return
            self._start_worker()

    def start(self) -> None:
        """Look after the worker from a thread until `stop`; one that is idle stays for a while."""
        self.command += ["--idle", str(IDLE_SECONDS)]
        Thread(target=self._watch, name="supervisor", daemon=True).start()

    def stop(self) -> None:
        """Stop looking, and ask an own worker to put its job back into the queue and end."""
        self._ended.set()
        with self._lock:
            if self._child is not None and self._child.poll() is None:
                self._child.terminate()

    def _watch(self) -> None:
        while not self._ended.is_set():
            try:
                self.ensure()
            except (SQLAlchemyError, OSError, TriageError):
                logger.exception("No worker could be started; trying again.")
            self._ended.wait(SECONDS_BETWEEN_LOOKS)

    def _is_child_alive(self) -> bool:
        if self._child is None:
            return False
        status = self._child.poll()
        if status is None:
            return True
        quick = status != 0 and time.monotonic() - self._born < QUICK_SECONDS
        self._quick_deaths = self._quick_deaths + 1 if quick else 0
        self._child = None
        return False

    def _is_work_waiting(self) -> bool:
        with self.database.read() as session:
            return jobs.count_unfinished(session) > 0

    def _start_worker(self) -> None:
        logs = self.data / "logs"
        logs.mkdir(parents=True, exist_ok=True)
        with (logs / "worker.log").open("ab") as log:
            self._child = self._spawn(
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=ROOT,
                env={**os.environ, DATABASE_VARIABLE: self.database.url},
                # Ctrl-C in the terminal is for the page; the worker is told by `stop`.
                start_new_session=True,
            )
        self._born = time.monotonic()

    def _give_up(self) -> None:
        with self.database.write() as session:
            for job in [*jobs.list_queued(session), *jobs.list_running(session)]:
                jobs.end_job(session, job, JobStatus.FAILED, "The worker does not start; logs/worker.log says why.")
        self._quick_deaths = 0

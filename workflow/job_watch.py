"""Carries what a running job has to say into its row, and the wish to stop back to it. Knows no training.

A training reports at every step; the database hears of it about twice a second, in short transactions, and a database
that is busy for a moment costs a report but never the training.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event, Thread
from types import TracebackType

from sqlalchemy.exc import OperationalError

from classifier.watch import Cancelled
from storage import jobs
from storage.database import Database

SECONDS_BETWEEN_REPORTS = 0.5
SECONDS_BETWEEN_POINTS = 1.0
SECONDS_BETWEEN_BEATS = 2.0
MEASURABLE = 0.02
"""Share of the work after which its pace is a better guess of the remaining time than the plan."""

logger = logging.getLogger(__name__)


class JobLost(Cancelled):
    """The job is no longer this worker's: it was taken for dead, or ended by somebody else."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Which worker has which job in hand."""

    database: Database
    job_id: int
    worker: str


@dataclass
class JobWatch:
    """The watch of a whole job. `expected` says how many seconds its parts should take; `part` is the watch of one."""

    hand: Hand
    expected: dict[str, float]
    clock: Callable[[], float] = time.monotonic
    points: list[tuple[str, int, float]] = field(default_factory=list)
    _started: tuple[float, float] | None = None
    _reported: float = float("-inf")
    _drawn: dict[str, float] = field(default_factory=dict)

    def part(self, name: str) -> "PartWatch":
        """Return the watch of one part; its 0..1 is that part's share of the whole."""
        total = sum(self.expected.values())
        names = list(self.expected)
        before = sum(self.expected[earlier] for earlier in names[: names.index(name)])
        return PartWatch(self, name, before / total, self.expected[name] / total)

    def progress(self, done: float, message: str = "") -> None:
        """Report, if the last report is long enough ago; raise `Cancelled` when the job is to stop."""
        now = self.clock()
        self._started = self._started or (now, done)
        if now - self._reported >= SECONDS_BETWEEN_REPORTS:
            self._reported = now
            self._report(done, message, self._seconds_left(now, done))

    def point(self, series: str, step: int, value: float) -> None:
        """Keep a point for the next report, at most one a second for each curve."""
        now = self.clock()
        if now - self._drawn.get(series, float("-inf")) >= SECONDS_BETWEEN_POINTS:
            self._drawn[series] = now
            self.points.append((series, step, float(value)))

    def flush(self) -> None:
        """Write the points that wait."""
        points, self.points = self.points, []
        with self.hand.database.write() as session:
            jobs.add_points(session, self.hand.job_id, points)

    def _report(self, done: float, message: str, seconds_left: float) -> None:
        values = {"progress": min(max(done, 0.0), 1.0), "message": message, "seconds_left": seconds_left}
        try:
            with self.hand.database.write() as session:
                wanted = jobs.report(session, self.hand.job_id, self.hand.worker, **values)
                jobs.add_points(session, self.hand.job_id, self.points)
        except OperationalError:
            logger.warning("The database is busy; progress is reported later.")
            return
        self.points = []
        if not wanted:
            self._stop()

    def _stop(self) -> None:
        with self.hand.database.read() as session:
            job = jobs.get_job(session, self.hand.job_id)
            if job is not None and job.worker == self.hand.worker and job.cancel_requested:
                raise Cancelled("The job was cancelled.")
        raise JobLost("The job was given to another worker.")

    def _seconds_left(self, now: float, done: float) -> float:
        started_at, started_done = self._started or (now, done)
        advanced = done - started_done
        if advanced < MEASURABLE:
            return (1 - done) * sum(self.expected.values())
        return (1 - done) * (now - started_at) / advanced


@dataclass(frozen=True)
class PartWatch:
    """The watch of one part of a job: `start` and `share` place its 0..1 in the whole, its name marks what it says."""

    whole: JobWatch
    name: str
    start: float = 0.0
    share: float = 1.0

    def progress(self, done: float, message: str = "") -> None:
        """Tell how much of this part is done."""
        self.whole.progress(self.start + self.share * min(max(done, 0.0), 1.0), f"{self.name}: {message}".rstrip(": "))

    def point(self, series: str, step: int, value: float) -> None:
        """Add a point to one of this part's curves."""
        self.whole.point(f"{self.name}/{series}", step, value)

    def section(self, start: float, end: float) -> "PartWatch":
        """Return the watch of a section of this part."""
        return PartWatch(self.whole, self.name, self.start + self.share * start, self.share * (end - start))


class Heartbeat:
    """Says every two seconds that the worker lives, from a thread, for as long as the block runs."""

    def __init__(self, hand: Hand) -> None:
        self._hand = hand
        self._ended = Event()
        self._thread = Thread(target=self._beat, name=f"heartbeat of job {hand.job_id}", daemon=True)

    def __enter__(self) -> "Heartbeat":
        """Begin."""
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """End, and wait until nothing is written any more."""
        self._ended.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._ended.wait(SECONDS_BETWEEN_BEATS):
            try:
                with self._hand.database.write() as session:
                    jobs.beat(session, self._hand.job_id, self._hand.worker)
            except OperationalError:
                logger.warning("The database is busy; the heartbeat waits.")

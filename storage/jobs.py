"""Queries on jobs and their curves. Knows when a step of a job's life is possible, not what a job does.

A worker claims a job by one UPDATE, so that of two workers one gets it. Every later write names the worker, so that one
that was thought dead and comes back changes nothing.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import case, func, insert, literal, select, update
from sqlalchemy.orm import Session

from storage.tables import Job, JobPoint, JobStatus
from storage.tables.base import UtcDateTime, now

UNFINISHED = (JobStatus.QUEUED, JobStatus.RUNNING)
RETRAIN, PREDICT, BAKE_OFF = "retrain", "predict", "bake_off"
PRECEDENCE = {RETRAIN: 0, PREDICT: 1, BAKE_OFF: 2}
"""A retraining outdates what older versions say; a bake-off takes hours, and nobody works with what it makes."""


def add_job(
    session: Session, kind: str, classifiers: Sequence[str], person: str = "", options: dict[str, Any] | None = None
) -> Job:
    """Queue a job; the database refuses a second unfinished one of its kind."""
    job = Job(kind=kind, classifiers=list(classifiers), person=person, options=options or {}, message="waiting")
    session.add(job)
    session.flush()
    return job


def get_job(session: Session, job_id: int) -> Job | None:
    """Return a job."""
    return session.get(Job, job_id)


def get_unfinished(session: Session, kind: str) -> Job | None:
    """Return the job of this kind that waits or runs."""
    return session.scalar(select(Job).where(Job.kind == kind, Job.status.in_(UNFINISHED)))


def get_last(session: Session, kind: str) -> Job | None:
    """Return the newest job of this kind."""
    return session.scalar(select(Job).where(Job.kind == kind).order_by(Job.id.desc()).limit(1))


def get_last_succeeded(session: Session, kind: str) -> Job | None:
    """Return the job of this kind that succeeded last."""
    statement = select(Job).where(Job.kind == kind, Job.status == JobStatus.SUCCEEDED)
    return session.scalar(statement.order_by(Job.id.desc()).limit(1))


def list_jobs(session: Session, limit: int = 20) -> Sequence[Job]:
    """Return the newest jobs first."""
    return session.scalars(select(Job).order_by(Job.id.desc()).limit(limit)).all()


def list_of_kind(session: Session, kind: str) -> Sequence[Job]:
    """Return all jobs of a kind, newest first."""
    return session.scalars(select(Job).where(Job.kind == kind).order_by(Job.id.desc())).all()


def list_running(session: Session) -> Sequence[Job]:
    """Return the jobs that some worker has in hand."""
    return session.scalars(select(Job).where(Job.status == JobStatus.RUNNING).order_by(Job.id)).all()


def list_queued(session: Session) -> Sequence[Job]:
    """Return the jobs that wait."""
    return session.scalars(select(Job).where(Job.status == JobStatus.QUEUED).order_by(Job.id)).all()


def list_unfinished_ids(session: Session) -> set[int]:
    """Return the ids of the jobs that wait or run."""
    return set(session.scalars(select(Job.id).where(Job.status.in_(UNFINISHED))))


def count_unfinished(session: Session) -> int:
    """Count the jobs that wait or run."""
    return session.scalar(select(func.count()).select_from(Job).where(Job.status.in_(UNFINISHED))) or 0


def count_by_status(session: Session) -> dict[str, int]:
    """Count jobs by status."""
    return dict(session.execute(select(Job.status, func.count()).group_by(Job.status)).all())


def claim_next_job(session: Session, worker: str) -> Job | None:
    """Hand the next waiting job to a worker, by precedence and age."""
    first = (
        select(Job.id)
        .where(Job.status == JobStatus.QUEUED)
        .order_by(case(PRECEDENCE, value=Job.kind), Job.id)
        .limit(1)
        .scalar_subquery()
    )
    claimed = session.scalar(
        update(Job)
        .where(Job.id == first, Job.status == JobStatus.QUEUED)
        .values(
            status=JobStatus.RUNNING,
            worker=worker,
            attempts=Job.attempts + 1,
            started_at=func.coalesce(Job.started_at, literal(now(), UtcDateTime)),
            heartbeat_at=now(),
        )
        .returning(Job.id)
    )
    return session.get(Job, claimed, populate_existing=True) if claimed is not None else None


def beat(session: Session, job_id: int, worker: str) -> bool:
    """Say that the worker lives; return whether the job is still its own."""
    return _update_own(session, job_id, worker, heartbeat_at=now())


def report(
    session: Session, job_id: int, worker: str, *, progress: float, message: str, seconds_left: float | None
) -> bool:
    """Write how far a job is; return whether it is still the worker's own and nobody wants it to stop."""
    values = {"progress": progress, "message": message[:1000], "seconds_left": seconds_left, "heartbeat_at": now()}
    own = _update_own(session, job_id, worker, **values)
    return own and not session.scalar(select(Job.cancel_requested).where(Job.id == job_id))


def _update_own(session: Session, job_id: int, worker: str, **values: object) -> bool:
    own = (Job.id == job_id, Job.worker == worker, Job.status == JobStatus.RUNNING)
    return session.scalar(update(Job).where(*own).values(values).returning(Job.id)) is not None


def end_job(session: Session, job: Job, status: JobStatus, message: str) -> None:
    """End a job with one sentence."""
    job.move_to(status)
    job.message, job.seconds_left = message[:1000], None
    if status is JobStatus.SUCCEEDED:
        job.progress = 1.0


def requeue(job: Job, message: str) -> None:
    """Put a job back into the queue for another worker; its worker is gone or gives way."""
    job.move_to(JobStatus.QUEUED)
    job.worker, job.message, job.seconds_left = "", message[:1000], None


def add_points(session: Session, job_id: int, points: Iterable[tuple[str, int, float]]) -> None:
    """Add points, as (series, step, value), to a job's curves."""
    rows = [{"job_id": job_id, "series": series, "step": step, "value": value} for series, step, value in points]
    if rows:
        session.execute(insert(JobPoint), rows)


def list_curves(session: Session, job_id: int) -> dict[str, list[tuple[int, float]]]:
    """Return a job's curves as {series: [(step, value), …]}."""
    curves: dict[str, list[tuple[int, float]]] = {}
    statement = select(JobPoint.series, JobPoint.step, JobPoint.value).where(JobPoint.job_id == job_id)
    for series, step, value in session.execute(statement.order_by(JobPoint.series, JobPoint.step, JobPoint.id)):
        curves.setdefault(series, []).append((step, value))
    return curves

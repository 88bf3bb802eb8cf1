"""Jobs: runs of work in the background, and the curves that they draw."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, now


class JobStatus(StrEnum):
    """The life of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


STEPS: dict[JobStatus, frozenset[JobStatus]] = {
    JobStatus.QUEUED: frozenset({JobStatus.RUNNING, JobStatus.CANCELLED, JobStatus.FAILED}),
    # Back to queued: the worker died, and another one takes the job up where it stood.
    JobStatus.RUNNING: frozenset({JobStatus.SUCCEEDED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.QUEUED}),
    JobStatus.SUCCEEDED: frozenset(),
    JobStatus.FAILED: frozenset(),
    JobStatus.CANCELLED: frozenset(),
}


class Job(Base):
    """One run of work, `kind` retrain, predict or bake_off, claimed by one worker process at a time."""

    __tablename__ = "job"
    __table_args__ = (
        Index("ix_job_status", "status", "id"),
        Index(
            "uq_job_unfinished",
            "kind",
            unique=True,
            sqlite_where=text("status IN ('queued', 'running')"),
            postgresql_where=text("status IN ('queued', 'running')"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(10), default=JobStatus.QUEUED)
    classifiers: Mapped[list[Any]] = mapped_column(default=list)
    options: Mapped[dict[str, Any]] = mapped_column(default=dict)
    person: Mapped[str] = mapped_column(String(100), default="")
    progress: Mapped[float] = mapped_column(default=0.0)
    message: Mapped[str] = mapped_column(String(1000), default="")
    seconds_left: Mapped[float | None]
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    attempts: Mapped[int] = mapped_column(default=0)
    worker: Mapped[str] = mapped_column(String(100), default="")
    cancel_requested: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(default=now)
    started_at: Mapped[datetime | None]
    heartbeat_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]

    def move_to(self, status: JobStatus) -> None:
        """Take a step of the job's life; refuse one that makes no sense."""
        if status not in STEPS[JobStatus(self.status)]:
            raise ValueError(f"job {self.id} cannot go from {self.status} to {status}")
        self.status = status
        if not STEPS[status]:
            self.ended_at = now()


class JobPoint(Base):
    """One point of a curve: `series` such as `bert/loss`, `step`, `value`."""

    __tablename__ = "job_point"
    __table_args__ = (Index("ix_job_point_job", "job_id", "series", "step"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    job_id: Mapped[int] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"))
    series: Mapped[str] = mapped_column(String(60))
    step: Mapped[int]
    value: Mapped[float]

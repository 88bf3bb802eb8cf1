"""Versions: trained or configured states of the classifiers and the retriever."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, now
from storage.tables.ids import unused_id


class VersionStatus(StrEnum):
    """What a version is for at the moment."""

    CANDIDATE = "candidate"
    LIVE = "live"
    RETIRED = "retired"


class Version(Base):
    """One state of a classifier (`bert`, `llm_head`, `prompt`, `retriever`, `reference`).

    `labels` are the names in column order as they were then, `label_ids` the same as ids (a label may be renamed),
    `thresholds` {name: 0..1}, `metrics` those on gold, `fingerprint` a hash of the training data,
    `gold_fingerprint` one of the gold items, `reason` why it waits or what put it here.
    """

    __tablename__ = "version"
    __table_args__ = (
        Index("uq_version_number", "classifier", "number", unique=True),
        # One live version a classifier, held by the database itself.
        Index(
            "uq_version_live",
            "classifier",
            unique=True,
            sqlite_where=text("status = 'live'"),
            postgresql_where=text("status = 'live'"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, default=unused_id("version"))
    classifier: Mapped[str] = mapped_column(String(20))
    number: Mapped[int]
    status: Mapped[str] = mapped_column(String(10), default=VersionStatus.CANDIDATE)
    reason: Mapped[str] = mapped_column(String(500), default="")
    recipe: Mapped[dict[str, Any]] = mapped_column(default=dict)
    labels: Mapped[list[Any]] = mapped_column(default=list)
    label_ids: Mapped[list[Any]] = mapped_column(default=list)
    thresholds: Mapped[dict[str, Any]] = mapped_column(default=dict)
    metrics: Mapped[dict[str, Any]] = mapped_column(default=dict)
    fingerprint: Mapped[str] = mapped_column(String(64), default="")
    gold_fingerprint: Mapped[str] = mapped_column(String(64), default="")
    last_annotation_id: Mapped[int] = mapped_column(default=0)
    seconds: Mapped[float] = mapped_column(default=0.0)
    is_sample: Mapped[bool] = mapped_column(default=False)
    job_id: Mapped[int | None] = mapped_column(ForeignKey("job.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    promoted_at: Mapped[datetime | None]

"""What people said: append-only annotations, and the truth that follows from them or from an import."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, now


class Annotation(Base):
    """One thing that a person said of an item; never overwritten, an undo is an annotation of its own.

    `kind` is submitted, skipped, flagged or undone (then `undoes` names the annotation). `labels` are names, so that
    the row stays readable whatever becomes of the label. `before` is the item's truth and state at that moment, for
    the undo.
    """

    __tablename__ = "annotation"
    __table_args__ = (Index("ix_annotation_person", "person", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    labels: Mapped[list[Any]] = mapped_column(default=list)
    note: Mapped[str] = mapped_column(String(2000), default="")
    person: Mapped[str] = mapped_column(String(100))
    token: Mapped[str] = mapped_column(String(100), unique=True)
    seen_version: Mapped[int]
    before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    undoes: Mapped[int | None] = mapped_column(ForeignKey("annotation.id", ondelete="CASCADE"), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)


class Truth(Base):
    """An item's current labels, from import, annotation or adjudication. Without label rows, none apply."""

    __tablename__ = "truth"

    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"), primary_key=True)
    origin: Mapped[str] = mapped_column(String(12))
    person: Mapped[str] = mapped_column(String(100), default="")
    decided_at: Mapped[datetime] = mapped_column(default=now, index=True)
    annotation_id: Mapped[int | None] = mapped_column(ForeignKey("annotation.id", ondelete="SET NULL"))


class TruthLabel(Base):
    """One label of an item's truth."""

    __tablename__ = "truth_label"
    __table_args__ = (Index("ix_truth_label_label", "label_id", "item_id"),)

    item_id: Mapped[int] = mapped_column(ForeignKey("truth.item_id", ondelete="CASCADE"), primary_key=True)
    label_id: Mapped[int] = mapped_column(ForeignKey("label.id", ondelete="CASCADE"), primary_key=True)

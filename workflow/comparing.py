"""Versions beside one another: the table of all, and how two of them differ on each label. Knows no page."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from storage import labels, truths, versions
from storage.tables import Version, VersionStatus
from workflow.bakeoff.costs import costs_of
from workflow.continuing import REPORT as CONTINUED
from workflow.errors import BadInput, NotFound
from workflow.promoting import SWITCHABLE
from workflow.version_files import is_there

AVERAGES = tuple(f"{mean}_{part}" for mean in ("micro", "macro", "weighted") for part in ("f1", "precision", "recall"))
SHOWN = (*AVERAGES, "few_shot_f1", "support", "shortlist_recall", "format_errors", "repaired")


@dataclass(frozen=True)
class VersionRow:
    """A version in the table of all. `gold` names the gold items that it was measured on, `metrics` are averages.

    `preset` is the recipe that somebody picked by name; `promotable`: it can go live now. `returns`: a roll-back of its
    classifier brings it back. Without `has_files` it can do neither: its files were deleted.
    """

    id: int
    classifier: str
    number: int
    status: str
    reason: str
    metrics: dict[str, Any]
    gold: str
    created_at: datetime
    promoted_at: datetime | None
    seconds: float
    preset: str
    job_id: int | None
    promotable: bool
    returns: bool
    has_files: bool
    continued: int | None
    """Number of the version on top of which only the latest corrections were learned."""


@dataclass(frozen=True)
class LabelChange:
    """A label's F1 on gold before and after; None is unknown. `support` is that of the later version."""

    label: str
    before: float | None
    after: float | None
    change: float | None
    support: int
    train: int


@dataclass(frozen=True)
class Comparison:
    """Two versions of a classifier label by label, the greatest rise first, the unknown last.

    Where not `same_gold`, the gold items changed in between, and part of every difference is theirs.
    """

    before: VersionRow
    after: VersionRow
    same_gold: bool
    labels: tuple[LabelChange, ...]


def version_rows(session: Session, data: Path) -> list[VersionRow]:
    """Return all versions, newest first; those that only a bake-off has an interest in stand in its own table."""
    rows = [row for row in versions.list_versions(session) if not _is_only_compared(row)]
    previous = {versions.get_previous_live(session, name) for name in SWITCHABLE}
    return [_row(row, data, returns=row in previous) for row in rows]


def _is_only_compared(row: Version) -> bool:
    return costs_of(row) is not None and row.status == VersionStatus.RETIRED and row.promoted_at is None


def compare_versions(session: Session, data: Path, before_id: int, after_id: int) -> Comparison:
    """Compare two versions of one classifier."""
    before, after = _get(session, before_id), _get(session, after_id)
    if before.classifier != after.classifier:
        raise BadInput("Only versions of the same classifier can be compared.")
    counts = truths.count_by_label(session)
    train = {row.name: counts.get(row.id, 0) for row in labels.list_labels(session)}
    return Comparison(
        _row(before, data),
        _row(after, data),
        before.gold_fingerprint == after.gold_fingerprint,
        label_changes(before.metrics.get("per_label", {}), after.metrics.get("per_label", {}), train),
    )


def label_changes(
    before: Mapping[str, Mapping[str, Any]], after: Mapping[str, Mapping[str, Any]], train: Mapping[str, int]
) -> tuple[LabelChange, ...]:
    """Compare two versions' {label: {f1, support}}; a label that one of them does not have is unknown to it."""
    changes = [_change(name, before.get(name, {}), after.get(name, {}), train.get(name, 0)) for name in before | after]
    return tuple(sorted(changes, key=lambda one: (one.change is None, -(one.change or 0.0), one.label)))


def _change(label: str, before: Mapping[str, Any], after: Mapping[str, Any], train: int) -> LabelChange:
    was, now = (one.get("f1") if one.get("support") else None for one in (before, after))
    change = None if was is None or now is None else now - was
    return LabelChange(label, was, now, change, after.get("support", 0), train)


def _get(session: Session, version_id: int) -> Version:
    if (row := versions.get_version(session, version_id)) is None:
        raise NotFound(f"There is no version with the id {version_id}.")
    return row


def _row(row: Version, data: Path, *, returns: bool = False) -> VersionRow:
    waits = row.classifier in SWITCHABLE and row.status != VersionStatus.LIVE
    has_files = row.classifier not in SWITCHABLE or is_there(data, row)
    return VersionRow(
        id=row.id,
        classifier=row.classifier,
        number=row.number,
        status=str(row.status),
        reason=row.reason,
        metrics={name: row.metrics.get(name) for name in SHOWN},
        gold=row.gold_fingerprint[:12],
        created_at=row.created_at,
        promoted_at=row.promoted_at,
        seconds=row.seconds,
        preset=row.recipe.get("preset", ""),
        job_id=row.job_id,
        promotable=waits and has_files,
        returns=returns and has_files,
        has_files=has_files,
        continued=row.metrics.get(CONTINUED, {}).get("version"),
    )

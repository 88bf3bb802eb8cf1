"""Queries on versions, and the switch of the live one. Knows no files and no models."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta
from functools import cache
from hashlib import sha256

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from storage.jobs import BAKE_OFF
from storage.plainly import run
from storage.tables import Job, Version, VersionStatus
from storage.tables.base import now

RETIRED_KEPT = 3
"""So many versions that were live before keep their files, for each classifier."""
CANDIDATES_KEPT = 5
"""So many candidates of each classifier wait for a decision; whoever makes more outdates the oldest."""
BAKE_OFF_KEPT = timedelta(days=30)


def get_version(session: Session, version_id: int) -> Version | None:
    """Return a version."""
    return session.get(Version, version_id)


def get_live(session: Session, classifier: str) -> Version | None:
    """Return the live version of a classifier."""
    return session.scalar(select(Version).where(Version.classifier == classifier, Version.status == VersionStatus.LIVE))


def list_live(session: Session) -> dict[str, Version]:
    """Return the live versions by classifier, `retriever` and `reference` among them."""
    rows = session.scalars(select(Version).where(Version.status == VersionStatus.LIVE))
    return {row.classifier: row for row in rows}


def list_live_ids(session: Session) -> dict[str, int]:
    """Return the ids of the live versions by classifier."""
    return {classifier: version_id for classifier, version_id in run(session, _live_ids())}


@cache
def _live_ids() -> Select[tuple[str, int]]:
    # Built once: to build a statement takes longer than to run it.
    return select(Version.classifier, Version.id).where(Version.status == VersionStatus.LIVE)


def list_versions(session: Session, classifier: str | None = None) -> Sequence[Version]:
    """Return versions, newest first, of one classifier or of all."""
    statement = select(Version).order_by(Version.id.desc())
    return session.scalars(statement if classifier is None else statement.where(Version.classifier == classifier)).all()


def list_of_job(session: Session, job_id: int) -> dict[str, Version]:
    """Return the versions that a job has finished, by classifier."""
    rows = session.scalars(select(Version).where(Version.job_id == job_id).order_by(Version.id))
    return {row.classifier: row for row in rows}


def list_made_by(session: Session, job_id: int) -> Sequence[Version]:
    """Return all versions that a job has made, in the order in which it made them."""
    return session.scalars(select(Version).where(Version.job_id == job_id).order_by(Version.id)).all()


def get_mark(session: Session) -> str:
    """Return a mark that changes whenever a version comes, goes or changes its status or reason."""
    rows = session.execute(select(Version.id, Version.status, Version.reason).order_by(Version.id)).all()
    return sha256(repr(rows).encode()).hexdigest()[:16]


def retire_outdated_candidates(session: Session) -> None:
    """Retire the candidates that newer ones have outdated, so that waiting versions do not fill the disk."""
    waiting = select(Version).where(Version.status == VersionStatus.CANDIDATE).order_by(Version.id.desc())
    seen: Counter[str] = Counter()
    for row in session.scalars(waiting):
        seen[row.classifier] += 1
        if seen[row.classifier] > CANDIDATES_KEPT:
            row.status, row.reason = VersionStatus.RETIRED, "Newer candidates have outdated it."
    session.flush()


def list_kept_ids(session: Session) -> set[int]:
    """Return the ids of the versions whose files are kept.

    Live ones and candidates; of each classifier the last few retired ones, which a roll-back can reach; and what the
    last bake-off made, for a while, since somebody may still pick it.
    """
    facts = select(Version.id, Version.classifier, Version.status, Version.promoted_at, Version.job_id)
    newest = facts.add_columns(Version.created_at).order_by(Version.promoted_at.desc(), Version.id.desc())
    last_bake_off = session.scalar(select(func.max(Job.id)).where(Job.kind == BAKE_OFF))
    kept: set[int] = set()
    retired: Counter[str] = Counter()
    for version_id, classifier, status, promoted_at, job_id, created_at in session.execute(newest):
        if status != VersionStatus.RETIRED:
            kept.add(version_id)
        elif promoted_at is not None:
            retired[classifier] += 1
            if retired[classifier] <= RETIRED_KEPT:
                kept.add(version_id)
        elif job_id is not None and job_id == last_bake_off and now() - created_at < BAKE_OFF_KEPT:
            kept.add(version_id)
    return kept


def get_previous_live(session: Session, classifier: str) -> Version | None:
    """Return the version that was live before the present one; versions that were rolled back do not count."""
    statement = select(Version).where(
        Version.classifier == classifier, Version.status == VersionStatus.RETIRED, Version.promoted_at.is_not(None)
    )
    return session.scalar(statement.order_by(Version.promoted_at.desc(), Version.id.desc()).limit(1))


def count_by_status(session: Session) -> dict[tuple[str, str], int]:
    """Count versions by (classifier, status)."""
    statement = select(Version.classifier, Version.status, func.count()).group_by(Version.classifier, Version.status)
    return {(classifier, status): count for classifier, status, count in session.execute(statement)}


def add_version(session: Session, version: Version) -> Version:
    """Add a version under its classifier's next number."""
    last = session.scalar(select(func.max(Version.number)).where(Version.classifier == version.classifier))
    version.number = (last or 0) + 1
    session.add(version)
    session.flush()
    return version


def make_live(session: Session, version: Version, reason: str) -> Version | None:
    """Put a version in the place of the live one; return the one that it replaces."""
    replaced = get_live(session, version.classifier)
    if replaced is not None and replaced.id != version.id:
        replaced.status = VersionStatus.RETIRED
        replaced.reason = f"Replaced by version {version.number}."
        # The database allows one live version at a time, so the old one must be gone before the new one comes.
        session.flush()
    version.status, version.reason, version.promoted_at = VersionStatus.LIVE, reason[:500], now()
    session.flush()
    return replaced


def roll_back(session: Session, live: Version, previous: Version) -> None:
    """Make the previous version live again, in the place of the live one."""
    live.status, live.reason = VersionStatus.RETIRED, f"Rolled back to version {previous.number}."
    # Without this, a second roll-back would bring back what the first one took away.
    live.promoted_at = None
    session.flush()
    previous.status, previous.reason = VersionStatus.LIVE, f"Live again in place of version {live.number}."
    session.flush()


def list_thresholds(version: Version, label_ids: Iterable[int] | None = None) -> dict[int, float]:
    """Return a version's thresholds as {label id: 0..1}, of some labels or of all, right also for a renamed one."""
    known = dict(zip(version.label_ids, version.labels, strict=True))
    wanted = known if label_ids is None else label_ids
    return {i: version.thresholds[name] for i in wanted if (name := known.get(i)) in version.thresholds}

"""Queries on predictions: what is missing, in the order in which people look for it, and what nobody needs any more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Exists, delete, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from storage.tables import Item, Prediction, Standing, Version, VersionStatus
from storage.tables.base import now


@dataclass(frozen=True, slots=True)
class PredictionRow:
    """A prediction to store: {label id: score} above the floor, label ids proposed, item ids of the examples.

    Of the text's `tokens` so many were read.
    """

    item_id: int
    scores: dict[int, float]
    proposed: tuple[int, ...]
    examples: tuple[int, ...] = ()
    tokens_read: int = 0
    tokens: int = 0


def list_missing(session: Session, version_ids: Sequence[int]) -> list[int]:
    """Return the items that lack a prediction of one of the versions: first those without any, then by the queue."""
    if not version_ids:
        return []
    statement = (
        select(Item.id)
        .outerjoin(Standing, Standing.item_id == Item.id)
        .where(or_(*(~_predicted(version_id) for version_id in version_ids)))
        .order_by((Standing.state != "open"), Standing.kind != "", Standing.instructive.desc(), Item.id.desc())
    )
    return list(session.scalars(statement))


def has_missing(session: Session, version_ids: Sequence[int]) -> bool:
    """Tell whether any item lacks a prediction of one of the versions."""
    return any(
        session.scalar(select(Item.id).where(~_predicted(version_id)).limit(1)) is not None
        for version_id in version_ids
    )


def list_uncounted(session: Session, version_id: int) -> list[int]:
    """Return the items of which a version has spoken without saying how much of their texts it read."""
    statement = select(Prediction.item_id).where(Prediction.version_id == version_id, Prediction.tokens.is_(None))
    return list(session.scalars(statement))


def write_counts(session: Session, version_id: int, counts: Mapping[int, tuple[int, int]]) -> None:
    """Store {item id: (tokens read, all tokens)} beside what a version said."""
    for item_id, (read, total) in counts.items():
        of_item = update(Prediction).where(Prediction.version_id == version_id, Prediction.item_id == item_id)
        session.execute(of_item.values(tokens_read=read, tokens=total))


def _predicted(version_id: int) -> Exists:
    return exists().where(Prediction.item_id == Item.id, Prediction.version_id == version_id)


def list_predicted(session: Session, version_id: int, item_ids: Sequence[int]) -> set[int]:
    """Return those of the items that a version has spoken of."""
    statement = select(Prediction.item_id).where(Prediction.version_id == version_id)
    return set(session.scalars(statement.where(Prediction.item_id.in_(item_ids))))


def list_proposed(session: Session, version_id: int, item_ids: Sequence[int]) -> dict[int, list[int]]:
    """Return {item id: label ids proposed} of those of the items that a version has spoken of."""
    statement = select(Prediction.item_id, Prediction.proposed).where(Prediction.version_id == version_id)
    return dict(session.execute(statement.where(Prediction.item_id.in_(item_ids))).all())


def list_scores(session: Session, version_id: int, item_ids: Sequence[int]) -> dict[int, dict[int, float]]:
    """Return {item id: {label id: score}} of those of the items that a version has spoken of, without low scores."""
    statement = select(Prediction.item_id, Prediction.scores).where(Prediction.version_id == version_id)
    rows = session.execute(statement.where(Prediction.item_id.in_(item_ids)))
    return {item_id: {int(label): score for label, score in scores.items()} for item_id, scores in rows}


def write_predictions(session: Session, version_id: int, rows: Sequence[PredictionRow]) -> list[int]:
    """Store a version's predictions in place of its older ones; return the items, without those removed meanwhile."""
    if not rows or session.get(Version, version_id) is None:
        return []
    kept = set(session.scalars(select(Item.id).where(Item.id.in_([row.item_id for row in rows]))))
    session.execute(delete(Prediction).where(Prediction.version_id == version_id, Prediction.item_id.in_(kept)))
    at = now()
    values = [
        {
            "item_id": row.item_id,
            "version_id": version_id,
            "scores": {str(label_id): score for label_id, score in row.scores.items()},
            "proposed": list(row.proposed),
            "examples": list(row.examples),
            "tokens_read": row.tokens_read,
            "tokens": row.tokens,
            "predicted_at": at,
        }
        for row in rows
        if row.item_id in kept
    ]
    if values:
        session.execute(insert(Prediction), values)
    return [value["item_id"] for value in values]


def list_prunable_versions(session: Session) -> list[int]:
    """Return the versions that are neither live, nor waiting, nor next in a roll-back."""
    kept: set[int] = set()
    retired: set[str] = set()
    newest = select(Version).order_by(Version.promoted_at.desc().nulls_last(), Version.id.desc())
    versions = session.scalars(newest).all()
    for version in versions:
        if version.status != VersionStatus.RETIRED:
            kept.add(version.id)
        elif version.promoted_at is not None and version.classifier not in retired:
            retired.add(version.classifier)
            kept.add(version.id)
    return [version.id for version in versions if version.id not in kept]


def prune(session: Session, version_id: int, limit: int) -> int:
    """Delete up to `limit` predictions of a version; return how many were there."""
    some = select(Prediction.item_id).where(Prediction.version_id == version_id).limit(limit)
    statement = delete(Prediction).where(Prediction.version_id == version_id, Prediction.item_id.in_(some))
    return session.execute(statement).rowcount

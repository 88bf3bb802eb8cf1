"""Queries that count for the statistics page: items by length, source and labels, annotations by person and time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Text, cast, extract, func, select
from sqlalchemy.orm import Session

from storage.annotations import still_stands
from storage.tables import Annotation, Item, Prediction, StandingCount, Truth, TruthLabel, Version

SLOT_SECONDS = 900
"""Annotations are counted by the quarter of an hour: every time zone begins its days with one."""


def count_items_by_labels(session: Session) -> dict[int, int]:
    """Count items with a truth by their number of labels."""
    sizes = select(func.count().label("size")).select_from(TruthLabel).group_by(TruthLabel.item_id).subquery()
    counts = {size: items for size, items in session.execute(select(sizes.c.size, func.count()).group_by(sizes.c.size))}
    bare = (session.scalar(select(func.count()).select_from(Truth)) or 0) - sum(counts.values())
    return {0: bare, **counts} if bare else counts


def count_items_by_length(session: Session) -> dict[int, int]:
    """Count items by the number of characters of their text."""
    length = func.length(Item.text)
    return dict(session.execute(select(length, func.count()).group_by(length)).all())


def list_sources(session: Session, limit: int) -> list[tuple[str, int]]:
    """Return the sources with the most items, as (source, items)."""
    source, items = StandingCount.source, func.sum(StandingCount.items)
    most = select(source, items).group_by(source).order_by(items.desc(), source).limit(limit)
    return [tuple(row) for row in session.execute(most)]


def count_sources(session: Session) -> int:
    """Count the different sources."""
    return session.scalar(select(func.count(StandingCount.source.distinct()))) or 0


def count_annotations_by_slot(session: Session, since: datetime) -> Sequence[tuple[int, str, int]]:
    """Count annotations that were not undone as (start of the slot in seconds since 1970, person, annotations)."""
    second = extract("epoch", Annotation.created_at)
    slot = cast(second - second % SLOT_SECONDS, Integer)
    statement = select(slot, Annotation.person, func.count()).where(Annotation.created_at >= since, *still_stands())
    return [tuple(row) for row in session.execute(statement.group_by(slot, Annotation.person))]


def count_annotations_by_person(session: Session) -> dict[tuple[str, str], int]:
    """Count annotations that were not undone by (person, kind)."""
    statement = select(Annotation.person, Annotation.kind, func.count()).where(*still_stands())
    rows = session.execute(statement.group_by(Annotation.person, Annotation.kind))
    return {(person, kind): count for person, kind, count in rows}


def list_last_annotations(session: Session) -> dict[str, datetime]:
    """Return when each person last said something."""
    return dict(
        session.execute(select(Annotation.person, func.max(Annotation.created_at)).group_by(Annotation.person)).all()
    )


def list_proposals(
    session: Session, classifiers: Sequence[str], limit: int, person: str = "", since: datetime | None = None
) -> list[Any]:
    """Return what classifiers had proposed before people, or one of them, decided: for the newest decisions that stand.

    Rows are (annotation id, labels, classifier, version id, proposed label ids), the oldest proposal first; labels and
    label ids are JSON as it is stored: few different ones come many times, and need not be read each time.
    """
    decided = select(Annotation.id).where(Annotation.kind == "submitted", *still_stands())
    if person:
        decided = decided.where(Annotation.person == person)
    if since:
        decided = decided.where(Annotation.created_at >= since)
    newest = decided.order_by(Annotation.id.desc()).limit(limit).subquery()
    said, proposed = cast(Annotation.labels, Text), cast(Prediction.proposed, Text)
    statement = (
        select(Annotation.id, said, Version.classifier, Version.id, proposed)
        .join(newest, newest.c.id == Annotation.id)
        .join(Prediction, Prediction.item_id == Annotation.item_id)
        .join(Version, Version.id == Prediction.version_id)
        # What was proposed afterwards may have been learnt from the very decision.
        .where(Version.classifier.in_(classifiers), Prediction.predicted_at <= Annotation.created_at)
        .order_by(Prediction.predicted_at)
    )
    return list(session.execute(statement))

"""Queries that count what is there."""

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from storage.tables import Annotation, Item, Label, StandingCount, Truth


def count_items_by_split(session: Session) -> dict[str, int]:
    """Count items by split."""
    return dict(session.execute(select(Item.split, func.count()).group_by(Item.split)).all())


def count_items_by_state(session: Session) -> dict[str, int]:
    """Count items by state of the queue."""
    return _by(session, StandingCount.state)


def count_items_by_kind(session: Session) -> dict[str, int]:
    """Count items by kind of disagreement; "" is of those not predicted yet."""
    return _by(session, StandingCount.kind)


def _by(session: Session, column: InstrumentedAttribute[str]) -> dict[str, int]:
    return dict(session.execute(select(column, func.sum(StandingCount.items)).group_by(column)).all())


def count_labelled(session: Session) -> dict[str, int]:
    """Count items with a truth by split."""
    statement = select(Item.split, func.count()).join(Truth, Truth.item_id == Item.id).group_by(Item.split)
    return dict(session.execute(statement).all())


def count_sample_items(session: Session) -> int:
    """Count the shipped sample's items."""
    return session.scalar(select(func.count()).select_from(Item).where(Item.is_sample)) or 0


def count_labels(session: Session, *, archived: bool) -> int:
    """Count labels in use, or archived ones."""
    wanted = Label.archived_at.is_not(None) if archived else Label.archived_at.is_(None)
    return session.scalar(select(func.count()).select_from(Label).where(wanted)) or 0


def count_annotations(session: Session) -> int:
    """Count all that people said, what was undone too."""
    return session.scalar(select(func.count()).select_from(Annotation)) or 0

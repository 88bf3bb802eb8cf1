"""Queries on the shipped sample: whether it is there, and its removal with all that came of it."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Exists, delete, exists, func, or_, select, true, update
from sqlalchemy.orm import Session

from storage.heard import heard
from storage.tables import (
    Annotation,
    Base,
    Claim,
    Item,
    Job,
    JobStatus,
    Label,
    NearDuplicateKey,
    Standing,
    TruthLabel,
    Version,
    VersionStatus,
)

CLAIMANTS = {"bert": Claim.bert, "llm_head": Claim.llm_head, "prompt": Claim.prompt}


@dataclass(frozen=True)
class Removed:
    """What a removal took away; `versions` are (classifier, id) whose directories may be deleted now."""

    items: int
    labels: int
    versions: tuple[tuple[str, int], ...]


def is_present(session: Session) -> bool:
    """Tell whether an item of the sample is stored."""
    return bool(session.scalar(select(exists().where(Item.is_sample))))


def count(session: Session) -> dict[str, int]:
    """Count what a removal would take away: items, what people said of them, labels, versions."""
    sample_items = select(Item.id).where(Item.is_sample)
    return {
        "items": _count(session, Item, Item.is_sample),
        "annotations": _count(session, Annotation, Annotation.item_id.in_(sample_items)),
        "labels": _count(session, Label, Label.is_sample, ~_carried_by_a_real_item()),
        "versions": _count(session, Version, Version.is_sample),
    }


def _count(session: Session, table: type[Base], *conditions: ColumnElement[bool]) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def _carried_by_a_real_item() -> Exists:
    carrying = select(TruthLabel.label_id).join(Item, Item.id == TruthLabel.item_id)
    return carrying.where(TruthLabel.label_id == Label.id, ~Item.is_sample).exists()


def remove(session: Session) -> Removed:
    """Remove the sample's items, its labels that no real item carries, and what learned from it alone."""
    if is_present(session):
        _stop_training(session)
    versions = tuple(session.execute(select(Version.classifier, Version.id).where(Version.is_sample)).all())
    live = set(
        session.scalars(select(Version.classifier).where(Version.is_sample, Version.status == VersionStatus.LIVE))
    )
    session.execute(delete(Version).where(Version.is_sample))
    items = _count(session, Item, Item.is_sample)
    # The keys go first and in one go; left to the foreign key they would go item by item.
    session.execute(delete(NearDuplicateKey).where(NearDuplicateKey.item_id.in_(select(Item.id).where(Item.is_sample))))
    session.execute(delete(Item).where(Item.is_sample))
    labels = session.execute(
        delete(Label).where(Label.is_sample, ~exists().where(TruthLabel.label_id == Label.id))
    ).rowcount
    session.execute(update(Label).where(Label.is_sample).values(is_sample=False))
    _withdraw_claims(session, live)
    return Removed(items, labels, versions)


def _stop_training(session: Session) -> None:
    """Ask unfinished jobs to stop: what they are about to learn or say would be of the sample."""
    unfinished = Job.status.in_((JobStatus.QUEUED, JobStatus.RUNNING))
    for job in session.scalars(select(Job).where(unfinished)):
        job.cancel_requested = True
        if job.status == JobStatus.QUEUED:
            job.move_to(JobStatus.CANCELLED)


def _withdraw_claims(session: Session, classifiers: set[str]) -> None:
    """Take back what the removed live versions said of the items that stay."""
    silent = [column for name, column in CLAIMANTS.items() if name in classifiers]
    if not silent:
        return
    session.execute(update(Claim).where(true()).values({column: False for column in silent}))
    for table in (Claim, Standing):
        session.execute(update(table).values(heard=table.heard.bitwise_and(~heard(classifiers & CLAIMANTS.keys()))))
    session.execute(delete(Claim).where(~or_(Claim.truth, *CLAIMANTS.values())))
    speaking = exists().where(Version.classifier.in_(CLAIMANTS), Version.status == VersionStatus.LIVE)
    if not session.scalar(select(speaking)):
        session.execute(update(Standing).values(kind="", band="", instructive=0.0, uncertain=0.0, rare=0.0))

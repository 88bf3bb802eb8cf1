"""The labels of the desk: list, add, rename, describe, archive. A label that people used is archived, never deleted."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from classifier.examples import CLASSIFIERS
from classifier.rarity import band
from storage import labels, versions
from storage.database import Database
from storage.tables import Label, Version
from storage.tables.base import now
from workflow.errors import BadInput, NotFound, Refused
from workflow.roles import OPERATOR, Actor, require_lead
from workflow.views import LabelScore, LabelView

LENGTHS = {"name": 200, "description": 2000, "group": 200}


@dataclass(frozen=True)
class Labels:
    """The use cases of the label table."""

    database: Database

    def list(self, include_archived: bool = False) -> list[LabelView]:
        """Return the labels with their counts, ordered by group and name."""
        with self.database.read() as session:
            counts = labels.count_by_label_and_split(session)
            rows = labels.list_labels(session, include_archived=include_archived)
            return [_view(row, counts) for row in rows]

    def scores(self) -> dict[str, dict[int, LabelScore]]:
        """Return {classifier: {label id: score}} of the live versions; a label without gold examples has none."""
        with self.database.read() as session:
            live = versions.list_live(session)
        return {name: _scores(live[name]) for name in CLASSIFIERS if name in live}

    def add(self, name: str, description: str = "", group: str = "", by: Actor = OPERATOR) -> LabelView:
        """Add a label; a name is given once."""
        require_lead(by)
        values = _checked(name=name, description=description, group=group)
        with self.database.write() as session:
            _refuse_taken(session, values["name"])
            row = Label(**values)
            session.add(row)
            session.flush()
            return _view(row, {})

    def rename(self, label_id: int, name: str, by: Actor = OPERATOR) -> LabelView:
        """Give a label another name; items and truths follow, classifiers learn it with the next retraining."""
        require_lead(by)
        values = _checked(name=name)
        with self.database.write() as session:
            row = _get(session, label_id)
            if row.name != values["name"]:
                _refuse_taken(session, values["name"])
            row.name = values["name"]
            return _view(row, labels.count_by_label_and_split(session))

    def describe(self, label_id: int, description: str, group: str, by: Actor = OPERATOR) -> LabelView:
        """Set a label's description and group."""
        require_lead(by)
        values = _checked(description=description, group=group)
        with self.database.write() as session:
            row = _get(session, label_id)
            row.description, row.group = values["description"], values["group"]
            return _view(row, labels.count_by_label_and_split(session))

    def archive(self, label_id: int, by: Actor = OPERATOR) -> LabelView:
        """Take a label out of use; what it was said of stays readable."""
        require_lead(by)
        with self.database.write() as session:
            row = _get(session, label_id)
            row.archived_at = row.archived_at or now()
            return _view(row, labels.count_by_label_and_split(session))

    def restore(self, label_id: int, by: Actor = OPERATOR) -> LabelView:
        """Put an archived label back into use."""
        require_lead(by)
        with self.database.write() as session:
            row = _get(session, label_id)
            row.archived_at = None
            return _view(row, labels.count_by_label_and_split(session))


def _checked(**values: str) -> dict[str, str]:
    cleaned = {field: " ".join(value.split()) for field, value in values.items()}
    for field, value in cleaned.items():
        if len(value) > LENGTHS[field]:
            raise BadInput(f"The {field} has {len(value)} characters; {LENGTHS[field]} are possible.")
    if cleaned.get("name") == "":
        raise BadInput("A label needs a name.")
    return cleaned


def _get(session: Session, label_id: int) -> Label:
    if (row := labels.get_label(session, label_id)) is None:
        raise NotFound(f"There is no label {label_id}.")
    return row


def _refuse_taken(session: Session, name: str) -> None:
    if taken := labels.get_label_by_name(session, name):
        raise Refused(f"There is already a label {name!r}" + (", archived." if taken.archived_at else "."))


def _scores(version: Version) -> dict[int, LabelScore]:
    measured = version.metrics.get("per_label", {})
    # By id: a label may have been renamed since the version was measured.
    named = zip(version.labels, version.label_ids, strict=True)
    return {
        label_id: LabelScore(measured[name]["f1"], measured[name]["support"])
        for name, label_id in named
        if name in measured and measured[name]["support"]
    }


def _view(row: Label, counts: dict[tuple[int, str], int]) -> LabelView:
    train, validation, gold = (counts.get((row.id, split), 0) for split in ("train", "validation", "gold"))
    return LabelView(
        id=row.id,
        name=row.name,
        description=row.description,
        group=row.group,
        train=train,
        validation=validation,
        gold=gold,
        band=band(train),
        archived=row.archived_at is not None,
        is_sample=row.is_sample,
    )

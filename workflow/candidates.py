"""Makes versions out of trained models, and candidates live when the gate lets them through. Knows rows and files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from sqlalchemy.orm import Session

from classifier.rarity import band
from classifier.watch import Watch
from storage import predictions, training, versions
from storage.database import Database
from storage.predictions import PredictionRow
from storage.tables import Version, VersionStatus
from workflow.errors import Refused
from workflow.gate import GoldAnswers, Verdict, compare
from workflow.live_models import LiveModel, LiveModels
from workflow.predicting import Predictor, chunks
from workflow.promoting import ask_for_predictions
from workflow.training_data import Snapshot, as_matrix
from workflow.version_files import settle, unfinished_directory

PARAMETERS = 5000
FRONT = 256
"""Open items that a new live version speaks of at once, so that the page need not wait for the predict job."""


class Saveable(Protocol):
    """A model that can be written to a directory."""

    def save(self, directory: Path) -> None:
        """Write everything that loading needs, the metadata last."""


@dataclass(frozen=True)
class NewVersion:
    """What is to be stored of a trained model, besides its files."""

    classifier: str
    recipe: Mapping[str, Any]
    seconds: float
    metrics: Mapping[str, Any] = field(default_factory=dict)
    thresholds: Sequence[float] = ()
    said: Callable[[Version], Sequence[PredictionRow]] | None = None
    """Predictions of validation and gold items, made when the thresholds were chosen."""
    status: VersionStatus = VersionStatus.CANDIDATE
    reason: str = ""


@dataclass(frozen=True)
class Candidates:
    """Stores the versions of one job and judges them."""

    database: Database
    data: Path
    job_id: int
    snapshot: Snapshot

    def store(self, new: NewVersion, model: Saveable | None) -> Version:
        """Write the files, then the row with what was said already, in one transaction; without a model no files."""
        if model is not None:
            model.save(unfinished_directory(self.data, new.classifier))
        with self.database.write() as session:
            self._refuse_removed(session)
            row = versions.add_version(session, self._row(new))
            if model is not None:
                settle(self.data, new.classifier, row.id)
            if new.said is not None:
                predictions.write_predictions(session, row.id, new.said(row))
            return row

    def _row(self, new: NewVersion) -> Version:
        names = self.snapshot.names
        return Version(
            classifier=new.classifier,
            status=new.status,
            reason=new.reason,
            recipe=dict(new.recipe),
            labels=list(names),
            label_ids=list(self.snapshot.label_ids),
            thresholds={name: round(float(value), 4) for name, value in zip(names, new.thresholds, strict=False)},
            metrics={**new.metrics, "train_items": len(self.snapshot.train)},
            fingerprint=self.snapshot.fingerprint,
            gold_fingerprint=self.snapshot.gold_fingerprint,
            last_annotation_id=self.snapshot.last_annotation_id,
            seconds=new.seconds,
            is_sample=self.snapshot.is_sample,
            job_id=self.job_id,
        )

    def _refuse_removed(self, session: Session) -> None:
        # The sample may be removed while it is being learned; what was learned from it must not come back.
        some = [item.id for item in self.snapshot.train[:PARAMETERS]]
        if not training.list_texts(session, some):
            raise Refused("The items that were being learned from have been removed meanwhile.")

    def make_live(self, row: Version, reason: str) -> None:
        """Put a version in the place of the live one, whatever the gate would say."""
        with self.database.write() as session:
            versions.make_live(session, session.get_one(Version, row.id), reason)

    def judge(self, row: Version, live: LiveModel | None, predictor: Predictor, watch: Watch) -> Verdict:
        """Compare a candidate with the live version on gold; make it live, or write down why it waits."""
        answers = None if live is None else self._answers(row, live, predictor, watch)
        verdict = compare(answers)
        with self.database.write() as session:
            stored = session.get_one(Version, row.id)
            if verdict.promote:
                versions.make_live(session, stored, verdict.reason)
                ask_for_predictions(session, refresh=True)
            else:
                stored.reason = verdict.reason[:500]
        return verdict

    def _answers(self, row: Version, live: LiveModel, predictor: Predictor, watch: Watch) -> GoldAnswers:
        gold = [item.id for item in self.snapshot.gold]
        # Gold may have grown since the live version spoke.
        predictor.predict(live, gold, watch)
        known = list(dict.fromkeys([*self.snapshot.label_ids, *live.version.label_ids]))
        counts = dict(zip(self.snapshot.label_ids, self.snapshot.train_counts.tolist(), strict=True))
        with self.database.read() as session:
            candidate, present = (self._proposed(session, version_id, gold) for version_id in (row.id, live.version.id))
        return GoldAnswers(
            as_matrix(candidate, known),
            as_matrix(present, known),
            as_matrix([item.label_ids for item in self.snapshot.gold], known),
            np.array([band(counts.get(label_id, 0)) == "tail" for label_id in known]),
        )

    def _proposed(self, session: Session, version_id: int, item_ids: Sequence[int]) -> list[list[int]]:
        found: dict[int, list[int]] = {}
        for _, chunk in chunks(item_ids, PARAMETERS):
            found |= predictions.list_proposed(session, version_id, chunk)
        return [found.get(item_id, []) for item_id in item_ids]


def predict_front(database: Database, models: LiveModels, predictor: Predictor, name: str) -> None:
    """Have a new live version speak of the items that people will look at next."""
    live = models.classifier(name)
    if live is None:
        return
    with database.read() as session:
        front = predictions.list_missing(session, [live.version.id])[:FRONT]
    predictor.predict(live, front)

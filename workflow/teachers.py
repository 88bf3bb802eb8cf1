"""What versions say of items that a training learns from: as it was stored, and asked now where it was not."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from classifier.examples import CLASSIFIERS
from classifier.watch import Watch
from storage import predictions, versions
from storage.tables import Version
from workflow.errors import Refused
from workflow.live_models import LiveModels, LiveVersion
from workflow.predicting import Predictor, chunks
from workflow.scoring import NEVER, align

CHUNK = 5_000

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Teachers:
    """Versions by name, and what they say; arrays have a column for each of `label_ids`."""

    predictor: Predictor
    models: LiveModels
    label_ids: tuple[int, ...]

    def named(self, names: Sequence[str], job_id: int) -> list[Version]:
        """Return the versions that are meant: `bert` is the one live before the job, `bert 7` its version 7."""
        with self.predictor.database.read() as session:
            return [self._named(session, name, job_id) for name in names]

    def _named(self, session: Session, name: str, job_id: int) -> Version:
        classifier, _, number = name.partition(" ")
        if classifier not in CLASSIFIERS:
            raise Refused(f"There is no classifier {classifier}; there are {', '.join(CLASSIFIERS)}.")
        if number:
            found = [row for row in versions.list_versions(session, classifier) if str(row.number) == number]
            row = found[0] if found else None
        else:
            row = versions.get_live(session, classifier)
            if row is not None and row.job_id == job_id:
                # What this very job has made is no teacher: a run that was killed would learn something else.
                row = versions.get_previous_live(session, classifier)
        if row is None:
            raise Refused(f"There is no version of {name} yet that could teach; train it first.")
        return row

    def scores(self, row: Version, item_ids: Sequence[int], watch: Watch) -> Scores:
        """Return what a version says of items [n, labels]; NaN for labels that it does not know."""
        said: dict[int, dict[int, float]] = {}
        for start, chunk in chunks(item_ids, CHUNK):
            watch.progress(start / len(item_ids), f"asking {row.classifier}, version {row.number}")
            said |= self._said(row, chunk, watch)
        columns = {label_id: column for column, label_id in enumerate(row.label_ids)}
        own = np.zeros((len(item_ids), len(columns)), dtype=np.float32)
        for place, item_id in enumerate(item_ids):
            for label_id, score in said.get(item_id, {}).items():
                own[place, columns[label_id]] = score
        return align(own, row.label_ids, self.label_ids, np.nan)

    def _said(self, row: Version, item_ids: Sequence[int], watch: Watch) -> dict[int, dict[int, float]]:
        with self.predictor.database.read() as session:
            spoken = predictions.list_predicted(session, row.id, item_ids)
        if missing := [item_id for item_id in item_ids if item_id not in spoken]:
            self.predictor.predict(self.models.version(row), missing, watch)
        with self.predictor.database.read() as session:
            return predictions.list_scores(session, row.id, item_ids)

    def thresholds(self, row: Version) -> Scores:
        """Return a version's thresholds [labels]; one that is never reached for labels that it does not know."""
        version = LiveVersion.of(row)
        return align(np.array(version.thresholds, dtype=np.float32), version.label_ids, self.label_ids, NEVER)

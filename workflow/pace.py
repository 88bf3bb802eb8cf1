"""What a person did today: how much, how fast, and how often each classifier had said just that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from sqlalchemy.orm import Session

from classifier.examples import CLASSIFIERS
from storage import annotations, labels, standings
from storage.database import Database
from storage.tables import Annotation, Prediction
from workflow.views import Pace

PAUSE_SECONDS = 300.0
"""A longer gap between two annotations is a break, not work."""


@dataclass(frozen=True)
class Paces:
    """The use case of the quiet line under the queue."""

    database: Database

    def since(self, person: str, start: datetime) -> Pace:
        """Return count, pace and acceptance of a person's annotations from a moment on, undone ones left out."""
        with self.database.read() as session:
            done = annotations.list_standing_since(session, person, start)
            return Pace(len(done), _per_hour([row.created_at for row in done]), _accepted(session, done))


def _per_hour(moments: Sequence[datetime]) -> float | None:
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    worked = [gap for gap in gaps if 0 < gap <= PAUSE_SECONDS]
    return 3600 / median(worked) if worked else None


def _accepted(session: Session, done: Sequence[Annotation]) -> dict[str, float | None]:
    decided = {row.item_id: set(row.labels) for row in done if row.kind == "submitted"}
    said = standings.list_live_predictions(session, list(decided))
    names = {row.id: row.name for row in labels.list_labels(session)}
    return {name: _share(name, decided, said, names) for name in CLASSIFIERS}


def _share(
    classifier: str,
    decided: dict[int, set[str]],
    said: dict[tuple[int, str], Prediction],
    names: dict[int, str],
) -> float | None:
    agreed = [
        {names[label_id] for label_id in prediction.proposed if label_id in names} == decided[item_id]
        for (item_id, name), prediction in said.items()
        if name == classifier
    ]
    return sum(agreed) / len(agreed) if agreed else None

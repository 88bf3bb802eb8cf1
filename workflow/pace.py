"""What a person did today: how much, how fast, and how often each classifier had said just that."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from statistics import median

from storage import annotations
from storage.database import Database
from workflow.acceptance import Acceptance, acceptance
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
            accepted = {name: _share(of) for name, of in acceptance(session, person, start).items()}
            return Pace(len(done), _per_hour([row.created_at for row in done]), accepted)


def _per_hour(moments: Sequence[datetime]) -> float | None:
    gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(moments)]
    worked = [gap for gap in gaps if 0 < gap <= PAUSE_SECONDS]
    return 3600 / median(worked) if worked else None


def _share(of: Acceptance) -> float:
    return of.all / (of.all + of.some + of.none)

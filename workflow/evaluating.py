"""Scores the live versions and the reference on gold, afresh; their rows keep what was measured at training."""

import logging
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from classifier.examples import CLASSIFIERS
from classifier.watch import Cancelled, Unwatched, Watch
from storage import versions
from storage.database import Database
from workflow import scoring
from workflow.live_models import LiveModel, LiveModels
from workflow.neighbours import Neighbours
from workflow.questions import questions
from workflow.training_data import Snapshot, read_snapshot

REFERENCE = "reference"

logger = logging.getLogger(__name__)


def stored_metrics(session: Session) -> dict[str, Any]:
    """Return {classifier: metrics on gold} of the live versions and the reference; None without a live version."""
    live = versions.list_live(session)
    return {name: dict(live[name].metrics) if name in live else None for name in (*CLASSIFIERS, REFERENCE)}


def evaluate(
    database: Database, models: LiveModels, neighbours: Neighbours, watch: Watch = Unwatched()
) -> dict[str, Any]:
    """Return {classifier: metrics on gold}, everything scored anew; None without a live version that answers."""
    with database.read() as session:
        snapshot = read_snapshot(session)
    measured: dict[str, Any] = dict.fromkeys((*CLASSIFIERS, REFERENCE))
    live, _ = models.classifiers()
    for place, (name, model) in enumerate(live.items()):
        watch.progress(place / (len(live) + 1), f"scoring {name} on {len(snapshot.gold):,} gold items")
        try:
            measured[name] = _measure(model, snapshot, neighbours)
        except Cancelled:
            raise
        except Exception:
            # An endpoint that is down must not hide what the others are worth.
            logger.exception("%s could not be scored.", name)
    watch.progress(len(live) / (len(live) + 1), "fitting the reference")
    measured[REFERENCE] = scoring.score_reference(snapshot)[1]
    watch.progress(1.0, "done")
    return measured


def _measure(live: LiveModel, snapshot: Snapshot, neighbours: Neighbours) -> dict[str, Any]:
    version, gold = live.version, snapshot.gold
    asked = questions(neighbours, live.model, [item.id for item in gold], [item.text for item in gold])
    scores = scoring.predict(live.model, asked, len(version.label_ids), Unwatched())
    # Labels that came after the version count against it, as they do for whoever uses it.
    wanted = snapshot.label_ids
    aligned = scoring.align(scores, version.label_ids, wanted, 0.0)
    tuned = scoring.align(np.asarray(version.thresholds, dtype=np.float32), version.label_ids, wanted, scoring.NEVER)
    return scoring.measure(snapshot, aligned, tuned)

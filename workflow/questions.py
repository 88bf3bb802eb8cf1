"""What a version is asked about items: their texts with neighbours, and what the other versions propose.

Knows which classifiers make use of which; every prediction is asked for here, so that all are asked alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from classifier.examples import CLASSIFIERS, Example
from classifier.lineup import Asked
from classifier.watch import Unwatched, Watch
from storage import labels, predictions, versions
from storage.database import Database
from workflow.neighbours import NEAR, Neighbours

PARAMETERS = 5000
OTHERS = tuple(name for name in CLASSIFIERS if name != "prompt")
"""Whose proposals a prompt may name."""

Scores = NDArray[np.float32]
Near = Sequence[Sequence[Example]]


class Scorer(Protocol):
    """What is asked: a classifier, trained just now or loaded."""

    def predict_proba(self, texts: Sequence[str], neighbours: Near | None = None, watch: Watch | None = None) -> Scores:
        """Return the scores [n, labels] in 0..1."""


@dataclass(frozen=True)
class Questions:
    """Texts with their neighbours and, where a model reads them, the labels that the other classifiers propose."""

    texts: Sequence[str]
    near: Near
    proposals: Sequence[Sequence[str]] | None = None

    def ask(self, model: Scorer, watch: Watch = Unwatched()) -> Scores:
        """Return a model's scores [n, labels]."""
        if isinstance(model, Asked) and self.proposals is not None:
            return np.asarray(model.predict_proba(self.texts, self.near, watch, self.proposals), dtype=np.float32)
        return np.asarray(model.predict_proba(self.texts, self.near, watch), dtype=np.float32)

    def shown(self, model: Scorer) -> list[tuple[int, ...]]:
        """Return the ids of the examples in each prompt, in the order of the prompt; none where none is shown."""
        return model.shown(self.texts, self.near) if isinstance(model, Asked) else [()] * len(self.texts)

    def measure(self, model: Scorer, items: Sequence[Example]) -> dict[str, Any]:
        """Return what is to be known of a model's prompts about these items with their truth."""
        return model.measure(items, self.near, self.proposals) if isinstance(model, Asked) else {}


def questions(neighbours: Neighbours, model: Scorer, item_ids: Sequence[int], texts: Sequence[str]) -> Questions:
    """Gather what a model is to be asked about stored items."""
    if not isinstance(model, Asked):
        return Questions(texts, [()] * len(texts))
    near = neighbours.examples(item_ids, max(model.recalls, NEAR)) if model.recalls else [()] * len(texts)
    return Questions(texts, near, proposals(neighbours.database, item_ids) if model.reads_proposals else None)


def proposals(database: Database, item_ids: Sequence[int]) -> list[list[str]]:
    """Return what the live versions of the other classifiers propose for each item."""
    found: dict[int, dict[str, None]] = {item_id: {} for item_id in item_ids}
    with database.read() as session:
        names = {row.id: row.name for row in labels.list_labels(session)}
        others = [row.id for name, row in versions.list_live(session).items() if name in OTHERS]
        for start in range(0, len(item_ids), PARAMETERS):
            chunk = item_ids[start : start + PARAMETERS]
            for version_id in others:
                for item_id, said in predictions.list_proposed(session, version_id, chunk).items():
                    found[item_id] |= dict.fromkeys(names[label_id] for label_id in said if label_id in names)
    return [list(found[item_id]) for item_id in item_ids]

"""What one recipe learns from: which of the labelled items, and what is added. Gathers; `classifier/` decides."""

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.examples import TrainingData
from classifier.options.data import Data, Selection
from classifier.selection import coverage, select
from classifier.watch import Unwatched, Watch
from workflow.neighbours import Neighbours
from workflow.predicting import chunks
from workflow.training_data import Snapshot


@dataclass(frozen=True)
class Prepared:
    """What a recipe learns from, and a report of how that came about, empty where it is simply everything."""

    data: TrainingData
    report: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Name what is learned from, "" for everything: what is made of other data must not be found again by this."""
        if not self.report:
            return ""
        return hashlib.sha256(repr(self.data.train).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class RecipeData:
    """Prepares the training data of recipes out of one snapshot, of which `everything` is what there is to learn."""

    snapshot: Snapshot
    everything: TrainingData
    neighbours: Neighbours

    def prepare(self, options: Data, seed: int = 0, watch: Watch = Unwatched()) -> Prepared:
        """Return what a recipe with these options and this seed learns from."""
        if options == Data(pretraining=options.pretraining):
            return Prepared(self.everything)
        return self._selected(options.selection, seed, watch)

    def _selected(self, selection: Selection, seed: int, watch: Watch) -> Prepared:
        targets = self.snapshot.targets(self.snapshot.train)
        rows = select(selection, targets, seed, self._vectors(selection, watch))
        chosen = tuple(self.everything.train[row] for row in rows)
        return Prepared(replace(self.everything, train=chosen), coverage(targets, rows))

    def _vectors(self, selection: Selection, watch: Watch) -> NDArray[np.float32] | None:
        """Return the vectors of the items to train on [n, d], None where nothing is ranked by them."""
        if selection.amount == "all" or selection.ranking != "mmr" or not self.neighbours.index.refresh():
            return None
        ids = [item.id for item in self.snapshot.train]
        found: dict[int, NDArray[np.float32]] = {}
        for start, chunk in chunks(ids):
            watch.progress(start / len(ids), "choosing what to learn from")
            found |= self.neighbours.index.stored_or_computed(chunk)
        return np.stack([found[item_id] for item_id in ids])

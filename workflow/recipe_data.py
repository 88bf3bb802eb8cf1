"""What one recipe learns from: which of the labelled items, and what is added. Gathers; `classifier/` decides."""

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.distillation import consensus, majority, soft_targets
from classifier.examples import Example, TrainingData
from classifier.options.data import Data, Distillation, Mixing, PseudoLabels, Selection
from classifier.pseudo_labels import agree
from classifier.selection import coverage, select
from classifier.watch import Unwatched, Watch
from storage import training
from storage.training import LabelledItem
from workflow.live_models import LiveModels
from workflow.neighbours import Neighbours
from workflow.predicting import Predictor, chunks
from workflow.similar_labels import similar_examples
from workflow.teachers import Teachers
from workflow.training_data import MOST_UNLABELLED, Snapshot


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

    def with_more(self, examples: tuple[Example, ...], **report: object) -> "Prepared":
        """Return the same with more examples and a longer report."""
        return Prepared(replace(self.data, train=(*self.data.train, *examples)), self.report | report)


@dataclass(frozen=True)
class RecipeData:
    """Prepares the training data of a job's recipes out of one snapshot; `everything` is all that there is to learn."""

    snapshot: Snapshot
    everything: TrainingData
    neighbours: Neighbours
    models: LiveModels
    job_id: int = 0

    def prepare(self, options: Data, seed: int = 0, watch: Watch = Unwatched()) -> Prepared:
        """Return what a recipe with these options and this seed learns from."""
        if options == Data(pretraining=options.pretraining):
            return Prepared(self.everything)
        prepared = self._selected(options.selection, seed, watch)
        if options.pseudo_labels.classifiers:
            prepared = self._pseudo_labelled(prepared, options.pseudo_labels, seed, watch)
        if options.distillation.teachers:
            prepared = self._distilled(prepared, options.distillation, seed, watch)
        if options.mixing.path:
            prepared = self._mixed(prepared, options.mixing, seed)
        return prepared

    def _selected(self, selection: Selection, seed: int, watch: Watch) -> Prepared:
        targets = self.snapshot.targets(self.snapshot.train)
        rows = select(selection, targets, seed, self._vectors(selection, watch))
        chosen = tuple(self.everything.train[row] for row in rows)
        return Prepared(replace(self.everything, train=chosen), coverage(targets, rows))

    def _vectors(self, selection: Selection, watch: Watch) -> NDArray[np.float32] | None:
        """Return the vectors of the items to train on [n, d], None where nothing is ranked by them."""
        index = self.neighbours.index
        if selection.amount == "all" or selection.ranking != "mmr" or not index.refresh():
            return None
        ids = [item.id for item in self.snapshot.train]
        found: dict[int, NDArray[np.float32]] = {}
        for start, chunk in chunks(ids):
            watch.progress(start / len(ids), "choosing what to learn from")
            found |= index.stored_or_computed(chunk)
        return np.stack([found[item_id] for item_id in ids])

    def _pseudo_labelled(self, prepared: Prepared, options: PseudoLabels, seed: int, watch: Watch) -> Prepared:
        scores, thresholds = self._said(options.classifiers, self._open, watch)
        agreed = agree(np.nan_to_num(scores), thresholds, options, seed)
        examples = tuple(self._example(self._open[row], agreed.labels[row]) for row in agreed.learned)
        audit = [self._open[row].id for row in agreed.audited]
        return prepared.with_more(examples, pseudo_labelled=len(examples), audit=audit)

    def _distilled(self, prepared: Prepared, options: Distillation, seed: int, watch: Watch) -> Prepared:
        """Let teachers speak of the chosen items, and of open ones that are neither learned nor audited already."""
        used = {example.item_id for example in prepared.data.train} | set(prepared.report.get("audit", ()))
        free = [item for item in self._open if item.id not in used]
        drawn = np.sort(np.random.default_rng(seed).permutation(len(free))[: options.unlabelled])
        items = [free[row] for row in drawn]
        scores, thresholds = self._said(options.teachers, items, watch)
        said, proposed = consensus(scores), majority(scores, thresholds)
        taught = tuple(
            replace(self._example(item, proposed[row]), soft_targets=tuple(said[row].tolist()))
            for row, item in enumerate(items)
        )
        labelled = self._softened(prepared.data.train, options, watch)
        softened = Prepared(replace(prepared.data, train=labelled), prepared.report)
        return softened.with_more(taught, taught=len(taught))

    def _softened(self, train: tuple[Example, ...], options: Distillation, watch: Watch) -> tuple[Example, ...]:
        """Return examples with what teachers say of those that people have labelled."""
        items = {item.id: item for item in self.snapshot.train}
        labelled = [items[example.item_id] for example in train if example.item_id in items]
        said = consensus(self._said(options.teachers, labelled, watch)[0])
        targets = soft_targets(said, self.snapshot.targets(labelled), options.weight)
        taught = {item.id: tuple(row.tolist()) for item, row in zip(labelled, targets, strict=True)}
        return tuple(replace(example, soft_targets=taught.get(example.item_id, ())) for example in train)

    def _mixed(self, prepared: Prepared, options: Mixing, seed: int) -> Prepared:
        held_out = [item.text for item in (*self.snapshot.validation, *self.snapshot.gold)]
        count = int(len(prepared.data.train) / options.ratio)
        added = similar_examples(self.models.data, options, self.everything, held_out, count, seed)
        return prepared.with_more(added, mixed=len(added))

    def _said(
        self, names: list[str], items: list[LabelledItem], watch: Watch
    ) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return what versions say [versions, items, labels] and their thresholds [versions, labels]."""
        teachers = Teachers(Predictor(self.models.database, self.neighbours), self.models, self.snapshot.label_ids)
        rows, ids = teachers.named(names, self.job_id), [item.id for item in items]
        scores = np.stack([teachers.scores(row, ids, watch) for row in rows])
        return scores, np.stack([teachers.thresholds(row) for row in rows])

    def _example(self, item: LabelledItem, labels: NDArray[np.bool_]) -> Example:
        names = tuple(self.snapshot.names[column] for column in np.flatnonzero(labels))
        return Example(item.text, names, item.id, item.cluster)

    @cached_property
    def _open(self) -> list[LabelledItem]:
        """Items that nobody has decided about; none resembles anything in validation or gold."""
        with self.models.database.read() as session:
            return training.list_open(session, MOST_UNLABELLED)

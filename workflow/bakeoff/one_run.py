"""One run of a bake-off: train, measure on gold, keep as a retired version with what it cost. Decides nothing."""

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from classifier import lineup
from classifier.examples import Example, TrainingData
from classifier.index import NeighbourIndex
from classifier.options.changes import build
from classifier.options.data import Data
from classifier.recipes import STARTER
from classifier.reference import Reference
from classifier.sizes import parameters, peak_accelerator_memory, peak_memory, tokens_used
from classifier.thresholds import propose
from classifier.watch import Watch
from storage.tables import Version, VersionStatus
from workflow import scoring
from workflow.bakeoff.answers import GoldSheet, WithGoldSheet
from workflow.bakeoff.costs import COSTS, Costs
from workflow.bakeoff.plan import ALL, Prices, Run
from workflow.candidates import Candidates, NewVersion
from workflow.expected import FITTED, PREPARED, REFERENCE
from workflow.job_watch import PartWatch
from workflow.live_models import LiveModels
from workflow.neighbours import NEAR, Neighbours
from workflow.questions import Near, Scores
from workflow.recipe_data import Prepared, RecipeData
from workflow.recipes import recipe_from
from workflow.task import Task
from workflow.training_data import Snapshot

if TYPE_CHECKING:
    from classifier.retriever import Retriever

MILLION = 1_000_000
"""Tokens that prices are told for."""


class ReferenceScorer:
    """The reference as something that is scored like a classifier."""

    def __init__(self, data: TrainingData) -> None:
        self.model = Reference().fit(data)

    def predict_proba(self, texts: Sequence[str], neighbours: Near | None = None, watch: Watch | None = None) -> Scores:
        """Return the scores [n, labels] in 0..1."""
        return self.model.scores(texts)


Fitted: TypeAlias = lineup.Classifier | ReferenceScorer


class OwnVectors:
    """Vectors of a retriever that a run has to itself; takes the place of the stored ones."""

    def __init__(self, retriever: "Retriever", texts: Mapping[int, str]) -> None:
        self.retriever, self.texts = retriever, texts

    def refresh(self) -> bool:
        """Tell that there is a retriever."""
        return True

    def stored_or_computed(self, item_ids: Sequence[int]) -> dict[int, NDArray[np.float32]]:
        """Return the items' vectors."""
        vectors = self.retriever.encode([self.texts[item_id] for item_id in item_ids])
        return dict(zip(item_ids, vectors, strict=True))


class ChosenNeighbours:
    """Neighbours among some examples alone: a prompt shows nothing that its run may not learn from."""

    def __init__(self, neighbours: Neighbours, chosen: Sequence[Example], own: OwnVectors | None = None) -> None:
        self.database, self._vectors = neighbours.database, own or neighbours.index
        self._examples = {example.item_id: example for example in chosen if example.item_id}

    @cached_property
    def _index(self) -> NeighbourIndex:
        # Made when a prompt asks: for the others it would cost time and memory that are not theirs.
        index = NeighbourIndex()
        if self._examples and self._vectors.refresh():
            index.add(*self._rows(list(self._examples)))
        return index

    def examples(self, item_ids: Sequence[int], k: int = NEAR) -> list[list[Example]]:
        """Return each item's neighbours, nearest first; for items of which none to train on is a near-duplicate."""
        if not item_ids or not len(self._index):
            return [[] for _ in item_ids]
        found = self._index.search(self._rows(item_ids)[1], k)
        return [[replace(self._examples[item_id], similarity=near) for item_id, near in hits] for hits in found]

    def _rows(self, item_ids: Sequence[int]) -> tuple[list[int], NDArray[np.float32]]:
        stored = self._vectors.stored_or_computed(item_ids)
        return list(item_ids), np.stack([stored[item_id] for item_id in item_ids])


class OneRun:
    """Carries out one run on a snapshot."""

    def __init__(self, task: Task, run: Run, snapshot: Snapshot) -> None:
        self.task, self.run, self.snapshot = task, run, snapshot
        self.models = LiveModels(task.hand.database, task.data)
        self.neighbours = Neighbours(task.hand.database, self.models)
        # Of its own: what another run has left there would make this one look quicker than it is.
        self.workspace = task.data / "jobs" / str(task.hand.job_id) / f"run-{run.number}"

    def carry_out(self, watch: PartWatch) -> Version:
        """Train, score, and store a retired version of the job."""
        # A try that was killed has left there what this one should pay for.
        shutil.rmtree(self.workspace, ignore_errors=True)
        began = time.monotonic()
        prepared = self._prepare(watch.section(0, PREPARED))
        retriever = self._retriever(prepared.data, watch.section(PREPARED, FITTED))
        model = self._fit(prepared.data, retriever, watch.section(PREPARED, FITTED))
        seconds = time.monotonic() - began
        near = self._neighbours(prepared.data.train, retriever)
        measured = scoring.score(model, self.snapshot, near, watch.section(FITTED, 1))
        pace = len(measured.item_ids) / max(measured.seconds, 1e-6)
        costs = self._costs(model, len(prepared.data.train), seconds, pace)
        row = self._store(model, measured, costs, prepared.report)
        # Not before: what a starter is made of is saved out of it.
        shutil.rmtree(self.workspace, ignore_errors=True)
        return row

    def _prepare(self, watch: PartWatch) -> Prepared:
        data = build(Data, self.run.recipe["data"])
        everything, job_id = self.snapshot.training_data(), self.task.hand.job_id
        recipe_data = RecipeData(self.snapshot, everything, self.neighbours, self.models, job_id)
        return recipe_data.prepare(data, self.run.seed, watch)

    @cached_property
    def _live_retriever(self) -> "Retriever | None":
        found = self.models.retriever() if self.run.classifier == "prompt" else None
        return found[1] if found else None

    def _retriever(self, data: TrainingData, watch: PartWatch) -> "Retriever | None":
        """Return what finds a prompt's examples: the live retriever, or one that knows the labels of a part alone."""
        live, amount = self._live_retriever, self.run.recipe["data"]["selection"]["amount"]
        # A starter is made of labels, the live one of those of all items.
        if live is None or amount == ALL or live.recipe.checkpoint != STARTER:
            return live
        return lineup.fit_retriever(live.recipe, data, watch, self.workspace)

    def _neighbours(self, chosen: Sequence[Example], retriever: "Retriever | None") -> ChosenNeighbours:
        if retriever is None or retriever is self._live_retriever:
            return ChosenNeighbours(self.neighbours, chosen)
        texts = {item.id: item.text for item in (*self.snapshot.validation, *self.snapshot.gold)}
        texts |= {example.item_id: example.text for example in chosen}
        return ChosenNeighbours(self.neighbours, chosen, OwnVectors(retriever, texts))

    def _fit(self, data: TrainingData, retriever: "Retriever | None", watch: PartWatch) -> Fitted:
        if self.run.classifier == REFERENCE:
            watch.progress(0, "fitting TF-IDF and a linear SVM")
            return ReferenceScorer(data)
        self.workspace.mkdir(parents=True, exist_ok=True)
        recipe = recipe_from(self.run.classifier, self.run.recipe)
        return lineup.fit(self.run.classifier, recipe, data, watch, self.workspace, retriever)

    def _costs(self, model: Fitted, train_items: int, seconds: float, pace: float) -> Costs:
        trained, weights = parameters(model) or (None, None)
        return Costs(
            run=self.run.number,
            train_items=train_items,
            seconds=seconds,
            items_per_second=pace,
            peak_memory=peak_memory(),
            accelerator_memory=peak_accelerator_memory(),
            trained_parameters=trained,
            parameters=weights,
            price=self._price(tokens_used(model)),
        )

    def _price(self, tokens: tuple[int, int] | None) -> float | None:
        """Return what 1,000 items cost by the tokens that validation and gold took."""
        if tokens is None:
            return None
        prices = build(Prices, self.task.options.get("prices", {}))
        items = max(len(self.snapshot.validation) + len(self.snapshot.gold), 1)
        return (tokens[0] * prices.read + tokens[1] * prices.written) / MILLION * 1000 / items

    def _store(self, model: Fitted, measured: scoring.Scored, costs: Costs, report: Mapping[str, Any]) -> Version:
        proposed = propose(measured.scores[len(self.snapshot.validation) :], measured.thresholds)
        sheet = GoldSheet(proposed, self.snapshot.targets(self.snapshot.gold), self.snapshot.train_counts)
        new = NewVersion(
            self.run.classifier,
            self.run.recipe,
            costs.seconds,
            measured.metrics | {COSTS: asdict(costs)} | ({"data": report} if report else {}),
            measured.thresholds.tolist(),
            status=VersionStatus.RETIRED,
            reason=f"Made by bake-off {self.task.hand.job_id}.",
        )
        candidates = Candidates(self.task.hand.database, self.task.data, self.task.hand.job_id, self.snapshot)
        return candidates.store(new, WithGoldSheet(None if self.run.classifier == REFERENCE else model, sheet))

"""Measures models on gold, with thresholds from validation: one way for new, live and reference. Knows no rows."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier import metrics, thresholds
from classifier.watch import Unwatched, Watch
from workflow.neighbours import Neighbours
from workflow.questions import Questions, Scorer, Scores, questions
from workflow.training_data import Snapshot

UNTUNED = 0.5
"""The threshold where there is no validation item to tune it on."""
NEVER = 2.0
"""The threshold of a label that a version does not know; no score reaches it."""


@dataclass(frozen=True)
class Scored:
    """A new model's thresholds in column order, its metrics on gold, and what it said of validation and gold items.

    `seconds` is how long it took to say that, its examples found beforehand.
    """

    thresholds: NDArray[np.float32]
    metrics: dict[str, Any]
    item_ids: tuple[int, ...]
    scores: Scores
    shown: Sequence[tuple[int, ...]]
    seconds: float


def score(model: Scorer, snapshot: Snapshot, neighbours: Neighbours, watch: Watch = Unwatched()) -> Scored:
    """Score validation and gold, tune on the one and measure on the other; neighbours are items to train on only."""
    items = (*snapshot.validation, *snapshot.gold)
    item_ids = tuple(item.id for item in items)
    asked = questions(neighbours, model, item_ids, [item.text for item in items])
    began = time.perf_counter()
    scores = predict(model, asked, len(snapshot.names), watch)
    seconds = time.perf_counter() - began
    split = len(snapshot.validation)
    tuned = tune(scores[:split], snapshot.targets(snapshot.validation))
    told = measure(snapshot, scores[split:], tuned) | asked.measure(model, snapshot.examples(items))
    return Scored(tuned, told, item_ids, scores, asked.shown(model), seconds)


def score_reference(snapshot: Snapshot) -> tuple[NDArray[np.float32], dict[str, Any]]:
    """Fit TF-IDF with a linear SVM, tune it like the others; return its thresholds and its metrics on gold."""
    from classifier.reference import Reference

    reference = Reference().fit(snapshot.training_data())
    validation, gold = (
        reference.scores([item.text for item in items]) if items else np.zeros((0, len(snapshot.names)), np.float32)
        for items in (snapshot.validation, snapshot.gold)
    )
    tuned = tune(validation, snapshot.targets(snapshot.validation))
    return tuned, measure(snapshot, gold, tuned)


def predict(model: Scorer, asked: Questions, labels: int, watch: Watch) -> Scores:
    """Return a model's scores [n, labels], also of no texts at all."""
    return asked.ask(model, watch) if asked.texts else np.zeros((0, labels), dtype=np.float32)


def tune(scores: Scores, targets: NDArray[np.bool_]) -> NDArray[np.float32]:
    """Return the threshold of each label, tuned on validation where there is any; rounded as they are stored."""
    if not len(targets):
        return np.full(targets.shape[1], UNTUNED, dtype=np.float32)
    return np.round(np.asarray(thresholds.tune(scores, targets), dtype=np.float32), 4)


def measure(snapshot: Snapshot, scores: Scores, tuned: NDArray[np.float32]) -> dict[str, Any]:
    """Return the metrics on gold of scores in the snapshot's columns."""
    targets = snapshot.targets(snapshot.gold)
    return metrics.evaluate(scores, targets, tuned, snapshot.names, snapshot.train_counts.tolist())


def align(values: NDArray[np.float32], columns: Sequence[int], wanted: Sequence[int], missing: float) -> Scores:
    """Bring columns [..., labels], named by label id, into another order; a column that is missing gets one value."""
    aligned = np.full((*values.shape[:-1], len(wanted)), missing, dtype=np.float32)
    places = {label_id: place for place, label_id in enumerate(columns)}
    for target, label_id in enumerate(wanted):
        if label_id in places:
            aligned[..., target] = values[..., places[label_id]]
    return aligned

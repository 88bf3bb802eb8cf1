"""Several label sets on one body with a head for each (MT-DNN, Liu et al. 2019), beside a model for each set.

A head is a linear layer on the body's last state. So the heads are the columns of one layer, and an example of one set
says nothing of the others' columns. All examples are shuffled together, which draws from each set in proportion to its
size. Knows no architecture: whatever learns from `TrainingData` learns several sets at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import nan
from pathlib import Path
from typing import Any

import numpy as np

from classifier import lineup
from classifier.examples import Example, Label, TrainingData
from classifier.metrics import evaluate
from classifier.recipes import TrainingRecipe
from classifier.targets import target_matrix
from classifier.thresholds import tune
from classifier.watch import Watch

SEAM = ": "


@dataclass(frozen=True, slots=True)
class Task:
    """A label set with what is learned of it, and gold examples to measure it on."""

    name: str
    data: TrainingData
    gold: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Result:
    """What a model reaches on the gold of one label set, see `evaluate`: trained on it alone, and on all together."""

    task: str
    alone: Mapping[str, Any]
    together: Mapping[str, Any]

    def dragged(self, measure: str = "micro_f1") -> float:
        """Return how much worse the set fares in company, below 0 where the others help it."""
        return self.alone[measure] - self.together[measure]


def united(tasks: Sequence[Task]) -> TrainingData:
    """Return the examples of all sets under labels of the form `set: label`, each silent about other sets' labels."""
    labels = tuple(replace(label, name=_named(task, label.name)) for task in tasks for label in task.data.labels)
    return TrainingData(
        labels,
        tuple(_told(task, example, labels) for task in tasks for example in task.data.train),
        tuple(_told(task, example, labels) for task in tasks for example in task.data.validation),
        tuple(text for task in tasks for text in task.data.unlabelled),
    )


def columns_of(task: Task, labels: Sequence[str]) -> list[int]:
    """Return where a united model's labels are those of a set, in the set's own order."""
    places = {label: column for column, label in enumerate(labels)}
    return [places[_named(task, label)] for label in task.data.label_names]


def compare(
    classifier: str, recipe: TrainingRecipe, tasks: Sequence[Task], watch: Watch, workspace: Path
) -> list[Result]:
    """Train a classifier on each set alone and on all together, in as much time; return how each set fares."""
    alone = [_measured(task, _fit(classifier, recipe, task.data, watch, workspace / task.name)) for task in tasks]
    longer = replace(recipe, seconds=recipe.seconds * len(tasks))
    model = _fit(classifier, longer, united(tasks), watch, workspace / "united")
    together = [_measured(task, model, columns_of(task, model.labels)) for task in tasks]
    return [Result(task.name, *pair) for task, *pair in zip(tasks, alone, together, strict=True)]


def _named(task: Task, label: str) -> str:
    return f"{task.name}{SEAM}{label}"


def _told(task: Task, example: Example, labels: Sequence[Label]) -> Example:
    own = {label: value for label, value in zip(task.data.label_names, _targets(task, example), strict=True)}
    known = {_named(task, label): value for label, value in own.items()}
    targets = tuple(known.get(label.name, nan) for label in labels)
    return replace(example, labels=tuple(_named(task, label) for label in example.labels), soft_targets=targets)


def _targets(task: Task, example: Example) -> Sequence[float]:
    return example.soft_targets or [float(label in example.labels) for label in task.data.label_names]


def _fit(
    classifier: str, recipe: TrainingRecipe, data: TrainingData, watch: Watch, workspace: Path
) -> lineup.Classifier:
    workspace.mkdir(parents=True, exist_ok=True)
    return lineup.fit(classifier, recipe, data, watch, workspace)


def _measured(task: Task, model: lineup.Classifier, columns: Sequence[int] | None = None) -> dict[str, Any]:
    """Choose thresholds on a set's validation examples and measure its own columns on its gold ones."""
    names = task.data.label_names
    chosen = np.arange(len(names)) if columns is None else np.asarray(columns)

    def scores(examples: Sequence[Example]) -> np.ndarray:
        return model.predict_proba([example.text for example in examples])[:, chosen]

    thresholds = tune(scores(task.data.validation), target_matrix(task.data.validation, names))
    counts = target_matrix(task.data.train, names).sum(axis=0).tolist()
    return evaluate(scores(task.gold), target_matrix(task.gold, names), thresholds, names, counts)

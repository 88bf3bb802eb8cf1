"""Labels as numbers: a row for each example, a column for each label. Knows no model."""

from collections.abc import Sequence

import numpy as np

from classifier.examples import Example, TrainingData


def target_matrix(examples: Sequence[Example], labels: Sequence[str]) -> np.ndarray:
    """Return bool [n, L]; labels that are not (or no longer) in the set are left out."""
    columns = {label: column for column, label in enumerate(labels)}
    targets = np.zeros((len(examples), len(labels)), dtype=bool)
    for row, example in enumerate(examples):
        targets[row, [columns[label] for label in example.labels if label in columns]] = True
    return targets


def taught_targets(examples: Sequence[Example], labels: Sequence[str]) -> tuple[np.ndarray, np.ndarray | None]:
    """Return what is to be learned, float32 [n, L], and where nothing is known, bool [n, L] (None: nowhere)."""
    targets = target_matrix(examples, labels).astype(np.float32)
    for row, example in enumerate(examples):
        if example.soft_targets:
            targets[row] = example.soft_targets
    unknown = np.isnan(targets)
    return np.nan_to_num(targets, copy=False), unknown if unknown.any() else None


def check_trainable(data: TrainingData) -> None:
    """Raise ValueError with a sentence where nothing can be learned."""
    if not data.labels:
        raise ValueError("There are no labels to learn; add labels first.")
    if not any(example.labels for example in data.train):
        raise ValueError("There are no labelled training items to learn from; label or import some first.")


def check_single_labels(data: TrainingData) -> None:
    """Raise ValueError with a sentence where a training item has several labels, which a softmax cannot learn."""
    several = sum(len(set(example.labels)) > 1 for example in data.train)
    if several:
        raise ValueError(f"{several} training items have several labels; cross_entropy is for one at most, use bce.")

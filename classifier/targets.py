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


def check_trainable(data: TrainingData) -> None:
    """Raise ValueError with a sentence where nothing can be learned."""
    if not data.labels:
        raise ValueError("There are no labels to learn; add labels first.")
    if not any(example.labels for example in data.train):
        raise ValueError("There are no labelled training items to learn from; label or import some first.")

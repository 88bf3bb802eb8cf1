"""Labels by the likeness of their description to a text; how much of the truth a shortlist holds. Knows no prompt."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np

from classifier.examples import Example, Label

REMEMBERED = 20_000
"""Texts whose order of labels is kept: a training writes each many times."""


class Encoder(Protocol):
    """What turns texts into unit vectors; the retriever does."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 [n, width]."""


class DescriptionRanking:
    """Lists labels by falling cosine between a text and "name: description"."""

    def __init__(self, encoder: Encoder, labels: Sequence[Label]) -> None:
        self.encoder, self.names = encoder, [label.name for label in labels]
        self._labels = encoder.encode([f"{label.name}: {label.description}" for label in labels])
        self._places = lru_cache(REMEMBERED)(self._rank)

    def __call__(self, text: str) -> list[str]:
        """Return all labels, the likeliest first."""
        return [self.names[place] for place in self._places(text)]

    def _rank(self, text: str) -> tuple[int, ...]:
        return tuple(np.argsort(-(self._labels @ self.encoder.encode([text])[0]), kind="stable").tolist())


def recall(listed: Sequence[Sequence[str]], carried: Sequence[Sequence[str]]) -> float | None:
    """Return which share of the labels that items carry is on their lists; None where they carry none."""
    all_labels = sum(len(set(labels)) for labels in carried)
    if not all_labels:
        return None
    return sum(len(set(labels) & set(shown)) for shown, labels in zip(listed, carried, strict=True)) / all_labels


def votes(neighbours: Sequence[Sequence[Example]], labels: Sequence[str]) -> np.ndarray:
    """Return float32 [n, L]: which share of the neighbours, weighted by similarity, has each label."""
    columns = {label: column for column, label in enumerate(labels)}
    found = np.zeros((len(neighbours), len(labels)), dtype=np.float32)
    for row, examples in enumerate(neighbours):
        weights = [max(0.0, example.similarity) for example in examples]
        for example, weight in zip(examples, weights, strict=True):
            known = [columns[label] for label in example.labels if label in columns]
            found[row, known] += weight / max(sum(weights), 1e-9)
    return found

"""What the next training sees, read from the database at one moment. Knows no model."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from classifier.examples import Example, Label, TrainingData
from storage import labels, training
from storage.training import LabelledItem
from workflow.errors import Refused

MOST_UNLABELLED = 50_000
"""Unlabelled texts that the tokenizer and the retriever may learn from."""


@dataclass(frozen=True)
class Snapshot:
    """Labels in column order (the most frequent first) with their ids, and the labelled items of each split."""

    labels: tuple[Label, ...]
    label_ids: tuple[int, ...]
    train: tuple[LabelledItem, ...]
    validation: tuple[LabelledItem, ...]
    gold: tuple[LabelledItem, ...]
    unlabelled: tuple[str, ...]
    last_annotation_id: int

    @property
    def names(self) -> tuple[str, ...]:
        """Label names in column order."""
        return tuple(label.name for label in self.labels)

    @property
    def is_sample(self) -> bool:
        """Tell whether all that is learned from is the shipped sample."""
        return all(item.is_sample for item in self.train)

    @cached_property
    def train_counts(self) -> NDArray[np.int64]:
        """Return how many train items carry each label."""
        counts = Counter(label_id for item in self.train for label_id in item.label_ids)
        return np.array([counts[label_id] for label_id in self.label_ids], dtype=np.int64)

    @cached_property
    def fingerprint(self) -> str:
        """Identify what is learned from."""
        return _hash([*zip(self.label_ids, self.names, strict=True), *_facts(self.train), *_facts(self.validation)])

    @cached_property
    def gold_fingerprint(self) -> str:
        """Identify what is measured on."""
        return _hash(_facts(self.gold))

    def in_order(self, label_ids: Sequence[int]) -> "Snapshot":
        """Return the same with the columns in another order."""
        places = [self.label_ids.index(label_id) for label_id in label_ids]
        return replace(self, labels=tuple(self.labels[place] for place in places), label_ids=tuple(label_ids))

    def training_data(self) -> TrainingData:
        """Return what classifiers learn from; gold is not in it."""
        return TrainingData(self.labels, self.examples(self.train), self.examples(self.validation), self.unlabelled)

    def examples(self, items: Sequence[LabelledItem]) -> tuple[Example, ...]:
        """Return items as examples, with label names."""
        names = dict(zip(self.label_ids, self.names, strict=True))
        return tuple(
            Example(item.text, tuple(names[label_id] for label_id in item.label_ids), item.id, item.cluster)
            for item in items
        )

    def targets(self, items: Sequence[LabelledItem]) -> NDArray[np.bool_]:
        """Return which labels items carry [items, labels]."""
        return as_matrix([item.label_ids for item in items], self.label_ids)


def as_matrix(rows: Sequence[Iterable[int]], label_ids: Sequence[int]) -> NDArray[np.bool_]:
    """Return sets of label ids as a matrix [rows, labels]; ids without a column are left out."""
    columns = {label_id: column for column, label_id in enumerate(label_ids)}
    matrix = np.zeros((len(rows), len(label_ids)), dtype=bool)
    for row, present in enumerate(rows):
        matrix[row, [columns[label_id] for label_id in present if label_id in columns]] = True
    return matrix


def read_snapshot(session: Session) -> Snapshot:
    """Read everything that a training needs; raise `Refused` when there is nothing to learn from."""
    train = training.list_labelled(session, "train")
    counts = Counter(label_id for item in train for label_id in item.label_ids)
    rows = sorted(labels.list_labels(session), key=lambda row: (-counts[row.id], row.id))
    if not counts:
        raise Refused("There is nothing to learn from yet: no item to train on carries a label.")
    return Snapshot(
        labels=tuple(Label(row.name, row.description, row.group) for row in rows),
        label_ids=tuple(row.id for row in rows),
        train=tuple(train),
        validation=tuple(training.list_labelled(session, "validation")),
        gold=tuple(training.list_labelled(session, "gold")),
        unlabelled=tuple(training.list_unlabelled_texts(session, MOST_UNLABELLED)),
        last_annotation_id=training.get_last_annotation_id(session),
    )


def _facts(items: Iterable[LabelledItem]) -> list[tuple[object, ...]]:
    return [(item.id, *item.label_ids) for item in items]


def _hash(facts: Iterable[object]) -> str:
    digest = hashlib.sha256()
    for fact in facts:
        digest.update(repr(fact).encode())
    return digest.hexdigest()

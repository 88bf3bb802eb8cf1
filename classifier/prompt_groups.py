"""Asks for labels in two steps: first which groups of labels fit, then which labels of the likeliest groups.

A label's score is its group's score times its own among the labels of the group. Knows no weights and no server.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from classifier.examples import Example, Label, TrainingData

UNGROUPED = {"zh": "其他类别", "en": "other topics"}
"""The group of labels that have none."""
UNLIKELY = 0.01
"""Groups with a lower score are not asked about."""


@dataclass(frozen=True, slots=True)
class Groups:
    """The groups of labels in the order in which they first occur.

    `columns` are those of each group's labels, `group_of` names the group of each label.
    """

    groups: tuple[Label, ...]
    columns: tuple[tuple[int, ...], ...]
    group_of: Mapping[str, str]

    @classmethod
    def of(cls, labels: Sequence[Label], language: str) -> Self:
        """Sort labels into groups; those without get one of their own."""
        columns: dict[str, list[int]] = {}
        for column, label in enumerate(labels):
            columns.setdefault(label.group or UNGROUPED[language], []).append(column)
        groups = (Label(name, _contents([labels[column] for column in found])) for name, found in columns.items())
        group_of = {label.name: label.group or UNGROUPED[language] for label in labels}
        return cls(tuple(groups), tuple(map(tuple, columns.values())), group_of)

    def lift_all(self, data: TrainingData) -> TrainingData:
        """Return training data whose labels are the groups."""
        train, validation = (tuple(map(self.lift, part)) for part in (data.train, data.validation))
        return replace(data, labels=self.groups, train=train, validation=validation)

    def lift(self, example: Example) -> Example:
        """Return an example that carries the groups of its labels."""
        carried = {self.group_of.get(label) for label in example.labels}
        labels = tuple(group.name for group in self.groups if group.name in carried)
        return replace(example, labels=labels, soft_targets=())


def score_by_groups(
    groups: Groups,
    by_group: np.ndarray,
    most: int,
    ask: Callable[[int, np.ndarray], np.ndarray],
) -> np.ndarray:
    """Return float32 [n, L] for the scores of groups [n, G], of which the `most` likeliest are asked about.

    `ask` returns the scores [rows, labels of the group] of some rows for one group.
    """
    scores = np.zeros((len(by_group), sum(map(len, groups.columns))), dtype=np.float32)
    likeliest = by_group.argsort(1)[:, ::-1][:, :most]
    for group, columns in enumerate(groups.columns):
        rows = np.flatnonzero((likeliest == group).any(1) & (by_group[:, group] >= UNLIKELY))
        if len(rows):
            scores[np.ix_(rows, columns)] = by_group[rows, group, None] * ask(group, rows)
    return scores


def _contents(labels: Sequence[Label]) -> str:
    """Describe a group by what is in it."""
    return ", ".join(label.name for label in labels)

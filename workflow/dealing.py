"""Deals labelled clusters out to the splits over a whole import, with running counts. Writes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from classifier import splits
from storage.known import count_labelled_by_split, count_labels_by_split
from workflow.readers import Survey

SPLITS = splits.SPLITS
MEASURED = 1_000
"""Items that validation and gold need at most: a micro-F1 is then sure to some two points, and more would only be
taken from train and make every evaluation slower."""


@dataclass
class Dealer:
    """Knows how many items of each label every split holds. `ratios` are the splits' shares of all labelled items."""

    ratios: tuple[float, float, float] = splits.RATIOS
    columns: dict[str, int] = field(default_factory=dict)
    counts: NDArray[np.int64] = field(default_factory=lambda: np.zeros((1, len(SPLITS)), dtype=np.int64))

    @classmethod
    def start(cls, session: Session, survey: Survey) -> "Dealer":
        """Begin from what is stored; the survey says how much is coming."""
        stored = sum(count_labelled_by_split(session).values())
        dealer = cls(choose_ratios(stored + survey.judged))
        for (label, split), count in count_labels_by_split(session).items():
            row = dealer._row(label)
            dealer.counts[row, SPLITS.index(split)] += count
        for split, count in count_labelled_by_split(session, without_labels=True).items():
            dealer.counts[-1, SPLITS.index(split)] += count
        return dealer

    def deal(self, clusters: Mapping[int, frozenset[str]]) -> dict[int, str]:
        """Return the split of each cluster {name of the cluster: its labels}."""
        if not clusters:
            return {}
        # Sorted: the order of a set of names differs from run to run, and with it who of equals chooses first.
        sets = [frozenset(map(self._row, sorted(labels))) for labels in clusters.values()]
        chosen = splits.assign(sets, self.counts, self.ratios)
        return {cluster: SPLITS[column] for cluster, column in zip(clusters, chosen, strict=True)}

    def count(self, items: Iterable[tuple[tuple[str, ...] | None, str]]) -> None:
        """Add items, as (labels, split), to the counts; unlabelled ones do not count."""
        for labels, split in items:
            column = SPLITS.index(split)
            for row in [self._row(label) for label in labels or ()] or ([-1] if labels is not None else []):
                self.counts[row, column] += 1

    def _row(self, label: str) -> int:
        if label not in self.columns:
            self.columns[label] = len(self.columns)
            # The last row counts items without a label, so a new label's row goes before it.
            self.counts = np.insert(self.counts, -1, 0, axis=0)
        return self.columns[label]


def choose_ratios(labelled: int) -> tuple[float, float, float]:
    """Return the shares of the splits among so many labelled items: 80/10/10, more for train as they grow."""
    share = min(splits.RATIOS[1], MEASURED / max(labelled, 1))
    return (1 - 2 * share, share, share)

"""Chooses unlabelled items whose labels several classifiers agree on (Lee 2013, with a jury). Pure numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.options.data import PseudoLabels

NEVER = 1e-9
"""Keeps a threshold at or above 1 from being divided by: nothing lies beyond it."""


@dataclass(frozen=True, slots=True)
class Agreed:
    """Rows that may be learned and rows for people to check, both ascending; `labels` bool [n, L] are those agreed."""

    learned: NDArray[np.int64]
    audited: NDArray[np.int64]
    labels: NDArray[np.bool_]


def agree(scores: NDArray[np.float32], thresholds: NDArray[np.float32], options: PseudoLabels, seed: int = 0) -> Agreed:
    """Choose by scores [classifiers, n, L] and thresholds [classifiers, L] those items on which all propose the same.

    A score is as sure as the share of the way from its threshold to 1 that it has gone; an item is as sure as the
    least sure of its scores. The surest come first, and one is taken when each of its labels has room under the cap.
    """
    proposed = scores >= thresholds[:, None]
    labels = proposed[0] & (proposed == proposed[0]).all(axis=(0, 2))[:, None]
    surety = _surety(scores, thresholds, labels)
    sure = np.flatnonzero(labels.any(axis=1) & (surety >= options.margin))
    kept = _with_room(labels, sure[np.argsort(-surety[sure], kind="stable")], options.cap)
    drawn = np.random.default_rng(seed).permutation(kept)[: int(np.ceil(options.audit * len(kept)))]
    return Agreed(np.setdiff1d(kept, drawn), np.sort(drawn), labels)


def _surety(
    scores: NDArray[np.float32], thresholds: NDArray[np.float32], labels: NDArray[np.bool_]
) -> NDArray[np.float32]:
    beyond = (scores - thresholds[:, None]) / np.maximum(1 - thresholds[:, None], NEVER)
    return np.where(labels, beyond, np.inf).min(axis=(0, 2), initial=np.inf)


def _with_room(labels: NDArray[np.bool_], order: NDArray[np.int64], cap: int) -> NDArray[np.int64]:
    room = np.full(labels.shape[1], cap)
    kept: list[int] = []
    for row in order:
        if (room[labels[row]] > 0).all():
            room[labels[row]] -= 1
            kept.append(int(row))
    return np.array(sorted(kept), dtype=np.int64)

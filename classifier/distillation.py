"""What teachers say as something to learn (Hinton et al. 2015). Pure numbers.

The binary cross-entropy is linear in its targets, so learning the truth and a teacher, each with a weight, is learning
the mean of both with that weight; the temperature is 1, since a sigmoid has no rivals to share its softness with.
"""

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]


def consensus(scores: Scores) -> Scores:
    """Return the mean [n, L] of what teachers say [teachers, n, L], NaN where nobody knows the label.

    A teacher that does not know a label says NaN of it.
    """
    known = ~np.isnan(scores)
    count = known.sum(axis=0)
    total = np.where(known, scores, 0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan).astype(np.float32)


def majority(scores: Scores, thresholds: Scores) -> NDArray[np.bool_]:
    """Return which labels [n, L] more than half of the teachers propose that know them; thresholds [teachers, L]."""
    proposed = scores >= thresholds[:, None]
    return 2 * proposed.sum(axis=0) > (~np.isnan(scores)).sum(axis=0)


def soft_targets(said: Scores, truth: NDArray[np.bool_], weight: float) -> Scores:
    """Return targets [n, L]: the truth, and by `weight` what teachers say; where they say NaN, the truth alone."""
    mixed = (1 - weight) * truth + weight * said
    return np.where(np.isnan(said), truth, mixed).astype(np.float32)

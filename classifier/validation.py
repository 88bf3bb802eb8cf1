"""How good scores are while thresholds are not chosen yet. Pure numbers."""

import numpy as np


def best_micro_f1(scores: np.ndarray, targets: np.ndarray) -> float:
    """Return the micro-F1 of scores [n, L] against bool targets [n, L] at the best threshold that all labels share."""
    order = np.argsort(-scores, axis=None, kind="stable")
    hits = np.cumsum(targets.ravel()[order])
    proposed = np.arange(1, len(order) + 1)
    positives = int(targets.sum())
    return float((2 * hits / (proposed + positives)).max()) if positives else 0.0

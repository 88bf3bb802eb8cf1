"""How sure a measure on gold is, and whether two recipes differ: resampled gold sets (Efron 1979). Pure numbers.

All recipes are measured on the same resamples, so their differences are paired (Koehn 2004, Berg-Kirkpatrick et al.
2012). What is resampled are the gold items: the chance in a training itself is what further seeds show.
"""

from collections.abc import Sequence
from math import erfc, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

MEASURES = ("micro_f1", "macro_f1", "weighted_f1", "few_shot_f1", "middle_f1", "head_f1")
"""The last three are macro F1 of the labels with few, with more and with many training examples."""
BAND_MEASURES = {"few_shot_f1": "tail", "middle_f1": "middle", "head_f1": "head"}
DRAWS = 1000
CONFIDENCE = 0.95

Answers = NDArray[np.bool_]
Samples = NDArray[np.float64]


def resamples(items: int, draws: int = DRAWS, seed: int = 0) -> NDArray[np.float32]:
    """Return how often each item stands in each resample [1 + draws, items]; the first row is gold as it is."""
    drawn = np.random.default_rng(seed).multinomial(items, np.full(items, 1 / items), size=draws)
    return np.vstack([np.ones(items), drawn]).astype(np.float32)


def measure(
    proposed: Answers, targets: Answers, bands: Sequence[str], weights: NDArray[np.float32]
) -> dict[str, Samples]:
    """Return each measure in each resample [1 + draws], NaN where it holds no example.

    `proposed` and `targets` are [items, labels], `bands` says how rare each label is (`classifier.rarity`). In every
    resample the measures are those of `classifier.metrics`.
    """
    counted = (proposed & targets, proposed, targets)
    hits, said, support = ((weights @ part.astype(np.float32)).astype(np.float64) for part in counted)
    f1 = 2 * hits / np.maximum(said + support, 1)
    known = support > 0
    names = np.asarray(bands)
    total = np.maximum((said + support).sum(axis=1), 1)
    return {
        "micro_f1": np.where(known.any(axis=1), 2 * hits.sum(axis=1) / total, np.nan),
        "macro_f1": _mean(f1, known),
        "weighted_f1": _mean(f1, support),
        **{name: _mean(f1, known & (names == band)) for name, band in BAND_MEASURES.items()},
    }


def interval(samples: Samples, confidence: float = CONFIDENCE) -> tuple[float, float] | None:
    """Return the percentile interval of a measure or a difference; None where no resample could tell."""
    drawn = samples[1:][~np.isnan(samples[1:])]
    if not len(drawn):
        return None
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def p_value(differences: Samples) -> float | None:
    """Return the two-sided p of a paired difference being chance alone; None where no resample could tell.

    The difference in units of its bootstrap standard error is read off the normal distribution (Efron and Tibshirani
    1993). To count the resamples beyond 0 would tell nothing below 2 / draws, and a correction for dozens of rows
    needs less.
    """
    drawn = differences[1:][~np.isnan(differences[1:])]
    if not len(drawn) or np.isnan(differences[0]):
        return None
    error = float(drawn.std())
    if error == 0:
        return 1.0 if differences[0] == 0 else 0.0
    return erfc(abs(float(differences[0])) / error / sqrt(2))


def holm(p_values: Sequence[float]) -> list[float]:
    """Return p-values corrected for how many there are (Holm 1979), in their order."""
    corrected, least = [0.0] * len(p_values), 0.0
    for rank, place in enumerate(np.argsort(p_values, kind="stable")):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[place]))
        corrected[place] = least
    return corrected


def _mean(f1: NDArray[Any], weights: NDArray[Any]) -> Samples:
    total = weights.sum(axis=1)
    return np.where(total > 0, (f1 * weights).sum(axis=1) / np.maximum(total, 1), np.nan)

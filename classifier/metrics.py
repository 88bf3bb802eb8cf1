"""Precision, recall and F1 of the positive class, honest about what gold cannot tell. Pure numbers.

Micro counts every label of every item alike; macro and weighted are means over the labels that gold holds an example
of, plain or weighted by support; few-shot is the macro F1 of those among them that are rare in training. A label
without a gold example is unknown, None: neither 0 nor 1 would be true.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.rarity import band
from classifier.thresholds import propose

MEASURES = ("precision", "recall", "f1")


def evaluate(
    scores: NDArray[np.floating[Any]],
    targets: NDArray[np.bool_],
    thresholds: NDArray[np.floating[Any]],
    labels: Sequence[str],
    train_counts: Sequence[int],
) -> dict[str, Any]:
    """Measure scores [items, labels] in 0..1, proposed from thresholds [labels] on, against the truth [items, labels].

    Returns micro_, macro_ and weighted_ precision, recall and f1, few_shot_f1, support (gold labels), items, and
    per_label {label: {precision, recall, f1, support}}.
    """
    _check(scores, targets, [*map(len, (thresholds, train_counts))], len(labels))
    proposed, truth = propose(scores, thresholds), np.asarray(targets, dtype=bool)
    hits, said, support = (proposed & truth).sum(axis=0), proposed.sum(axis=0), truth.sum(axis=0)
    of_label = _measure(hits, said, support)
    known = support > 0
    rare = known & np.array([band(int(count)) == "tail" for count in train_counts], dtype=bool)
    something = bool(known.any())
    return {
        **_named("micro_", _measure(hits.sum(), said.sum(), support.sum()), something),
        **_named("macro_", _mean(of_label, known), something),
        **_named("weighted_", _mean(of_label, support), something),
        "few_shot_f1": float(_mean(of_label[2], rare)) if rare.any() else None,
        "support": int(support.sum()),
        "items": len(truth),
        "per_label": {
            label: {**_named("", of_label[:, column], bool(known[column])), "support": int(support[column])}
            for column, label in enumerate(labels)
        },
    }


def _check(scores: NDArray[Any], targets: NDArray[Any], lengths: Sequence[int], labels: int) -> None:
    if scores.shape != targets.shape or scores.shape[1:] != (labels,) or set(lengths) != {labels}:
        raise ValueError(
            f"scores {scores.shape}, targets {targets.shape}, {lengths[0]} thresholds and {lengths[1]} training counts "
            f"do not fit {labels} labels."
        )


def _measure(hits: NDArray[np.int64], said: NDArray[np.int64], support: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return precision, recall and F1 [3, …]; what was never proposed has the precision 0, as its F1 asks for."""
    return np.array(
        [hits / np.maximum(said, 1), hits / np.maximum(support, 1), 2 * hits / np.maximum(said + support, 1)]
    )


def _mean(measures: NDArray[np.float64], weights: NDArray[Any]) -> NDArray[np.float64]:
    return measures @ (weights / max(float(weights.sum()), 1.0))


def _named(prefix: str, values: NDArray[np.float64], known: bool) -> dict[str, float | None]:
    return {prefix + name: float(value) if known else None for name, value in zip(MEASURES, values, strict=True)}

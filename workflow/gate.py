"""Whether a candidate may go live: pure numbers, no models and no rows.

Candidate and live version answer the same gold items and are compared on resampled gold sets (paired bootstrap). The
candidate is held back only when it is worse beyond that noise, in micro-F1 or in the macro-F1 of the few-shot labels.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.bootstrap import resamples

Answers = NDArray[np.bool_]
Counts = NDArray[np.floating[Any]]
Score = Callable[[Answers, Answers, Counts], Counts]

CONFIDENCE = 0.95
ENOUGH_FEW_SHOT = 10
"""Positive gold examples of few-shot labels below which their F1 says nothing."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether the candidate goes live, and why, in one sentence."""

    promote: bool
    reason: str


@dataclass(frozen=True, slots=True)
class GoldAnswers:
    """Boolean [items, labels]: what the candidate and the live version propose, and what is true.

    `few_shot` [labels] marks the labels with few training examples.
    """

    candidate: Answers
    live: Answers
    targets: Answers
    few_shot: NDArray[np.bool_]


def compare(answers: GoldAnswers | None) -> Verdict:
    """Judge a candidate against the live version; None stands for no live version to compare with."""
    if answers is None:
        return Verdict(True, "There was no version to compare it with.")
    if not answers.targets.any():
        return Verdict(True, "No gold item carries a label, so nothing could be compared.")
    weights = resamples(len(answers.targets))
    micro = _differences(answers, weights, _micro_f1, np.ones_like(answers.few_shot))
    if _is_worse(micro):
        return Verdict(False, f"On gold its micro-F1 is {_points(micro)} lower than the live version's.")
    if answers.targets[:, answers.few_shot].sum() >= ENOUGH_FEW_SHOT:
        rare = _differences(answers, weights, _macro_f1, answers.few_shot)
        if _is_worse(rare):
            reason = f"On gold the F1 of its few-shot labels is {_points(rare)} lower than the live version's."
            return Verdict(False, reason)
    change = "higher" if micro[0] >= 0 else "lower, within the noise"
    return Verdict(True, f"On gold its micro-F1 is {_points(micro)} {change}.")


def _differences(answers: GoldAnswers, weights: Counts, score: Score, labels: NDArray[np.bool_]) -> Counts:
    """Return candidate's minus live's score over some labels, in each resample."""
    targets = answers.targets[:, labels]
    return score(answers.candidate[:, labels], targets, weights) - score(answers.live[:, labels], targets, weights)


def _micro_f1(proposed: Answers, targets: Answers, weights: Counts) -> Counts:
    hits = weights @ (proposed & targets).sum(axis=1)
    said = weights @ (proposed.sum(axis=1) + targets.sum(axis=1))
    return 2 * hits / np.maximum(said, 1)


def _macro_f1(proposed: Answers, targets: Answers, weights: Counts) -> Counts:
    hits = weights @ (proposed & targets)
    said = weights @ (proposed.astype(float) + targets)
    # A label that a resample lost on both sides counts as right on both sides.
    return np.where(said > 0, 2 * hits / np.maximum(said, 1), 1.0).mean(axis=1)


def _is_worse(differences: Counts) -> bool:
    """Tell whether the whole interval of the difference lies below zero."""
    return bool(np.quantile(differences[1:], (1 + CONFIDENCE) / 2) < 0)


def _points(differences: Counts) -> str:
    return f"{abs(differences[0]):.3f}"

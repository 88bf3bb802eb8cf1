"""How wrong logits are: the losses of `Loss`, summed over the labels and averaged over the items. Knows no model.

Every multi-label loss is t L+ + (1 - t) L- with a target t in 0..1, so soft targets need nothing of their own.
"""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor
from torch.nn import functional

from classifier.options.loss import Loss

NEVER = -1e4
"""A logit that no softmax hears."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """A loss with the weights that the training targets ask for: of each label, and of its positives, float32 [L]."""

    loss: Loss
    label_weights: Tensor | None = None
    positive_weights: Tensor | None = None

    @classmethod
    def of(cls, loss: Loss, targets: Tensor, device: torch.device) -> Self:
        """Return the criterion for training targets [n, L]."""
        counts = targets.sum(dim=0)
        if loss.weighting == "positive":
            return cls(loss, positive_weights=positive_weights(counts, len(targets), loss.heaviest).to(device))
        if loss.weighting == "class_balanced":
            return cls(loss, label_weights=class_balanced_weights(counts, loss.beta).to(device))
        return cls(loss)

    def __call__(self, logits: Tensor, targets: Tensor, unknown: Tensor | None = None) -> Tensor:
        """Return the loss of logits [n, L] against targets [n, L], a scalar; where `unknown` is true nothing counts."""
        # Summed, not averaged: with 100 labels an average would shrink every gradient a hundredfold.
        return self._sum(logits, targets, unknown) / len(logits)

    def _sum(self, logits: Tensor, targets: Tensor, unknown: Tensor | None) -> Tensor:
        if self.loss.is_single_label:
            return cross_entropy(logits, targets, self.label_weights, unknown)
        weights = self._weights(unknown)
        if self.loss.kind == "bce":
            return functional.binary_cross_entropy_with_logits(
                logits, targets, weight=weights, pos_weight=self.positive_weights, reduction="sum"
            )
        right, wrong = self._focal(logits) if self.loss.kind == "focal" else self._asymmetric(logits)
        positive = 1.0 if self.positive_weights is None else self.positive_weights
        terms = targets * positive * right + (1 - targets) * wrong
        return (terms if weights is None else terms * weights).sum()

    def _weights(self, unknown: Tensor | None) -> Tensor | None:
        if unknown is None:
            return self.label_weights
        known = (~unknown).float()
        return known if self.label_weights is None else known * self.label_weights

    def _focal(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Return L+ and L- of the focal loss (Lin et al. 2017): (1 - p)^g -log p and p^g -log(1 - p)."""
        p, gamma = torch.sigmoid(logits), self.loss.gamma
        return -((1 - p) ** gamma) * functional.logsigmoid(logits), -(p**gamma) * functional.logsigmoid(-logits)

    def _asymmetric(self, logits: Tensor) -> tuple[Tensor, Tensor]:
        """Return L+ and L- of the asymmetric loss (Ben-Baruch et al. 2021), its negatives shifted by the margin."""
        p = torch.sigmoid(logits)
        shifted = (p - self.loss.margin).clamp(min=0)
        right = -((1 - p) ** self.loss.gamma_positive) * functional.logsigmoid(logits)
        # A margin keeps 1 - shifted above zero; without one the logarithm has to be taken of the logit.
        log_absent = torch.log1p(-shifted) if self.loss.margin else functional.logsigmoid(-logits)
        return right, -(shifted**self.loss.gamma_negative) * log_absent


def probabilities(loss: Loss, logits: Tensor) -> Tensor:
    """Return the probabilities [n, L] that logits [n, L] mean under a loss."""
    return _with_none(logits).softmax(dim=1)[:, 1:] if loss.is_single_label else torch.sigmoid(logits)


def divergence(loss: Loss, first: Tensor, second: Tensor) -> Tensor:
    """Return the symmetric Kullback-Leibler divergence of two readings, logits [n, L], as R-Drop takes it; a scalar.

    It is the mean of both directions, of a Bernoulli distribution for each label, or of the one softmax.
    """
    if loss.is_single_label:
        left, right = _with_none(first).log_softmax(dim=1), _with_none(second).log_softmax(dim=1)
        terms = (left.exp() - right.exp()) * (left - right)
    else:
        # For Bernoulli variables KL(p, q) + KL(q, p) is the difference of probabilities times that of logits.
        terms = (torch.sigmoid(first) - torch.sigmoid(second)) * (first - second)
    return terms.sum() / 2 / len(first)


def cross_entropy(
    logits: Tensor, targets: Tensor, weights: Tensor | None = None, unknown: Tensor | None = None
) -> Tensor:
    """Return the cross-entropy, summed over the items, of a softmax over "no label" and the labels.

    "No label" is the class whose logit is always 0, so that an item without labels is an example too and the head needs
    no column for it. Soft targets that add up to more than 1 are scaled down; unknown labels take no part.
    """
    if unknown is not None:
        logits = logits.masked_fill(unknown, NEVER)
    none = (1 - targets.sum(dim=1, keepdim=True)).clamp(min=0)
    wanted = torch.cat([none, targets], dim=1)
    of_all = None if weights is None else torch.cat([weights.new_ones(1), weights])
    return functional.cross_entropy(
        _with_none(logits), wanted / wanted.sum(dim=1, keepdim=True), weight=of_all, reduction="sum"
    )


def positive_weights(counts: Tensor, items: int, heaviest: float) -> Tensor:
    """Return negatives / positives of each label [L], from 1 to `heaviest`; 1 for a label without positives."""
    weights = ((items - counts) / counts.clamp(min=1)).clamp(min=1, max=max(1.0, heaviest))
    return torch.where(counts > 0, weights, torch.ones_like(weights))


def class_balanced_weights(counts: Tensor, beta: float) -> Tensor:
    """Return (1 - beta) / (1 - beta^n) of each label [L], scaled to a mean of 1 (Cui et al. 2019).

    A label without examples has no effective number; it weighs 1.
    """
    weights = (1 - beta) / (1 - beta ** counts.clamp(min=1))
    known = counts > 0
    scale = weights[known].mean() if known.any() else weights.new_ones(())
    return torch.where(known, weights / scale, torch.ones_like(weights))


def _with_none(logits: Tensor) -> Tensor:
    return torch.cat([logits.new_zeros(len(logits), 1), logits], dim=1)

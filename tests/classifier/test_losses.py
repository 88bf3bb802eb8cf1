"""Losses against their formulas, and against numbers worked by hand."""

from math import exp, log

import pytest
import torch
from torch.nn import functional

from classifier.losses import (
    Criterion,
    class_balanced_weights,
    cross_entropy,
    divergence,
    positive_weights,
    probabilities,
)
from classifier.options.loss import Loss

CPU = torch.device("cpu")
torch.manual_seed(0)
LOGITS = torch.randn(6, 5, dtype=torch.float64) * 3
TARGETS = (torch.rand(6, 5) < 0.4).double()


def sigmoid(value):
    return 1 / (1 + exp(-value))


def by_formula(right, wrong):
    """Sum over labels, mean over items, one number at a time."""
    total = 0.0
    for row in range(6):
        for column in range(5):
            p = sigmoid(LOGITS[row, column].item())
            total += right(p) if TARGETS[row, column] else wrong(p)
    return total / 6


def test_the_default_is_binary_cross_entropy_summed_over_labels():
    expected = functional.binary_cross_entropy_with_logits(LOGITS, TARGETS, reduction="sum") / 6
    assert Criterion.of(Loss(), TARGETS, CPU)(LOGITS, TARGETS).item() == expected.item()


@pytest.mark.parametrize("gamma", [0.0, 1.0, 2.5])
def test_focal_is_lin_et_al(gamma):
    expected = by_formula(lambda p: -((1 - p) ** gamma) * log(p), lambda p: -(p**gamma) * log(1 - p))
    assert Criterion(Loss(kind="focal", gamma=gamma))(LOGITS, TARGETS).item() == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("plus", "minus", "margin"), [(0.0, 4.0, 0.05), (1.0, 2.0, 0.2), (0.0, 0.0, 0.0)])
def test_asymmetric_is_ben_baruch_et_al(plus, minus, margin):
    def wrong(p):
        shifted = max(p - margin, 0.0)
        return -(shifted**minus) * log(1 - shifted)

    expected = by_formula(lambda p: -((1 - p) ** plus) * log(p), wrong)
    loss = Loss(kind="asymmetric", gamma_positive=plus, gamma_negative=minus, margin=margin)
    assert Criterion(loss)(LOGITS, TARGETS).item() == pytest.approx(expected, rel=1e-9)


def test_an_easy_negative_below_the_margin_costs_nothing_and_moves_nothing():
    logits = torch.tensor([[-4.0]], requires_grad=True)
    value = Criterion(Loss(kind="asymmetric"))(logits, torch.zeros(1, 1))
    value.backward()
    assert value.item() == 0.0
    assert logits.grad.item() == 0.0


@pytest.mark.parametrize("kind", ["bce", "focal", "asymmetric", "cross_entropy"])
def test_no_logit_is_too_large_for_loss_and_gradient(kind):
    logits = torch.tensor([[200.0, -200.0, 0.0]], requires_grad=True)
    value = Criterion(Loss(kind=kind))(logits, torch.tensor([[0.0, 1.0, 0.0]]))
    value.backward()
    assert torch.isfinite(value)
    assert torch.isfinite(logits.grad).all()


@pytest.mark.parametrize("kind", ["bce", "focal", "asymmetric"])
def test_a_soft_target_is_the_mixture_of_both_answers(kind):
    criterion, logits = Criterion(Loss(kind=kind)), torch.tensor([[0.7]])
    yes, no, soft = (criterion(logits, torch.tensor([[target]])).item() for target in (1.0, 0.0, 0.25))
    assert soft == pytest.approx(0.25 * yes + 0.75 * no, rel=1e-6)


@pytest.mark.parametrize("kind", ["bce", "focal", "asymmetric", "cross_entropy"])
def test_what_is_unknown_counts_nothing_and_moves_nothing(kind):
    logits = torch.tensor([[0.7, -0.2, 1.5]], requires_grad=True)
    unknown = torch.tensor([[False, True, False]])
    value = Criterion(Loss(kind=kind))(logits, torch.tensor([[1.0, 0.0, 0.0]]), unknown)
    value.backward()
    alone = Criterion(Loss(kind=kind))(logits[:, [0, 2]], torch.tensor([[1.0, 0.0]]))
    assert value.item() == pytest.approx(alone.item(), rel=1e-6)
    assert logits.grad[0, 1].item() == 0.0


def test_positive_weights_by_hand():
    # 10 items: 5 positives are as many as negatives, 2 are a quarter, 1 a ninth and capped, 0 has nothing to weigh.
    weights = positive_weights(torch.tensor([5.0, 2.0, 1.0, 0.0, 9.0]), 10, 6.0)
    assert weights.tolist() == pytest.approx([1.0, 4.0, 6.0, 1.0, 1.0])


@pytest.mark.parametrize("kind", ["bce", "focal", "asymmetric"])
def test_the_positive_weight_multiplies_what_a_missed_label_costs_and_nothing_else(kind):
    targets = torch.tensor([[1.0], [0.0], [0.0], [0.0]])
    plain, weighted = Criterion(Loss(kind=kind)), Criterion.of(Loss(kind=kind, weighting="positive"), targets, CPU)
    logits = torch.tensor([[0.3]])
    assert weighted(logits, torch.ones(1, 1)).item() == pytest.approx(3 * plain(logits, torch.ones(1, 1)).item())
    assert weighted(logits, torch.zeros(1, 1)).item() == pytest.approx(plain(logits, torch.zeros(1, 1)).item())


def test_class_balanced_weights_by_hand():
    # With beta 0.5 the effective numbers of 1, 2 and 3 examples are 1, 1.5 and 1.75.
    weights = class_balanced_weights(torch.tensor([1.0, 2.0, 3.0, 0.0]), 0.5)
    raw = [1.0, 1 / 1.5, 1 / 1.75]
    assert weights.tolist() == pytest.approx([*(value / (sum(raw) / 3) for value in raw), 1.0])


def test_class_balanced_weights_weigh_whole_labels():
    targets = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0]])
    loss = Loss(weighting="class_balanced", beta=0.5)
    weights = class_balanced_weights(targets.sum(0), 0.5)
    each = functional.binary_cross_entropy_with_logits(LOGITS[:3, :2].float(), targets, reduction="none")
    value = Criterion.of(loss, targets, CPU)(LOGITS[:3, :2].float(), targets)
    assert value.item() == pytest.approx((each * weights).sum().item() / 3)


def test_cross_entropy_is_a_softmax_in_which_no_label_has_the_logit_zero():
    logits = torch.tensor([[1.0, 2.0], [1.0, 2.0]])
    both = 1 + exp(1) + exp(2)
    value = cross_entropy(logits, torch.tensor([[0.0, 1.0], [0.0, 0.0]])).item()
    assert value == pytest.approx(-log(exp(2) / both) - log(1 / both))
    scores = probabilities(Loss(kind="cross_entropy"), logits)
    assert scores[0].tolist() == pytest.approx([exp(1) / both, exp(2) / both])


def test_soft_targets_above_one_are_scaled_for_the_softmax():
    logits = torch.tensor([[0.5, -0.5]])
    twice, once = (cross_entropy(logits, torch.tensor([row])).item() for row in ([1.5, 0.5], [0.75, 0.25]))
    assert twice == pytest.approx(once)


def test_a_softmax_has_no_negatives_to_weigh():
    with pytest.raises(ValueError, match="weighting"):
        Loss(kind="cross_entropy", weighting="positive")


@pytest.mark.parametrize("gamma", [-1.0, 0.5])
def test_a_power_without_a_slope_at_certainty_is_refused(gamma):
    with pytest.raises(ValueError, match="gamma_negative"):
        Loss(gamma_negative=gamma)


def test_the_divergence_of_two_readings_is_the_mean_of_both_kls():
    p, q = 0.8, 0.3
    forth = p * log(p / q) + (1 - p) * log((1 - p) / (1 - q))
    back = q * log(q / p) + (1 - q) * log((1 - q) / (1 - p))
    first, second = torch.logit(torch.tensor([[p]])), torch.logit(torch.tensor([[q]]))
    assert divergence(Loss(), first, second).item() == pytest.approx((forth + back) / 2, rel=1e-5)
    assert divergence(Loss(), first, first).item() == 0.0


def test_the_divergence_of_two_softmax_readings_is_that_of_the_library():
    left, right = (functional.log_softmax(functional.pad(LOGITS[i : i + 2], (1, 0)), dim=1) for i in (0, 2))
    expected = sum(functional.kl_div(a, b, log_target=True, reduction="sum") for a, b in ((left, right), (right, left)))
    value = divergence(Loss(kind="cross_entropy"), LOGITS[:2], LOGITS[2:4])
    assert value.item() == pytest.approx(expected.item() / 2 / 2)

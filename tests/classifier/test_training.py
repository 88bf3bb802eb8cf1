from contextlib import contextmanager
from time import monotonic

import pytest
import torch
from torch import nn

from classifier.training import Course, Schedule, train
from classifier.watch import Cancelled, Unwatched
from tests.classifier.toy import Recorder

SLOPE = 3.0


def course(watch=None, validate=None, loss=None, **schedule):
    torch.manual_seed(0)
    model = nn.Linear(1, 1)
    inputs = torch.randn(20, 8, 1)
    return Course(
        model=model,
        epoch=lambda _: list(inputs),
        loss=loss or (lambda batch: ((model(batch) - SLOPE * batch) ** 2).mean()),
        validate=validate,
        schedule=Schedule(**{"epochs": 10, "learning_rate": 0.1, "seconds": 60.0} | schedule),
        watch=watch or Unwatched(),
    )


def test_the_loss_falls_and_the_curve_shows_it():
    watch = Recorder()
    fitted = course(watch)
    train(fitted)
    losses = [value for _, value in watch.points["loss"]]
    assert losses[-1] < losses[0] / 100
    assert 30 <= len(losses) <= 70
    assert fitted.model.weight.item() == pytest.approx(SLOPE, abs=0.1)


def test_progress_never_goes_back():
    watch = Recorder()
    train(course(watch))
    assert watch.steps == sorted(watch.steps)
    assert len(watch.steps) == 200


def test_the_best_weights_on_validation_are_kept():
    values = iter([0.1, 0.2, 0.9, 0.5, 0.4])
    weights = []
    fitted = course(epochs=4)

    def validate():
        weights.append(fitted.model.weight.item())
        return next(values)

    fitted.validate = validate
    assert train(fitted) == 0.9
    assert fitted.model.weight.item() == weights[2]


@pytest.mark.parametrize(
    ("start", "lead", "best"), [(0.9, 0.0, 0.9), (0.9, 0.5, 0.9), (0.9, 0.7, 0.3), (0.2, 0.0, 0.3)]
)
def test_the_start_is_kept_where_it_leads_by_enough(start, lead, best):
    values = iter([start, 0.2, 0.3, 0.1, 0.1])
    fitted = course(epochs=4, validate=lambda: next(values), start_lead=lead)
    before = fitted.model.weight.item()
    assert train(fitted) == best
    assert (fitted.model.weight.item() == before) == (best == start)


def test_it_stops_early_when_validation_gets_no_better():
    values = iter([0.5, 0.4, 0.4, 0.4, 0.4])
    watch = Recorder()
    train(course(watch, validate=lambda: next(values), patience=2))
    assert len(watch.points["validation_f1"]) == 3


def test_the_wall_clock_caps_it():
    start = monotonic()
    train(course(epochs=10**6, seconds=0.3))
    assert monotonic() - start < 3


def test_a_loss_that_is_no_number_from_the_start_is_the_checkpoint_s_fault():
    with pytest.raises(RuntimeError, match="choose another checkpoint"):
        train(course(loss=lambda batch: batch.sum() * float("nan")))


def test_a_loss_that_turns_into_no_number_names_the_setting_to_change():
    fitted = course(learning_rate=1e30)
    with pytest.raises(RuntimeError, match=r"at learning_rate 1e\+30 .* choose a smaller learning_rate"):
        train(fitted)
    assert fitted.losses


def test_a_wish_to_stop_passes_through():
    watch = Recorder(stop_after=3)
    with pytest.raises(Cancelled):
        train(course(watch))
    assert len(watch.steps) == 4


def test_accumulated_batches_are_one_step_down_their_mean_loss():
    torch.manual_seed(1)
    whole = torch.randn(6, 8, 1)
    weights = []
    for batches, accumulation in ((list(whole.view(3, 16, 1)), 1), (list(whole), 2)):
        fitted = course(epochs=3, accumulation=accumulation)
        fitted.epoch = lambda _, batches=batches: batches
        train(fitted)
        assert len(fitted.losses) == 9
        weights.append(fitted.model.weight.item())
    assert weights[0] == pytest.approx(weights[1], rel=1e-5)


def test_the_last_step_takes_the_batches_that_are_left():
    fitted = course(epochs=1, accumulation=8)
    train(fitted)
    assert len(fitted.losses) == 3


def test_a_parameter_learns_at_its_own_rate():
    fast, slow, none = (course(epochs=1, learning_rate=1e-3) for _ in range(3))
    slow.rates, none.rates = {"weight": 0.1}, {"weight": 0.0}
    moved = []
    for fitted in (fast, slow, none):
        before = fitted.model.weight.item()
        train(fitted)
        moved.append(abs(fitted.model.weight.item() - before))
    assert moved[2] == 0.0
    assert moved[1] == pytest.approx(moved[0] / 10, rel=0.05)


def test_a_step_under_attack_goes_down_both_gradients():
    model = nn.Linear(1, 1, bias=False)
    batch = torch.ones(4, 1)
    gradients = []

    @contextmanager
    def attack():
        gradients.append(model.weight.grad.item())
        model.weight.data += 1
        yield
        model.weight.data -= 1

    fitted = course(epochs=1)
    fitted.model, fitted.epoch, fitted.attack = model, lambda _: [batch], attack
    fitted.loss = lambda batch: (model(batch) ** 2).mean() / 2
    model.weight.data.fill_(2.0)
    optimised = []
    model.weight.register_post_accumulate_grad_hook(lambda weight: optimised.append(weight.grad.item()))
    train(fitted)
    # The gradient of w² / 2 is w: 2 at first, and 3 more where w was moved to 3.
    assert gradients == [2.0]
    assert optimised == [2.0, 5.0]

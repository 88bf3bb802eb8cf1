"""What makes a training robust does what its paper says, and is gone afterwards to the last bit."""

import pytest
import torch
from torch import nn

from classifier.noise import attack_on, least_dropout, moved_along_gradient, noisy_embeddings


def table(rows=50, width=8):
    torch.manual_seed(0)
    return nn.Embedding(rows, width)


def test_fgm_moves_the_table_by_epsilon_along_its_gradient_and_back_to_the_bit():
    embedding = table()
    before = embedding.weight.detach().clone()
    embedding(torch.tensor([[3, 7, 7]])).pow(2).sum().backward()
    direction = embedding.weight.grad / embedding.weight.grad.norm()
    with moved_along_gradient(embedding.weight, 0.3):
        torch.testing.assert_close(embedding.weight, before + 0.3 * direction)
        assert (embedding.weight - before).norm().item() == pytest.approx(0.3, rel=1e-5)
        assert torch.equal(embedding.weight[0], before[0])
    assert torch.equal(embedding.weight, before)


def test_fgm_restores_the_table_when_the_second_pass_fails():
    embedding = table()
    before = embedding.weight.detach().clone()
    embedding(torch.tensor([1])).sum().backward()
    with pytest.raises(RuntimeError, match="out of memory"), moved_along_gradient(embedding.weight, 1.0):
        raise RuntimeError("out of memory")
    assert torch.equal(embedding.weight, before)


def test_fgm_without_a_slope_moves_nothing():
    embedding = table()
    embedding.weight.grad = torch.zeros_like(embedding.weight)
    before = embedding.weight.detach().clone()
    with moved_along_gradient(embedding.weight, 1.0):
        assert torch.equal(embedding.weight, before)


def test_the_attack_makes_the_loss_larger():
    embedding = table()
    ids = torch.tensor([[3, 7, 9]])

    def loss():
        return (embedding(ids) - 1).pow(2).sum()

    first = loss()
    first.backward()
    with attack_on(embedding, 0.5)():
        assert loss().item() > first.item()


def test_there_is_no_attack_at_zero_and_none_on_a_table_that_is_not_trained():
    assert attack_on(table(), 0.0) is None
    frozen = table().requires_grad_(False)
    with pytest.raises(ValueError, match="fgm_epsilon"):
        attack_on(frozen, 1.0)


def test_neftune_bounds_its_noise_by_alpha_over_the_root_of_length_times_width():
    embedding = table(width=16)
    ids = torch.arange(40).view(2, 20)
    quiet = embedding(ids)
    with noisy_embeddings(embedding, 5.0):
        moved = (embedding(ids) - quiet).abs().max().item()
        assert torch.equal(embedding.eval()(ids), quiet)
    bound = 5.0 / (20 * 16) ** 0.5
    assert 0.9 * bound < moved <= bound * (1 + 1e-5)
    assert torch.equal(embedding.train()(ids), quiet)


def test_dropout_is_raised_where_it_is_less_and_then_as_it_was():
    model = nn.Sequential(nn.Dropout(0.0), nn.Linear(2, 2), nn.Dropout(0.3))
    with least_dropout(model, 0.1):
        assert [model[0].p, model[2].p] == [0.1, 0.3]
    assert [model[0].p, model[2].p] == [0.0, 0.3]

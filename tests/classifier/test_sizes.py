from types import SimpleNamespace

import numpy as np
import torch
from torch import nn

from classifier.sizes import parameters, peak_memory, tokens_used


def network():
    """Two layers of 3 x 4 + 4 and 4 x 2 + 2 weights, of which the first is frozen."""
    made = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    made[0].requires_grad_(False)
    return made


def test_frozen_weights_are_weights_that_were_not_trained():
    assert parameters(SimpleNamespace(model=network())) == (10, 26)


def test_the_weights_of_a_prompt_lie_one_deeper_and_those_of_a_server_elsewhere():
    assert parameters(SimpleNamespace(model=SimpleNamespace(model=network()))) == (10, 26)
    assert parameters(SimpleNamespace(model=SimpleNamespace())) is None


def test_an_adapter_that_was_read_back_for_answering_was_trained():
    adapted = network().requires_grad_(False)
    adapted[1].register_parameter("lora_A", nn.Parameter(torch.zeros(2, 4), requires_grad=False))
    assert parameters(SimpleNamespace(model=SimpleNamespace(model=adapted))) == (8, 34)


def test_a_second_network_for_groups_counts_and_the_same_one_only_once():
    first, second = (SimpleNamespace(model=network()) for _ in range(2))
    assert parameters(SimpleNamespace(model=first, by_group=second)) == (20, 52)
    assert parameters(SimpleNamespace(model=first, by_group=SimpleNamespace(model=first.model))) == (10, 26)


def test_tokens_are_those_that_a_server_tells_of():
    assert tokens_used(SimpleNamespace(model=SimpleNamespace(tokens_read=90, tokens_written=4))) == (90, 4)
    assert tokens_used(SimpleNamespace(model=network())) is None


def test_the_peak_of_memory_rises_with_what_is_held_and_never_falls():
    before = peak_memory()
    held = np.ones(before // 8 + 50_000_000)
    during = peak_memory()
    assert during >= held.nbytes
    del held
    # The kernel counts in batches, so its number wavers by a little.
    assert peak_memory() > 0.99 * during > before

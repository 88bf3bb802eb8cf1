"""Computes the last layer's feed-forward part only at the tokens that are read. Knows no texts.

Whoever scores labels reads one token of a text: the first of an encoder, the last of a causal LM. Behind the last
attention no token sees another, so whatever that layer does to all others is for nothing. It is most of a layer's work:
a third of a starter's, a fortieth of a large model's.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from typing import Any

import torch
from torch import Tensor, nn

FEED_FORWARD = re.compile(r"(?:^|\.)(?:layers\.(\d+)\.mlp|layer\.(\d+)\.intermediate)$")
"""What a layer's feed-forward part is called: in Qwen, Llama and ModernBERT, in BERT and its kin."""


class _Reading(local):
    """What this thread reads at the moment: a place in each of the rows, and how long the rows are."""

    places: Tensor | None = None
    length: int = 0


_reading = _Reading()


def spare(model: nn.Module) -> None:
    """Let a model leave out what nobody reads, wherever `read_at` says so; one of another build stays as it is."""
    parts = {
        int(found[1] or found[2]): module
        for name, module in model.named_modules()
        if (found := FEED_FORWARD.search(name))
    }
    if parts and _only_read not in parts[max(parts)]._forward_pre_hooks.values():
        parts[max(parts)].register_forward_pre_hook(_only_read)


@contextmanager
def read_at(places: Tensor | None, length: int) -> Iterator[None]:
    """Within, this thread reads int64 [n] places of n rows so long; states at all others are wrong. None reads all."""
    _reading.places, _reading.length = places, length
    try:
        yield
    finally:
        _reading.places = None


def _only_read(_part: nn.Module, arguments: tuple[Any, ...]) -> tuple[Any, ...] | None:
    places, states = _reading.places, arguments[0]
    # With learned vectors before the text the places would be others.
    if places is None or states.shape[:-1] != (len(places), _reading.length):
        return None
    rows = torch.arange(len(places), device=states.device)
    # What comes out is added to the states of all tokens: right at the place that is read.
    return states[rows, places][:, None], *arguments[1:]

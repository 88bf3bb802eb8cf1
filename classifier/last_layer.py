"""Computes the last layer only at the tokens that are read. Knows no texts.

Whoever scores labels reads one token of a text: the first of an encoder, the last of a causal LM. Behind the last
attention no token sees another, so whatever that layer does to all others is for nothing. Its feed-forward part is most
of a layer's work: a third of a starter's, a fortieth of a large model's. Where nobody learns, all others need not
attend either.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import local
from typing import Any

import torch
from torch import Tensor, nn
from transformers import AttentionInterface, AttentionMaskInterface, PreTrainedModel
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

FEED_FORWARD = re.compile(r"(?:^|\.)(?:layers\.(\d+)\.mlp|layer\.(\d+)\.intermediate)$")
"""What a layer's feed-forward part is called: in Qwen, Llama and ModernBERT, in BERT and its kin."""
AFTER_ATTENTION = re.compile(r"(?:^|\.)layers\.(\d+)\.self_attn\.o_proj$")
"""What mixes the heads of a causal LM's layer."""
USUAL, SPARING = "sdpa", "sdpa_where_read"


class _Reading(local):
    """What this thread reads at the moment: a place in each of the rows, and how long the rows are."""

    places: Tensor | None = None
    length: int = 0


_reading = _Reading()


def spare(model: nn.Module) -> None:
    """Let a model leave out what nobody reads, wherever `read_at` says so; one of another build stays as it is."""
    _read_only_in_last(model, FEED_FORWARD)


def spare_attention(model: PreTrainedModel) -> None:
    """Let a causal LM that answers also attend only where it is read; one that attends in another way stays so."""
    if model.config._attn_implementation == USUAL:
        AttentionInterface.register(SPARING, _attend)
        AttentionMaskInterface.register(SPARING, _mask)
        model.set_attn_implementation(SPARING)
        _read_only_in_last(model, AFTER_ATTENTION)


@contextmanager
def read_at(places: Tensor | None, length: int) -> Iterator[None]:
    """Within, this thread reads int64 [n] places of n rows so long; states at all others are wrong. None reads all."""
    _reading.places, _reading.length = places, length
    try:
        yield
    finally:
        _reading.places = None


def _read_only_in_last(model: nn.Module, named: re.Pattern[str]) -> None:
    parts = {
        int(next(filter(None, found.groups()))): module
        for name, module in model.named_modules()
        if (found := named.search(name))
    }
    if parts and _only_read not in parts[max(parts)]._forward_pre_hooks.values():
        parts[max(parts)].register_forward_pre_hook(_only_read)


def _only_read(_part: nn.Module, arguments: tuple[Any, ...]) -> tuple[Any, ...] | None:
    places, states = _reading.places, arguments[0]
    # With learned vectors before the text the places would be others.
    if places is None or states.shape[:-1] != (len(places), _reading.length):
        return None
    rows = torch.arange(len(places), device=states.device)
    # What comes out is added to the states of all tokens: right at the place that is read.
    return states[rows, places][:, None], *arguments[1:]


def _attend(
    layer: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None, **options: object
) -> tuple[Tensor, None]:
    """Attend as usual, in the last layer only from the places that are read: what all others give is wrong."""
    places, (rows, _, length, _) = _reading.places, query.shape
    is_last = layer.layer_idx == layer.config.num_hidden_layers - 1
    if places is None or not is_last or (rows, length) != (len(places), _reading.length):
        return sdpa_attention_forward(layer, query, key, value, attention_mask, **options)
    each = torch.arange(rows, device=query.device)
    if attention_mask is None:
        seen = torch.arange(key.shape[2], device=query.device) <= (places + key.shape[2] - length)[:, None]
        mask = seen[:, None, None]
    else:
        mask = attention_mask.expand(rows, -1, -1, -1)[each, :, places][:, :, None]
    given, _ = sdpa_attention_forward(layer, query[each, :, places][:, :, None], key, value, mask, **options)
    return given.expand(-1, length, -1, -1), None


def _mask(
    batch_size: int, *arguments: object, attention_mask: Tensor | None = None, **options: object
) -> Tensor | None:
    """Make the usual mask; one for all rows where none of them has padding that its tokens could see."""
    alike = _reading.places is not None and attention_mask is None
    return sdpa_mask(1 if alike else batch_size, *arguments, attention_mask=attention_mask, **options)

"""What a model keeps of the tokens that it has read: once for each prompt, with room behind it. Knows no answers."""

from copy import copy

import torch
from torch import Tensor
from transformers import DynamicCache, PreTrainedConfig
from transformers.cache_utils import DynamicLayer

ROOM = 32
"""So many tokens more than are read find a place, before all that is kept has to be copied."""


class RoomyLayer(DynamicLayer):
    """Keys and values in the precision in which attention multiplies them, written behind one another."""

    _rooms: tuple[Tensor, Tensor] | None = None

    def update(
        self, key_states: Tensor, value_states: Tensor, *_args: object, **_kwargs: object
    ) -> tuple[Tensor, Tensor]:
        """Keep what was read just now, and return it behind all that was read before."""
        if not self.is_initialized:
            self.lazy_initialization(key_states, value_states)
        begin = self.get_seq_length()
        end = begin + key_states.shape[-2]
        if self._rooms is None or end > self._rooms[0].shape[-2]:
            self._rooms = _room(self.keys, key_states, begin, end), _room(self.values, value_states, begin, end)
        for room, states in zip(self._rooms, (key_states, value_states), strict=True):
            room[:, :, begin:end] = states
        self.keys, self.values = (room[:, :, :end] for room in self._rooms)
        return self.keys, self.values

    def for_rows(self, rows: int) -> None:
        """Let each of so many rows go on with the only one; nothing is copied before they do."""
        self._rooms = None
        if self.get_seq_length():
            self.keys, self.values = (kept.expand(rows, -1, -1, -1) for kept in (self.keys, self.values))

    def batch_select_indices(self, indices: Tensor) -> None:
        """Keep these rows only."""
        self._rooms = None
        super().batch_select_indices(indices)


def empty_cache(config: PreTrainedConfig) -> DynamicCache:
    """Return what a model of this configuration can keep tokens in; layers that forget some stay as they are."""
    cache = DynamicCache(config=config)
    cache.layers = [RoomyLayer() if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return cache


def branch(cache: DynamicCache) -> DynamicCache:
    """Return what can go on by itself from where a cache stands; only one of the two may, for they share the room."""
    other = copy(cache)
    other.layers = [copy(layer) for layer in cache.layers]
    return other


def for_rows(cache: DynamicCache, rows: int) -> DynamicCache:
    """Return a cache in which each of so many prompts goes on with the only one of this."""
    other = branch(cache)
    for layer in other.layers:
        if isinstance(layer, RoomyLayer):
            layer.for_rows(rows)
        elif layer.get_seq_length():
            layer.batch_repeat_interleave(rows)
    return other


def _room(kept: Tensor, states: Tensor, begin: int, end: int) -> Tensor:
    rows, heads, _, width = states.shape
    kind = _multiplied(states)
    # As the projections write them: the heads of a token side by side.
    room = states.new_empty(rows, end + ROOM, heads, width, dtype=kind).transpose(1, 2)
    if begin:
        room[:, :, :begin] = kept
    return room


def _multiplied(states: Tensor) -> torch.dtype:
    kind = states.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else states.dtype

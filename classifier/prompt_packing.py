"""Several beginnings of an answer side by side behind the one prompt that they share. Knows no model and no words."""

from dataclasses import dataclass
from typing import Self

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Where each of n rows stands: behind which prompt, and there in which of so many slots."""

    prompt: Tensor
    slot: Tensor
    prompts: int
    slots: int

    @classmethod
    def of(cls, prompt: Tensor, prompts: int) -> Self:
        """Give rows, of each prompt one after the other, their slots."""
        counts = torch.bincount(prompt, minlength=prompts)
        first = counts.cumsum(0) - counts
        slot = torch.arange(len(prompt), device=prompt.device) - first[prompt]
        return cls(prompt, slot, prompts, int(counts.max()))

    def pack(self, rows: Tensor) -> Tensor:
        """Return [prompts, slots * width, …] for rows [n, width, …]; ones where nobody stands."""
        packed = rows.new_ones(self.prompts, self.slots, *rows.shape[1:])
        packed[self.prompt, self.slot] = rows
        return packed.flatten(1, 2)

    def unpack(self, packed: Tensor) -> Tensor:
        """Return [n, width, …] for [prompts, slots * width, …]."""
        return packed.unflatten(1, (self.slots, -1))[self.prompt, self.slot]

    def own(self, visible: Tensor) -> Tensor:
        """Return bool [n, …, slots * width] for bool [n, …, width]: of what stands beside a row it sees nothing."""
        rows, *between, width = visible.shape
        among = visible.new_zeros(rows, self.slots, *between, width)
        among[torch.arange(rows, device=visible.device), self.slot] = visible
        return among.movedim(1, -2).flatten(-2)

"""Noise while a model is trained, so that words are not learned by heart. Knows no texts and no labels."""

from collections.abc import Iterator
from contextlib import contextmanager
from math import sqrt

import torch
from torch import Tensor, nn


@contextmanager
def noisy_embeddings(embedding: nn.Module, alpha: float) -> Iterator[None]:
    """Add uniform noise to embeddings while they are trained (NEFTune, Jain et al. 2023); 0 adds none."""

    def noisy(module: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> Tensor:
        if not module.training:
            return output
        bound = alpha / sqrt(output.shape[1] * output.shape[2])
        return output + torch.empty_like(output).uniform_(-bound, bound)

    if not alpha:
        yield
        return
    hook = embedding.register_forward_hook(noisy)
    try:
        yield
    finally:
        hook.remove()

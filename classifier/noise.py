"""Noise while a model is trained, so that words are not learned by heart. Knows no texts and no labels."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from math import sqrt

import torch
from torch import Tensor, nn

from classifier.options.noise import Noise


@contextmanager
def noisy(model: nn.Module, embedding: nn.Module, noise: Noise) -> Iterator[None]:
    """Train a model with the noise on its embeddings and the dropout that a recipe asks for; nothing of it stays."""
    with ExitStack() as stack:
        if noise.neftune_alpha:
            stack.enter_context(noisy_embeddings(embedding, noise.neftune_alpha))
        if noise.dropout:
            stack.enter_context(least_dropout(model, noise.dropout))
        yield


@contextmanager
def noisy_embeddings(embedding: nn.Module, alpha: float) -> Iterator[None]:
    """Add uniform noise to embeddings while they are trained (NEFTune, Jain et al. 2023)."""

    def add(module: nn.Module, _: tuple[Tensor, ...], output: Tensor) -> Tensor:
        if not module.training:
            return output
        bound = alpha / sqrt(output.shape[1] * output.shape[2])
        return output + torch.empty_like(output).uniform_(-bound, bound)

    hook = embedding.register_forward_hook(add)
    try:
        yield
    finally:
        hook.remove()


@contextmanager
def least_dropout(model: nn.Module, share: float) -> Iterator[None]:
    """Raise every dropout layer below `share` to it."""
    raised = [(module, module.p) for module in model.modules() if isinstance(module, nn.Dropout) and module.p < share]
    for module, _ in raised:
        module.p = share
    try:
        yield
    finally:
        for module, usual in raised:
            module.p = usual


def attack_on(embedding: nn.Module, epsilon: float) -> Callable[[], AbstractContextManager[None]] | None:
    """Return the attack that the second pass of a step has to stand, None where `epsilon` is 0.

    Raises ValueError where the table is not trained: it has no gradient to be moved along.
    """
    if not epsilon:
        return None
    if not embedding.weight.requires_grad:
        raise ValueError("fgm_epsilon: the input embeddings of this recipe are not trained, so they have no gradient.")
    return lambda: moved_along_gradient(embedding.weight, epsilon)


@contextmanager
def moved_along_gradient(table: nn.Parameter, epsilon: float) -> Iterator[None]:
    """Move an embedding table by `epsilon` along its gradient, as FGM does (Miyato et al. 2017), and exactly back.

    The gradient is normalised over the whole table rather than text by text: one table serves the whole batch.
    """
    norm = table.grad.norm()
    if not norm > 0:
        yield
        return
    # Subtracting what was added would leave rounding behind.
    usual = table.detach().clone()
    with torch.no_grad():
        table.add_(table.grad, alpha=(epsilon / norm).item())
    try:
        yield
    finally:
        with torch.no_grad():
            table.copy_(usual)

"""Finds the tokens of a template that help most: AutoPrompt (Shin et al. 2020). Knows no labels and no texts.

Of the tokens that the gradient at a trigger's place promises the lowest loss for (Ebrahimi et al. 2018), each is tried
on other examples, and the best is taken if it is better than the one that stands there.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace
from time import monotonic

import torch
from torch import Tensor, nn

from classifier.batches import Tokens
from classifier.cloze import SLOT
from classifier.lessons import Lesson
from classifier.options.cloze import Cloze
from classifier.watch import Watch

Loss = Callable[[Lesson], Tensor]


def search_triggers(
    embedding: nn.Embedding,
    lessons: Sequence[Lesson],
    loss: Loss,
    cloze: Cloze,
    special: Sequence[int],
    seconds: float,
    watch: Watch,
) -> list[int]:
    """Return trigger tokens for windows that hold `SLOT`s, found in so many seconds; the model stays as it is.

    No trigger is one of the special tokens, except where nothing was found that is better than the first of them.
    """
    triggers, started = [special[0]] * cloze.triggers, monotonic()
    for number in range(cloze.rounds if lessons else 0):
        done = max(number / cloze.rounds, (monotonic() - started) / seconds)
        if done >= 1:
            break
        watch.progress(done, "Searching for triggers")
        slot = number % cloze.triggers
        gradient = slot_gradients(embedding, lessons[number % len(lessons)], loss, triggers)[slot]
        promising = promised(embedding.weight.detach(), gradient, cloze.candidates, special)
        tried = lessons[(number + 1) % len(lessons)]
        options = [triggers, *([*triggers[:slot], token, *triggers[slot + 1 :]] for token in promising)]
        with torch.no_grad():
            losses = [loss(filled(tried, option)).item() for option in options]
        # The first of equals: what stands there already.
        triggers = options[losses.index(min(losses))]
    return triggers


def promised(table: Tensor, gradient: Tensor, count: int, barred: Sequence[int]) -> list[int]:
    """Return the tokens of a table [V, H] whose embeddings lower the loss most, as far as a gradient [H] can tell."""
    gain = -(table @ gradient)
    gain[list(barred)] = -torch.inf
    return gain.topk(min(count, len(table) - len(barred))).indices.tolist()


def slot_gradients(embedding: nn.Embedding, lesson: Lesson, loss: Loss, triggers: Sequence[int]) -> Tensor:
    """Return the gradient of the loss by the embedding at each slot, float32 [T, H], summed over the texts."""
    windows = [window for text in lesson.windows for window in text]
    places = torch.tensor([[place for place, token in enumerate(window) if token == SLOT] for window in windows])
    embedded: list[Tensor] = []

    def keep(_: nn.Module, __: tuple[Tensor, ...], output: Tensor) -> None:
        output.retain_grad()
        embedded.append(output)

    hook = embedding.register_forward_hook(keep)
    try:
        loss(filled(lesson, triggers)).backward()
    finally:
        hook.remove()
    gradient = embedded[0].grad.float()
    return gradient[torch.arange(len(windows))[:, None], places.to(gradient.device)].sum(dim=0)


def filled(lesson: Lesson, triggers: Sequence[int]) -> Lesson:
    """Return a lesson with these triggers in its slots."""
    return replace(lesson, windows=[[_fill(window, triggers) for window in text] for text in lesson.windows])


def _fill(window: Tokens, triggers: Sequence[int]) -> Tokens:
    left = iter(triggers)
    return [next(left) if token == SLOT else token for token in window]

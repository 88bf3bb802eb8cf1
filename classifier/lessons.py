"""Training examples as batches for a transformer, drawn anew for every epoch. Knows no model."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from tokenizers.models import BPE
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from classifier.batches import shuffled_rows
from classifier.examples import Example
from classifier.reading import Reader, Windows
from classifier.recipes import TrainingRecipe
from classifier.targets import taught_targets


@dataclass(frozen=True, slots=True)
class Lesson:
    """One batch: the windows of its texts, their targets float32 [n, L], and which are unknown, bool [n, L]."""

    windows: list[Windows]
    targets: Tensor
    unknown: Tensor | None = None


class Lessons:
    """The training examples; with BPE dropout every epoch sees their words in other pieces."""

    def __init__(
        self,
        reader: Reader,
        examples: Sequence[Example],
        labels: Sequence[str],
        recipe: TrainingRecipe,
    ) -> None:
        kept = [example for example in examples if example.text.strip()]
        self.texts = [example.text for example in kept]
        targets, unknown = taught_targets(kept, labels)
        self.targets = torch.from_numpy(targets)
        self.unknown = None if unknown is None else torch.from_numpy(unknown)
        self.reader, self.recipe = reader, recipe
        self._generator = np.random.default_rng(recipe.seed)
        self._windows: list[Windows] = []

    def epoch(self, number: int) -> list[Lesson]:
        """Return the batches of an epoch, in random order and each of like lengths."""
        if number == 0 or self.recipe.bpe_dropout:
            with _in_pieces(self.reader.tokenizer, self.recipe.bpe_dropout):
                self._windows = self.reader.read(self.texts)
        lengths = [sum(map(len, windows)) for windows in self._windows]
        batches = shuffled_rows(lengths, self.recipe.batch_size, self._generator)
        return [self._lesson(rows) for rows in batches]

    def _lesson(self, rows: np.ndarray) -> Lesson:
        unknown = None if self.unknown is None else self.unknown[rows]
        return Lesson([self._windows[row] for row in rows], self.targets[rows], unknown)


@contextmanager
def _in_pieces(tokenizer: PreTrainedTokenizerBase, dropout: float) -> Iterator[None]:
    """Let a BPE tokenizer leave out some of its merges (Provilkov et al. 2020); others stay as they are."""
    model = getattr(getattr(tokenizer, "backend_tokenizer", None), "model", None)
    if not dropout or not isinstance(model, BPE):
        yield
        return
    model.dropout = dropout
    try:
        yield
    finally:
        model.dropout = None

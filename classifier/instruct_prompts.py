"""Training prompts of the starter, as batches of tokens with the places where an answer goes on. Knows no model.

All answers in a prompt are learned, those of its examples as well, so that every prompt teaches several times. Where an
item has several labels any of them may come next: the target is spread over those not said yet.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from classifier.examples import Example
from classifier.prompting import PromptForm

FEWER_SHOWN = 0.7
"""How often a prompt shows fewer examples than it could: the model must also read the text alone."""
MISLED = 0.05
"""How often a prompt shows the neighbours of another item, so that examples are weighed, not copied."""
WORDS_DROPPED = 0.2
"""At most this share of a prompt's words is left out, a new share for every prompt."""
STEP_TOKENS = 4096
STEPS = 24
"""An epoch has about so many steps at least: of few items each step takes fewer."""
LEAST_STEP_TOKENS = 512
EPOCH_ITEMS = 12_000
"""Of more items each epoch draws so many, so that the curve has points before the time is up."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Prompts with answers [n, length]; for each of m places (row, place) within an answer what may follow.

    `targets` is float32 [m, L + 2]: a column for each label, one for `others`, one for the end.
    """

    ids: Tensor
    rows: Tensor
    places: Tensor
    targets: Tensor


class Prompts:
    """Writes a new set of prompts for every epoch; `nearest` holds rows of each item's neighbours, nearest first."""

    def __init__(
        self,
        form: PromptForm,
        tokenizer: PreTrainedTokenizerBase,
        train: Sequence[Example],
        nearest: np.ndarray,
        seed: int,
    ) -> None:
        self.form, self.tokenizer, self.train, self.nearest = form, tokenizer, train, nearest
        self.generator = np.random.default_rng(seed)
        self.answers = len(form.labels) + 2
        self.words = len(tokenizer) - self.answers - 3
        self.ask = tokenizer.convert_tokens_to_ids(form.wording.before_answer)

    def epoch(self) -> list[Batch]:
        """Return all batches of an epoch, each of prompts of like length, in random order."""
        rows = self.generator.permutation(len(self.train))[:EPOCH_ITEMS]
        tokens = self.tokenizer([self._prompt(row) for row in rows], add_special_tokens=False)["input_ids"]
        prompts = sorted((self._drop_words(np.asarray(ids)) for ids in tokens), key=len)
        size = min(STEP_TOKENS, max(LEAST_STEP_TOKENS, sum(map(len, prompts)) // STEPS))
        batches = [self._batch(group) for group in _grouped(prompts, size)]
        return [batches[index] for index in self.generator.permutation(len(batches))]

    def _prompt(self, row: int) -> str:
        item, form = self.train[row], self.form
        # Neighbours of an item that has nothing to do with this one are examples that must not be copied.
        asked = row if self.generator.random() >= MISLED else self.generator.integers(len(self.train))
        shown = form.neighbours
        if self.generator.random() < FEWER_SHOWN:
            shown = int(self.generator.integers(0, shown + 1))
        # How many were retrieved, and vote, is for whoever asks to decide.
        voting = self.nearest[asked][: self.generator.integers(form.neighbours, self.nearest.shape[1] + 1)]
        labels = [label for label in item.labels if label in form.labels]
        self.generator.shuffle(labels)
        return form.write(item.text, ranked(self.train, voting, item), shown) + form.write_answer(labels)

    def _drop_words(self, ids: np.ndarray) -> np.ndarray:
        share = self.generator.random() * WORDS_DROPPED
        return ids[(ids >= self.words) | (self.generator.random(len(ids)) >= share)]

    def _batch(self, prompts: list[np.ndarray]) -> Batch:
        ids = np.zeros((len(prompts), max(map(len, prompts))), dtype=np.int64)
        rows, places, targets = [], [], []
        for row, prompt in enumerate(prompts):
            ids[row, : len(prompt)] = prompt
            for place, columns in self._places(prompt):
                rows.append(row)
                places.append(place)
                targets.append(np.zeros(self.answers, dtype=np.float32))
                targets[-1][columns] = 1 / len(columns)
        arrays = (ids, np.array(rows), np.array(places), np.stack(targets))
        return Batch(*map(torch.from_numpy, arrays))

    def _places(self, prompt: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
        """Yield every place after which an answer begins or goes on, with the columns of what may follow."""
        columns = prompt - (len(self.tokenizer) - self.answers)
        end = self.answers - 1
        for ask in np.flatnonzero(prompt == self.ask):
            stop = ask + 1 + int(np.argmax(columns[ask + 1 :] == end))
            for place in range(ask, stop):
                yield place, columns[place + 1 : stop] if place + 1 < stop else columns[stop : stop + 1]


def ranked(train: Sequence[Example], rows: np.ndarray, item: Example) -> list[Example]:
    """Return these training examples, nearest first, without the item's own near-duplicates."""
    found = [train[row] for row in rows if row >= 0]
    copies = [example for example in found if _same(example, item)]
    kept = [example for example in found if example not in copies] if copies else found
    return [replace(example, similarity=1 - rank / len(found)) for rank, example in enumerate(kept)]


def _same(one: Example, other: Example) -> bool:
    return one.text == other.text or (one.cluster == other.cluster != 0)


def _grouped(prompts: list[np.ndarray], size: int) -> Iterator[list[np.ndarray]]:
    """Yield prompts, sorted by length, in groups of at most so many tokens with their padding."""
    group: list[np.ndarray] = []
    for prompt in prompts:
        if group and (len(group) + 1) * len(prompt) > size:
            yield group
            group = []
        group.append(prompt)
    yield group

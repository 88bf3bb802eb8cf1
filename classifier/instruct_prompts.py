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
from classifier.prompt_tokens import starter_answers, starter_asks, starter_phrases
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

    `targets` is float32 [m, parts]: a column for each label, for `others` and for the separator where answers have
    such, and for the end.
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
        self.separator = tokenizer.convert_tokens_to_ids(form.answers.separator)
        self.answers = len(starter_answers(form)) + 1
        self.words = len(tokenizer) - self.answers - len(starter_phrases(form))
        self.asks = tokenizer.convert_tokens_to_ids(starter_asks(form))

    def epoch(self) -> list[Batch]:
        """Return all batches of an epoch, each of prompts of like length, in random order."""
        rows = self.generator.permutation(len(self.train))[:EPOCH_ITEMS]
        tokens = self.tokenizer([self._prompt(row) for row in rows], add_special_tokens=False)["input_ids"]
        prompts = sorted((self._drop_words(np.asarray(ids)) for ids in tokens), key=len)
        size = min(STEP_TOKENS, max(LEAST_STEP_TOKENS, sum(map(len, prompts)) // STEPS))
        batches = [self._batch(group) for group in _grouped(prompts, size)]
        return [batches[index] for index in self.generator.permutation(len(batches))]

    def _prompt(self, row: int) -> str:
        prompt, labels = drawn(self.form, self.train, self.nearest, row, self.generator)
        return prompt + self.form.write_answer(labels)

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
        for ask in np.flatnonzero(np.isin(prompt, self.asks)):
            stop = ask + 1 + int(np.argmax(columns[ask + 1 :] == end))
            labels = np.flatnonzero(prompt[ask + 1 : stop] != self.separator) + ask + 1
            for place in range(ask, stop):
                # After a label comes the separator, where answers have any, and after the last one the end.
                chosen = labels[labels > place] if place not in labels or self._runs_on else labels[:0]
                yield place, columns[chosen] if len(chosen) else columns[place + 1 : place + 2]

    @property
    def _runs_on(self) -> bool:
        """Whether one label follows another with nothing between."""
        return self.form.answers.kind == "lines" or not self.form.answers.separator


def drawn(
    form: PromptForm, train: Sequence[Example], nearest: np.ndarray, row: int, generator: np.random.Generator
) -> tuple[str, list[str]]:
    """Write one item's prompt with some of its neighbours; return it and the item's labels in random order."""
    item = train[row]
    # Neighbours of an item that has nothing to do with this one are examples that must not be copied.
    asked = row if generator.random() >= MISLED else generator.integers(len(train))
    shown = form.neighbours
    if generator.random() < FEWER_SHOWN:
        shown = int(generator.integers(0, shown + 1))
    # How many were retrieved, and vote, is for whoever asks to decide.
    voting = nearest[asked][: generator.integers(form.neighbours, nearest.shape[1] + 1)]
    labels = [label for label in item.labels if label in form.labels]
    generator.shuffle(labels)
    return form.write(item.text, ranked(train, voting, item), shown), labels


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

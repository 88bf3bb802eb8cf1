"""Texts as batches of token ids of like length, so that little of a batch is padding. Knows no labels and no models."""

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor
from transformers import PreTrainedTokenizerBase

from classifier.devices import device

POOL = 50
"""Batches that are drawn and sorted by length together: long enough to pad little, short enough to stay random."""
TOKENS_AT_ONCE = 8192
"""Tokens of a batch that is only scored; the memory for what a model computes of them grows with their number."""
STEP = 8
"""Lengths are rounded up to a multiple: kernels are compiled for each shape, so there should be few."""
CHARACTERS_A_TOKEN = 12
"""No usual text has longer tokens on average; what lies beyond could only be cut off after costly tokenising."""

Tokens = list[int]


def encode(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str], max_length: int) -> list[Tokens]:
    """Return each text's token ids with the special tokens around them, at most `max_length` of them.

    A text that spells a special token out is read as the words that it is made of.
    """
    if not texts:
        return []
    cut = [text[: max_length * CHARACTERS_A_TOKEN] for text in texts]
    return tokenizer(cut, truncation=True, max_length=max_length, split_special_tokens=True)["input_ids"]


def padded(tokens: Sequence[Tokens], pad: int) -> dict[str, Tensor]:
    """Return `input_ids` and `attention_mask`, both int64 [n, length], padded on the right."""
    # Of a text without any token, padding is read: a model must see something.
    length = -(-max(1, *(len(text) for text in tokens)) // STEP) * STEP
    ids = np.full((len(tokens), length), pad, dtype=np.int64)
    mask = np.zeros_like(ids)
    for row, text in enumerate(tokens):
        ids[row, : len(text)] = text
        mask[row, : len(text)] = 1
    return {"input_ids": torch.from_numpy(ids).to(device()), "attention_mask": torch.from_numpy(mask).to(device())}


def shuffled_rows(lengths: Sequence[int], size: int, generator: np.random.Generator) -> list[np.ndarray]:
    """Return one epoch of batches as row numbers, random but of like length."""
    order = generator.permutation(len(lengths))
    by_length = np.asarray(lengths)
    batches: list[np.ndarray] = []
    for start in range(0, len(order), size * POOL):
        pool = order[start : start + size * POOL]
        pool = pool[np.argsort(by_length[pool], kind="stable")]
        batches += [pool[at : at + size] for at in range(0, len(pool), size)]
    generator.shuffle(batches)
    return batches


def sorted_rows(lengths: Sequence[int], size: int) -> Iterator[np.ndarray]:
    """Yield all rows from the longest to the shortest, so that memory runs out at once or never.

    A batch has at most `size` rows, and where they are long so few that their tokens are at most `TOKENS_AT_ONCE`.
    """
    order = np.argsort(-np.asarray(lengths), kind="stable")
    start = 0
    while start < len(order):
        fit = TOKENS_AT_ONCE // max(1, lengths[order[start]])
        end = start + max(1, min(size, fit))
        yield order[start:end]
        start = end

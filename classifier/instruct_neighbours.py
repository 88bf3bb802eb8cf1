"""Which labelled examples a training prompt shows: neighbours as good, and as bad, as they will be for new items.

An encoder that learned from an item's labels finds it neighbours of the same labels every time; a language model
trained on such prompts would only copy. Neighbours are therefore found out of fold: for each half of the items by token
embeddings that learned from the other half, and among the other half. An item's near-duplicates share its fold.
"""

from collections.abc import Sequence

import numpy as np
import torch

from classifier.bag import train_bag
from classifier.examples import Example, TrainingData
from classifier.foundation import MAX_TOKENS, Foundation
from classifier.targets import target_matrix
from classifier.watch import Watch

WIDTH = 96
"""Narrower than the foundation's: twice as fast, and neighbours are as good."""
CHUNK = 1024


def out_of_fold(data: TrainingData, foundation: Foundation, count: int, watch: Watch) -> np.ndarray:
    """Return int64 [n, count]: rows of the training examples nearest to each, nearest first, else -1."""
    folds = _folds(data.train)
    tokens = token_ids(foundation, [example.text for example in data.train])
    targets = torch.from_numpy(target_matrix(data.train, data.label_names)).float()
    nearest = np.full((len(folds), count), -1, dtype=np.int64)
    for fold in (0, 1):
        asked, others = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if not len(asked) or not len(others):
            continue
        known = [tokens[row] for row in others]
        table = train_bag(known, targets[others], len(foundation.embeddings), WIDTH, watch, seed=fold)
        found = nearest_rows(unit_means(table, [tokens[row] for row in asked]), unit_means(table, known), count)
        nearest[asked, : found.shape[1]] = others[found]
    return nearest


def token_ids(foundation: Foundation, texts: Sequence[str]) -> list[list[int]]:
    """Tokenise texts for a bag of embeddings; an empty one holds the padding token."""
    encodings = foundation.tokenizer.backend_tokenizer.encode_batch(list(texts), add_special_tokens=False)
    return [encoding.ids[:MAX_TOKENS] or [foundation.tokenizer.pad_token_id] for encoding in encodings]


def unit_means(table: torch.Tensor, tokens: Sequence[Sequence[int]]) -> np.ndarray:
    """Return float32 [n, width]: each text's mean embedding, of length 1."""
    offsets = torch.tensor([0, *map(len, tokens[:-1])]).cumsum(0)
    flat = torch.tensor([token for text in tokens for token in text])
    means = torch.nn.functional.embedding_bag(flat, table, offsets, mode="mean")
    return torch.nn.functional.normalize(means, dim=1).numpy()


def nearest_rows(asked: np.ndarray, known: np.ndarray, count: int) -> np.ndarray:
    """Return int64 [n, min(count, known)]: rows of `known` by falling inner product, in bounded memory."""
    count = min(count, len(known))
    found = np.zeros((len(asked), count), dtype=np.int64)
    for start in range(0, len(asked), CHUNK):
        alike = asked[start : start + CHUNK] @ known.T
        best = np.argpartition(-alike, count - 1, axis=1)[:, :count]
        order = np.argsort(-np.take_along_axis(alike, best, 1), axis=1)
        found[start : start + CHUNK] = np.take_along_axis(best, order, 1)
    return found


def _folds(examples: Sequence[Example]) -> np.ndarray:
    """Return 0 or 1 for each example; those of one cluster or of one text get the same."""
    groups: dict[object, int] = {}
    keys = [example.cluster or " ".join(example.text.split()) for example in examples]
    return np.array([groups.setdefault(key, len(groups)) % 2 for key in keys])

"""Token vectors whose mean says what a text is about: its labels first, its words second. Knows no transformer.

The retriever is made of them. Nearest neighbours by the label part alone are better than the SVM it comes from; the
lexical part, a random projection of TF-IDF (Johnson and Lindenstrauss 1984), tells apart what the labels cannot yet.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from classifier.token_svm import TokenSvm

LABEL_SHARE = 0.75
"""At most this share of the width speaks of labels."""
LEXICAL_WEIGHT = 0.6
"""Of 0.6 and 1, the better on two data sets; 0 is better still for known labels and blind to new ones."""
SAMPLE = 2_000


def label_directions(svm: TokenSvm, room: int) -> tuple[Tensor, Tensor]:
    """Return table [V, r] and head [L, r] whose product is the SVM's weights, or nearly so where r is less than L."""
    table, strengths, head = torch.linalg.svd(svm.weights, full_matrices=False)
    kept = min(room, len(strengths))
    return table[:, :kept] * strengths[:kept], head[:kept].T.contiguous()


def token_vectors(svm: TokenSvm, tokens: Sequence[Sequence[int]], width: int, seed: int = 0) -> Tensor:
    """Return float32 [V, width] with unit spread: label directions, then lexical ones; `tokens` are the texts' ids."""
    sample = tokens[:: max(1, len(tokens) // SAMPLE)]
    labels, _ = label_directions(svm, int(width * LABEL_SHARE))
    noise = torch.randn(len(labels), width - labels.shape[1], generator=torch.Generator().manual_seed(seed))
    lexical = noise * _rarity(tokens, len(labels))[:, None]
    vectors = torch.cat([_evened(labels, sample), LEXICAL_WEIGHT * _evened(lexical, sample)], dim=1)
    return vectors / vectors.std()


def _evened(table: Tensor, tokens: Sequence[Sequence[int]]) -> Tensor:
    """Scale a table so that the mean vector of a usual text has length 1."""
    offsets = torch.tensor([0, *(len(text) for text in tokens[:-1])]).cumsum(0)
    flat = torch.from_numpy(np.concatenate([np.asarray(text, dtype=np.int64) for text in tokens]))
    means = functional.embedding_bag(flat, table, offsets, mode="mean")
    return table / means.norm(dim=1).mean().clamp(min=1e-6)


def _rarity(tokens: Sequence[Sequence[int]], vocabulary: int) -> Tensor:
    documents = np.zeros(vocabulary)
    for text in tokens:
        documents[np.unique(text)] += 1
    return torch.from_numpy(np.log((1 + len(tokens)) / (1 + documents)) + 1).float()

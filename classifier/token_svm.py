"""A linear SVM over the starter tokenizer's tokens: in seconds it knows most of what there is to know of a label.

Its weights are what the starter models begin with, see `classifier/warm_start.py`. Knows no transformer.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from scipy import sparse
from scipy.sparse import csr_matrix
from torch import Tensor

from classifier.watch import Watch

MOST_ITEMS = 20_000
"""More examples would cost minutes and only move what the transformer learns anyway."""
GAIN = 0.4
"""Brings features to the size at which an SVM with C = 1 neither over- nor underfits."""


@dataclass(frozen=True, slots=True)
class TokenSvm:
    """Weights float32 [V, L] and bias [L]: a margin is the sum of the tokens' weights / (n + length), plus bias.

    `length` is the mean number of tokens. Dividing by the length alone would give short texts too much to say.
    """

    weights: Tensor
    bias: Tensor
    length: float


def fit_token_svm(
    tokens: Sequence[Sequence[int]],
    targets: np.ndarray,
    vocabulary: int,
    watch: Watch,
    unknown: np.ndarray | None = None,
) -> TokenSvm:
    """Fit one machine for each label on token ids and bool targets [n, L]; a label without examples stays silent.

    An example counts for no label that is `unknown` of it, bool [n, L].
    """
    # Imported here: a server reads what was fitted and does without the library.
    from sklearn.svm import LinearSVC

    chosen = np.random.default_rng(0).permutation(len(tokens))[:MOST_ITEMS]
    counts = _counts([tokens[row] for row in chosen], vocabulary)
    wanted = targets[chosen]
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    length = float(lengths.mean())
    importance = np.log((1 + len(chosen)) / (1 + np.bincount(counts.indices, minlength=vocabulary))) + 1
    # What belongs to a text's features is put into the weights, so that a sum over tokens is all that remains.
    importance *= GAIN * np.sqrt(length)
    rows = sparse.diags(1 / (lengths + length)) @ counts @ sparse.diags(importance)
    weights = np.zeros((vocabulary, targets.shape[1]), dtype=np.float32)
    known = np.ones_like(wanted) if unknown is None else ~unknown[chosen]
    present, absent = (wanted & known).any(axis=0), (~wanted & known).any(axis=0)
    bias = np.where(present & ~absent, 1.0, -1.0).astype(np.float32)
    for column in np.flatnonzero(present & absent):
        watch.progress(column / len(bias), "Learning what tokens mean for labels")
        telling = known[:, column]
        machine = LinearSVC(random_state=0).fit(rows if telling.all() else rows[telling], wanted[telling, column])
        weights[:, column] = machine.coef_[0] * importance
        bias[column] = machine.intercept_[0]
    return TokenSvm(torch.from_numpy(weights), torch.from_numpy(bias), length)


def _counts(tokens: Sequence[Sequence[int]], vocabulary: int) -> csr_matrix:
    lengths = [len(text) for text in tokens]
    ids = np.concatenate([np.asarray(text, dtype=np.int64) for text in tokens])
    rows = np.repeat(np.arange(len(tokens)), lengths)
    counts = csr_matrix((np.ones(len(ids)), (rows, ids)), shape=(len(tokens), vocabulary))
    counts.sum_duplicates()
    return counts

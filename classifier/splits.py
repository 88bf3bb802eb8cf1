"""Deals clusters of near-duplicates out to train, validation and gold so that each label keeps its shares. Pure numpy.

Iterative stratification after Sechidis, Tsoumakas and Vlahavas 2011: the rarest label chooses first, each time for the
split that lacks it most. It works chunk by chunk: what is there already is passed in as counts, so that rounding never
adds up over the chunks of an import. Knows labels by column number and nothing of texts.
"""

from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

TRAIN, VALIDATION, GOLD = "train", "validation", "gold"
SPLITS = (TRAIN, VALIDATION, GOLD)
"""The splits in the column order of counts and ratios."""

RATIOS = (0.8, 0.1, 0.1)
KEPT_IN_TRAIN = 5
"""A label's examples that train must hold before validation or gold may have one."""

# Where two splits lack the labels equally, train comes first, then gold: what is not measured is not known.
_PRECEDENCE = (2, 0, 1)


def assign(
    label_sets: Sequence[Collection[int]], counts: NDArray[np.int64], ratios: Sequence[float] = RATIOS, seed: int = 0
) -> NDArray[np.int8]:
    """Return a column of `SPLITS` [n] for each cluster, given as the set of its label columns.

    `counts` [labels + 1, splits] says how many items each split holds of each label; its last row counts items with no
    label. It is not changed: the caller adds the new items, of which a cluster may hold several.
    """
    shares = _checked(ratios)
    # An empty set reads the last row, as if "no label" were a label.
    columns = [tuple(labels) or (-1,) for labels in label_sets]
    incoming = _frequencies(columns, len(counts))
    frequency = (counts.sum(axis=1) + incoming).tolist()
    # Plain lists: a chunk is a loop of tiny steps, for which arrays are ten times slower.
    lack = (_targets(counts, incoming, shares) - counts).tolist()
    owed = _needed_in_train(counts, incoming).tolist()
    chosen = np.zeros(len(columns), dtype=np.int8)
    for cluster, rarest in _rarest_first(columns, frequency, seed):
        own = columns[cluster]
        # Whatever the other labels lack: one that train has too few examples of stays there.
        split = 0 if any(owed[label] > 0 for label in own) else _neediest(lack, own, rarest)
        for label in own:
            lack[label][split] -= 1
            owed[label] -= split == 0
        chosen[cluster] = split
    return chosen


def _checked(ratios: Sequence[float]) -> NDArray[np.float64]:
    shares = np.asarray(ratios, dtype=np.float64)
    if shares.shape != (len(SPLITS),) or (shares < 0).any() or not shares[0] > 0:
        raise ValueError(f"ratios: three shares for {', '.join(SPLITS)}, train's above 0, not {tuple(ratios)}.")
    return shares / shares.sum()


def _frequencies(columns: Sequence[tuple[int, ...]], labels: int) -> NDArray[np.int64]:
    found = np.zeros(labels, dtype=np.int64)
    np.add.at(found, np.array([label for own in columns for label in own], dtype=np.int64), 1)
    return found


def _rarest_first(columns: Sequence[tuple[int, ...]], frequency: Sequence[int], seed: int) -> list[tuple[int, int]]:
    """Return (cluster, its rarest label), the rarest first, in random order within one frequency."""
    rarest = [min(own, key=frequency.__getitem__) for own in columns]
    shuffled = np.random.default_rng(seed).permutation(len(columns)).tolist()
    return [(cluster, rarest[cluster]) for cluster in sorted(shuffled, key=lambda cluster: frequency[rarest[cluster]])]


def _neediest(lack: Sequence[Sequence[float]], own: tuple[int, ...], rarest: int) -> int:
    """Return the split that lacks the rarest label most; of several, the one that lacks all the item's labels most."""

    def need(split: int) -> tuple[float, float, int]:
        # Rounded, so that sums of fractions that should tie do tie.
        return round(lack[rarest][split], 6), round(sum(lack[label][split] for label in own), 6), _PRECEDENCE[split]

    return max(range(len(SPLITS)), key=need)


def _targets(
    counts: NDArray[np.int64], incoming: NDArray[np.int64], shares: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how many items of each label each split should hold in the end [labels + 1, splits]."""
    total = counts.sum(axis=1, keepdims=True) + incoming[:, None]
    open_shares = np.broadcast_to(shares, counts.shape).copy()
    targets = total * open_shares
    # A split that came with more than its share (a gold file of its own) keeps it; the others share what is left.
    for _ in SPLITS:
        full = counts > targets
        open_shares[full] = 0
        left = total - np.where(full, counts, 0).sum(axis=1, keepdims=True)
        fair = left * open_shares / np.maximum(open_shares.sum(axis=1, keepdims=True), 1e-12)
        targets = np.where(full, counts, fair)
    return _train_first(targets, counts, incoming)


def _train_first(
    targets: NDArray[np.float64], counts: NDArray[np.int64], incoming: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Raise train to the few examples that a rare label needs there, at the cost of the other splits' new ones."""
    missing = np.maximum(counts[:, 0] + _needed_in_train(counts, incoming) - targets[:, 0], 0)
    spare = np.maximum(targets[:, 1:] - counts[:, 1:], 0)
    targets[:, 0] += missing
    targets[:, 1:] -= spare * (missing / np.maximum(spare.sum(axis=1), 1e-12))[:, None]
    return targets


def _needed_in_train(counts: NDArray[np.int64], incoming: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return of how many new items of each label train must not be deprived; items without a label are not rare."""
    needed = np.minimum(np.maximum(KEPT_IN_TRAIN - counts[:, 0], 0), incoming)
    needed[-1] = 0
    return needed

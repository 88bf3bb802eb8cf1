"""Which labelled items a training learns from: a ranking of all, of which it takes the beginning. Knows no text.

A ranking does not depend on how much is taken, so the items of a small amount are among those of every larger one.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from classifier.options.data import Selection
from classifier.rarity import BANDS, band

MOST_RANKED = 2_000
"""So many items of a cluster are set apart from one another; those behind them follow by relevance alone."""

Rows = NDArray[np.int64]
Targets = NDArray[np.bool_]
Vectors = NDArray[np.float32]


def select(selection: Selection, targets: Targets, seed: int = 0, vectors: Vectors | None = None) -> Rows:
    """Return the chosen rows in ascending order.

    `targets` [n, L] says which labels items carry; `vectors` [n, d], rows of length 1, are needed for `mmr`.
    """
    if selection.amount == "all":
        return np.arange(len(targets))
    order = _by_chance(len(targets), seed) if selection.ranking == "chance" else _by_mmr(selection, targets, vectors)
    always = np.zeros(len(targets), dtype=bool) if selection.ranking == "chance" else listed(targets, selection.rare)
    if selection.amount == "items_a_label":
        return _first_of_each(order, targets, always, int(selection.size))
    budget = int(selection.size if selection.amount == "number" else np.ceil(selection.size * len(targets)))
    # What is always taken costs nothing of the budget: it would fill a small one with unusual items alone.
    others = order[~always[order]][:budget]
    return np.union1d(np.flatnonzero(always), others)


def mmr(vectors: Vectors, relevance: float) -> Rows:
    """Rank rows by maximal marginal relevance (Carbonell and Goldstein 1998), for rows [n, d] of length 1.

    Each next row has the greatest `relevance` x (cosine to the centre of all) - (1 - `relevance`) x (its greatest
    cosine to a row taken before); of equals the first.
    """
    centre = vectors.mean(axis=0)
    relevant = vectors @ (centre / max(float(np.linalg.norm(centre)), 1e-9))
    taken = np.zeros(len(vectors), dtype=bool)
    closest = np.full(len(vectors), -np.inf, dtype=np.float32)
    order = [int(np.argmax(relevant))]
    while len(order) < min(len(vectors), MOST_RANKED):
        taken[order[-1]] = True
        np.maximum(closest, vectors @ vectors[order[-1]], out=closest)
        gain = relevance * relevant - (1 - relevance) * closest
        order.append(int(np.argmax(np.where(taken, -np.inf, gain))))
    taken[order[-1]] = True
    rest = np.flatnonzero(~taken)
    return np.concatenate([order, rest[np.argsort(-relevant[rest], kind="stable")]]).astype(np.int64)


def listed(targets: Targets, rare: int) -> NDArray[np.bool_]:
    """Return which items are always taken [n]: those of several labels, and of labels with at most `rare` examples."""
    return (targets.sum(axis=1) > 1) | targets[:, targets.sum(axis=0) <= rare].any(axis=1)


def coverage(targets: Targets, rows: Rows) -> dict[str, Any]:
    """Report what a choice covers, over all and in each band: items and labels, of how many there are.

    Only labels with an example count; the bands are those of all items, so that they do not move with the choice.
    """
    counts = targets.sum(axis=0)
    bands = np.array([band(int(count)) for count in counts])
    return _covered(targets, rows, counts > 0) | {
        "bands": {name: _covered(targets, rows, (bands == name) & (counts > 0), carrying=True) for name in BANDS}
    }


def _covered(targets: Targets, rows: Rows, labels: NDArray[np.bool_], *, carrying: bool = False) -> dict[str, int]:
    own = targets[:, labels]
    counted = own.any(axis=1) if carrying else np.ones(len(targets), dtype=bool)
    chosen = own[rows]
    return {
        "items": int(counted[rows].sum()),
        "of_items": int(counted.sum()),
        "labels": int(chosen.any(axis=0).sum()),
        "of_labels": int(labels.sum()),
    }


def _by_chance(items: int, seed: int) -> Rows:
    return np.random.default_rng(seed).permutation(items)


def _by_mmr(selection: Selection, targets: Targets, vectors: Vectors | None) -> Rows:
    if vectors is None:
        raise ValueError("Items can be ranked by relevance and diversity only where a retriever gives them vectors.")
    clusters = _of_labels(targets) if selection.cluster == "label" else _of_vectors(vectors, targets.shape[1])
    place = np.full(len(targets), np.inf)
    for rows in clusters:
        ranked = rows[mmr(vectors[rows], selection.relevance)]
        # By shares of a cluster, so that a budget leaves the clusters their proportions.
        place[ranked] = np.minimum(place[ranked], (np.arange(len(ranked)) + 0.5) / len(ranked))
    return np.argsort(place, kind="stable")


def _of_labels(targets: Targets) -> Iterator[Rows]:
    """Yield the items of each label, then those without any; an item of several labels is in several clusters."""
    for column in targets.T:
        if column.any():
            yield np.flatnonzero(column)
    if not targets.any(axis=1).all():
        yield np.flatnonzero(~targets.any(axis=1))


def _of_vectors(vectors: Vectors, clusters: int) -> Iterator[Rows]:
    from sklearn.cluster import KMeans

    found = KMeans(min(max(clusters, 1), len(vectors)), n_init=1, random_state=0).fit_predict(vectors)
    for cluster in range(found.max() + 1):
        if (found == cluster).any():
            yield np.flatnonzero(found == cluster)


def _first_of_each(order: Rows, targets: Targets, always: NDArray[np.bool_], size: int) -> Rows:
    """Return the first `size` items of each label, and of those without any, with what is always taken."""
    kept = always.copy()
    for rows in _of_labels(targets[order]):
        kept[order[rows[:size]]] = True
    return np.flatnonzero(kept)

"""Examples of another label set beside one's own: which rows help, and what they tell. Knows no file."""

from collections.abc import Collection, Mapping, Sequence
from math import nan

import numpy as np

from classifier.duplicates import band_keys, similar
from classifier.examples import Example


def mixed_in(
    rows: Sequence[tuple[str, Collection[str]]],
    labels: Sequence[str],
    names: Mapping[str, str],
    count: int,
    seed: int = 0,
) -> tuple[Example, ...]:
    """Return at most `count` examples, drawn from those rows (text, labels) that carry one of our labels.

    `names` translates their labels into ours. Of our labels that no row carries, the other set knows nothing, so its
    examples say nothing of them; their labels that we do not have are left out.
    """
    translated = [(text, {names.get(label, label) for label in theirs}) for text, theirs in rows]
    known = {label for _, theirs in translated for label in theirs}
    telling = [(text, theirs) for text, theirs in translated if not theirs.isdisjoint(labels)]
    drawn = np.sort(np.random.default_rng(seed).permutation(len(telling))[:count])
    return tuple(_example(*telling[row], labels, known) for row in drawn)


def _example(text: str, theirs: Collection[str], labels: Sequence[str], known: Collection[str]) -> Example:
    targets = tuple(float(label in theirs) if label in known else nan for label in labels)
    return Example(text, tuple(label for label in labels if label in theirs), soft_targets=targets)


def resembling(texts: Sequence[str], others: Sequence[str]) -> list[bool]:
    """Tell of each text whether it is a near-duplicate of one of the others."""
    found: dict[int, set[int]] = {}
    for other, keys in enumerate(band_keys(others).tolist()):
        for key in keys:
            found.setdefault(key, set()).add(other)
    near = [set().union(*(found.get(key, ()) for key in keys)) for keys in band_keys(texts).tolist()]
    return [any(similar(text, others[other]) for other in those) for text, those in zip(texts, near, strict=True)]

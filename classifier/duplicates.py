"""Finds near-duplicate texts: MinHash band keys name candidates, the Jaccard similarity of shingles confirms them.

After Broder 1997 and Leskovec, Rajaraman and Ullman, "Mining of Massive Datasets", ch. 3. Keys are the same on every
machine and in every run, because they are stored. Case, width, spaces and punctuation do not count; numbers do. Knows
no language: shingles are runs of characters, and what two texts mean is not asked.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from classifier.width import unify_width

SHINGLE = 4
"""Characters in a shingle."""
BANDS, ROWS = 6, 3
"""Texts of similarity s share a key with probability 1 - (1 - s^ROWS)^BANDS: 0.99 at 0.8, 0.92 at 0.7, 0.05 at 0.2."""
SIMILAR = 0.7
"""The Jaccard similarity from which on two texts are near-duplicates."""

# Shingles hashed at a time: few enough to stay in the processor's cache, and memory flat however many texts there are.
_BLOCK = 1 << 15
_NOT_WORDS = re.compile(r"[\W_]+")
_PAD = "\0"


Shingles = frozenset[int]
"""The different shingles of a text, as numbers: their characters' codes side by side, so no two alike below U+10000."""


@dataclass(frozen=True, slots=True)
class Sketch:
    """A text as it is compared: its different MinHash keys, and its shingles."""

    keys: tuple[int, ...]
    shingles: Shingles


def band_keys(texts: Sequence[str]) -> NDArray[np.int64]:
    """Return the MinHash keys [n, BANDS] of texts; near-duplicates very likely have one in common."""
    keys = [_keys_of(*block) for block in _numbered_blocks(texts)]
    return np.concatenate(keys) if keys else np.empty((0, BANDS), dtype=np.int64)


def sketch(texts: Sequence[str]) -> list[Sketch]:
    """Return the sketch of each text."""
    return [
        Sketch(tuple(dict.fromkeys(keys)), shingles)
        for numbers, starts in _numbered_blocks(texts)
        for keys, shingles in zip(_keys_of(numbers, starts).tolist(), _sets(numbers, starts), strict=True)
    ]


def list_shingles(texts: Sequence[str]) -> list[Shingles]:
    """Return the shingles of each text."""
    return [shingles for block in _numbered_blocks(texts) for shingles in _sets(*block)]


def similar(first: str, second: str) -> bool:
    """Tell whether two texts are near-duplicates."""
    return resemble(*list_shingles([first, second]))


def resemble(one: Shingles, other: Collection[int]) -> bool:
    """Tell by their different shingles whether two texts are near-duplicates."""
    if min(len(one), len(other)) < SIMILAR * max(len(one), len(other)):
        return False
    shared = len(one.intersection(other))
    return shared >= SIMILAR * (len(one) + len(other) - shared)


def _padded(text: str) -> str:
    """Return what counts of a text, padded so that each of its characters begins one shingle."""
    words = _NOT_WORDS.sub("", unify_width(text).casefold())
    # Of a text without any word ("？？？") the signs themselves count.
    return (words or text or _PAD) + _PAD * (SHINGLE - 1)


def _numbered_blocks(texts: Sequence[str]) -> Iterator[tuple[NDArray[np.uint64], NDArray[np.int64]]]:
    size, block = 0, list[str]()
    for end, text in enumerate(texts, start=1):
        block.append(_padded(text))
        size += len(block[-1])
        if size >= _BLOCK or end == len(texts):
            yield _numbered(block)
            size, block = 0, []


def _numbered(padded: Sequence[str]) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the shingles of texts, one for each character, and where each text's begin."""
    lengths = np.array([len(text) for text in padded])
    # A lone surrogate in a broken text is a character like any other.
    characters = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype="<u4").astype(np.uint64)
    shingles = characters.copy()
    for offset in range(1, SHINGLE):
        shingles[:-offset] += characters[offset:] << np.uint64(16 * offset)
    ends = lengths.cumsum()
    # The last few windows of a text reach into the next one; they repeat its own last shingle instead.
    for back in range(1, SHINGLE):
        shingles[ends - back] = shingles[ends - SHINGLE]
    return shingles, ends - lengths


def _sets(shingles: NDArray[np.uint64], starts: NDArray[np.int64]) -> Iterator[Shingles]:
    numbers = shingles.tolist()
    return (frozenset(numbers[start:end]) for start, end in pairwise([*starts.tolist(), len(numbers)]))


def _keys_of(shingles: NDArray[np.uint64], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    return _band(_mix(shingles), starts)


def _band(shingles: NDArray[np.uint64], starts: NDArray[np.int64]) -> NDArray[np.int64]:
    """Combine the smallest of ROWS hashes of each text into one key, BANDS times."""
    keys = np.empty((len(starts), BANDS), dtype=np.uint64)
    for band in range(BANDS):
        key = np.full(len(starts), band, dtype=np.uint64)
        for row in range(ROWS):
            salt = _mix(np.array([1 + band * ROWS + row], dtype=np.uint64))
            key = _mix(key ^ np.minimum.reduceat(_stir(shingles ^ salt), starts))
        keys[:, band] = key
    return keys.view(np.int64)


def _stir(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Permute 64-bit values by one multiplication and a fold; enough for values that are mixed already."""
    values = values * np.uint64(0x9E3779B97F4A7C15)
    values ^= values >> np.uint64(32)
    return values


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Mix 64-bit values thoroughly (the finaliser of splitmix64)."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))

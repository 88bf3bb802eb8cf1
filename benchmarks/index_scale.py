"""How are neighbours found among very many? Time and recall of the index among a million vectors of 256 numbers.

The vectors are invented and clustered, as those of news are; what is exact is told by comparing all of them.
"""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.figures import Figure, percentile, timed
from classifier.index import NeighbourIndex

WIDTH, CLUSTERS, SPREAD = 256, 20_000, 0.7
QUERIES, NEAR = 400, 10
BLOCK = 50_000
P95_BAR, RECALL_BAR = 25.0, 0.98


def measure(count: int) -> Iterator[Figure]:
    """Fill an index, keep it in a file, read it back, and ask it."""
    vectors = clustered(count)
    queries = vectors[:: max(1, count // QUERIES)][:QUERIES]
    # A query is another text of the same story, not a text of the index.
    queries = unit(queries + 0.3 / WIDTH**0.5 * np.random.default_rng(1).normal(size=queries.shape))
    what = f"{count:,} vectors of {WIDTH}"
    began = perf_counter()
    index = NeighbourIndex()
    for start in range(0, count, BLOCK):
        index.add(range(start, min(start + BLOCK, count)), vectors[start : start + BLOCK])
    yield Figure(f"index of {what}: filled once", perf_counter() - began, None, "s")
    with TemporaryDirectory() as folder:
        path = Path(folder) / "index"
        index.save(path)
        began = perf_counter()
        index.load(path)
        yield Figure(f"index of {what}: read from its file", perf_counter() - began, None, "s")
    seconds, hits = [], 0
    for query, right in zip(queries, exact(queries, vectors), strict=True):
        began = perf_counter()
        (found,) = index.search(query[None], NEAR)
        seconds.append(perf_counter() - began)
        hits += len({at for at, _ in found} & set(right.tolist()))
    yield timed(f"neighbours among {what}, median", seconds, None)
    yield Figure(f"neighbours among {what}, p95", percentile(seconds, 95) * 1000, P95_BAR)
    recall = hits / (NEAR * len(queries))
    yield Figure(f"neighbours among {what}, recall@{NEAR} against exact", recall, RECALL_BAR, "", is_rate=True)


def clustered(count: int) -> NDArray[np.float32]:
    """Return unit vectors [count, WIDTH] around invented centres."""
    dice = np.random.default_rng(0)
    centres = dice.normal(size=(CLUSTERS, WIDTH)).astype(np.float32)
    vectors = np.empty((count, WIDTH), dtype=np.float32)
    for start in range(0, count, BLOCK):
        size = min(BLOCK, count - start)
        around = centres[dice.integers(CLUSTERS, size=size)]
        vectors[start : start + size] = unit(around + SPREAD * dice.normal(size=(size, WIDTH)))
    return vectors


def unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return the rows at length 1."""
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def exact(queries: NDArray[np.float32], vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the places [queries, NEAR] of the most similar vectors."""
    best = np.full((len(queries), NEAR), -np.inf, dtype=np.float32)
    at = np.zeros((len(queries), NEAR), dtype=np.int64)
    for start in range(0, len(vectors), BLOCK):
        similar = np.hstack([best, queries @ vectors[start : start + BLOCK].T])
        places = np.hstack(
            [
                at,
                np.broadcast_to(
                    np.arange(start, start + similar.shape[1] - NEAR), (len(queries), similar.shape[1] - NEAR)
                ),
            ]
        )
        top = np.argpartition(-similar, NEAR, axis=1)[:, :NEAR]
        best, at = np.take_along_axis(similar, top, 1), np.take_along_axis(places, top, 1)
    return at

"""Finds the vectors most similar to a query by inner product: exactly while there are few, by a graph when many.

A cache of vectors that are stored elsewhere: filled at start, following corrections one by one. To fill a graph takes
minutes, so it can be kept in a file. Knows ids and numbers, nothing of texts. Any number of threads may use one index.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from secrets import token_hex
from threading import RLock
from typing import Protocol, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

logger = logging.getLogger(__name__)

Vectors = NDArray[np.float32]
Hits = list[tuple[int, float]]
"""Ids with their similarity, the most similar first."""

EXACT_UP_TO = 20_000
"""Vectors that are all compared with each query; more are searched by a usearch graph (HNSW)."""

# Similarities held at a time (64 MiB); queries are taken in blocks that fit.
_HELD = 1 << 24
# The graph's effort (Malkov and Yashunin 2018): recall@10 is above 0.99 among a million clustered vectors. Half the
# bits of a number cost no recall and save more than half of the time and of the room.
_CONNECTIVITY, _EFFORT_ADDING, _EFFORT_SEARCHING = 24, 128, 256
_NUMBERS = "f16"


class _Index(Protocol):
    """What both kinds of index do."""

    def __len__(self) -> int: ...
    def ids(self) -> list[int]: ...
    def add(self, vectors: dict[int, Vectors]) -> None: ...
    def remove(self, ids: Iterable[int]) -> None: ...
    def search(self, vectors: Vectors, k: int, exclude: Sequence[Collection[int]]) -> list[Hits]: ...


class NeighbourIndex:
    """L2-normalised vectors under the ids of their items; turns into a graph when it outgrows `exact_up_to`."""

    def __init__(self, exact_up_to: int = EXACT_UP_TO) -> None:
        self.exact_up_to = exact_up_to
        self._index: _Index | None = None
        self._width = 0
        self._lock = RLock()

    def __len__(self) -> int:
        return 0 if self._index is None else len(self._index)

    @property
    def ids(self) -> list[int]:
        """The ids of all vectors."""
        return [] if self._index is None else self._index.ids()

    def save(self, path: Path) -> None:
        """Write the graph to a file, in place of an older one at once; few vectors need none and are not written."""
        with self._lock:
            if isinstance(self._index, _Graph):
                # Another process may keep the same index at this moment.
                aside = path.with_suffix(f".{token_hex(4)}")
                self._index.save(aside)
                aside.replace(path)

    def load(self, path: Path) -> bool:
        """Take the vectors from a file, in place of all present ones; False where there is none that can be read."""
        if not path.exists():
            return False
        try:
            graph = _Graph.load(path)
        except (OSError, RuntimeError, ValueError):
            logger.warning("The index %s cannot be read and is made anew.", path, exc_info=True)
            return False
        with self._lock:
            self._index, self._width = graph, graph.width
        return True

    def add(self, ids: Sequence[int], vectors: ArrayLike) -> None:
        """Add vectors [n, d]; an id that is there already gets the new vector."""
        with self._lock:
            rows = self._checked(vectors, self._width)
            if len(rows) != len(ids):
                raise ValueError(f"{len(ids)} ids do not fit {len(rows)} vectors.")
            if not len(rows):
                return
            if self._index is None:
                self._width, self._index = rows.shape[1], _Exact(rows.shape[1])
            if isinstance(self._index, _Exact) and len(self._index) + len(rows) > self.exact_up_to:
                self._index = _Graph(self._width, self._index.items())
            self._index.add(dict(zip(map(int, ids), rows, strict=True)))

    def remove(self, ids: Iterable[int]) -> None:
        """Remove vectors; ids that are not there are passed over."""
        with self._lock:
            if self._index is not None:
                self._index.remove(map(int, ids))

    def search(self, vectors: ArrayLike, k: int, exclude: Sequence[Collection[int]] | None = None) -> list[Hits]:
        """Return the `k` (or as many as there are) most similar of each query [n, d], without those it excludes."""
        with self._lock:
            queries = self._checked(vectors, self._width)
            hidden = [()] * len(queries) if exclude is None else exclude
            if len(hidden) != len(queries):
                raise ValueError(f"{len(hidden)} sets to exclude do not fit {len(queries)} queries.")
            if self._index is None or not len(self._index) or k < 1:
                return [[] for _ in queries]
            return self._index.search(queries, k, hidden)

    @staticmethod
    def _checked(vectors: ArrayLike, width: int) -> Vectors:
        rows = np.asarray(vectors, dtype=np.float32)
        if rows.ndim != 2 or (width and len(rows) and rows.shape[1] != width):
            raise ValueError(f"vectors of shape {rows.shape}, not [n, {width or 'd'}].")
        if not np.isfinite(rows).all():
            raise ValueError("vectors: some are not finite numbers.")
        return rows


class _Exact:
    """All vectors in one matrix, compared with every query."""

    def __init__(self, width: int) -> None:
        self._vectors = np.empty((0, width), dtype=np.float32)
        self._ids = np.empty(0, dtype=np.int64)
        self._rows: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._rows)

    def ids(self) -> list[int]:
        return list(self._rows)

    def items(self) -> dict[int, Vectors]:
        return {item_id: self._vectors[row] for item_id, row in self._rows.items()}

    def add(self, vectors: dict[int, Vectors]) -> None:
        rows = [self._rows.setdefault(item_id, len(self._rows)) for item_id in vectors]
        if len(self) > len(self._ids):
            # Doubled, so that adding one by one does not copy everything each time.
            room = max(len(self), 2 * len(self._ids)) - len(self._ids)
            self._vectors = np.pad(self._vectors, ((0, room), (0, 0)))
            self._ids = np.pad(self._ids, (0, room))
        self._vectors[rows] = list(vectors.values())
        self._ids[rows] = list(vectors)

    def remove(self, ids: Iterable[int]) -> None:
        for item_id in ids:
            row = self._rows.pop(item_id, None)
            last = len(self._rows)
            if row is not None and row != last:
                # The last one moves into the gap.
                self._vectors[row], self._ids[row] = self._vectors[last], self._ids[last]
                self._rows[int(self._ids[row])] = row

    def search(self, vectors: Vectors, k: int, exclude: Sequence[Collection[int]]) -> list[Hits]:
        found: list[Hits] = []
        step = max(1, _HELD // len(self))
        for start in range(0, len(vectors), step):
            similarities = vectors[start : start + step] @ self._vectors[: len(self)].T
            for own, hidden in zip(similarities, exclude[start : start + step], strict=True):
                own[[self._rows[item_id] for item_id in hidden if item_id in self._rows]] = -np.inf
                found.append(self._best(own, k))
        return found

    def _best(self, similarities: Vectors, k: int) -> Hits:
        top = np.argpartition(-similarities, k)[:k] if k < len(similarities) else np.arange(len(similarities))
        top = top[np.argsort(-similarities[top], kind="stable")]
        hits = zip(self._ids[top].tolist(), similarities[top].tolist(), strict=True)
        return [(item_id, similarity) for item_id, similarity in hits if similarity > -np.inf]


class _Graph:
    """A navigable graph of the vectors: a query walks towards its neighbours and sees few of the others."""

    def __init__(self, width: int, vectors: dict[int, Vectors]) -> None:
        # Only many vectors need it, and it is a compiled library: most sessions never load it.
        from usearch.index import Index

        self.width = width
        self._graph = Index(
            ndim=width,
            metric="ip",
            dtype=_NUMBERS,
            connectivity=_CONNECTIVITY,
            expansion_add=_EFFORT_ADDING,
            expansion_search=_EFFORT_SEARCHING,
        )
        self.add(vectors)

    @classmethod
    def load(cls, path: Path) -> Self:
        from usearch.index import Index

        # The file says how wide its vectors are; a damaged one says nothing.
        about = Index.metadata(path)
        if about is None:
            raise ValueError(f"{path} holds no index.")
        graph = cls(int(about["dimensions"]), {})
        if about["kind_scalar"] != graph._graph.dtype:
            raise ValueError(f"{path} was filled by another version.")
        graph._graph.load(path)
        return graph

    def save(self, path: Path) -> None:
        self._graph.save(path)

    def __len__(self) -> int:
        return len(self._graph)

    def ids(self) -> list[int]:
        return np.asarray(self._graph.keys).tolist()

    def add(self, vectors: dict[int, Vectors]) -> None:
        self.remove(vectors)
        if vectors:
            self._graph.add(np.fromiter(vectors, dtype=np.int64), np.stack(list(vectors.values())))

    def remove(self, ids: Iterable[int]) -> None:
        for item_id in ids:
            if item_id in self._graph:
                self._graph.remove(item_id)

    def search(self, vectors: Vectors, k: int, exclude: Sequence[Collection[int]]) -> list[Hits]:
        # What is excluded is found as well and left out afterwards.
        wanted = min(len(self), k + max(map(len, exclude), default=0))
        matches = self._graph.search(vectors, wanted)
        found: list[Hits] = []
        # The library answers one query with its matches and several with one of those for each.
        for match, hidden in zip([matches] if len(vectors) == 1 else matches, exclude, strict=True):
            # Half the bits of a number may make it a little more than 1.
            similarities = np.minimum(1 - match.distances, 1).tolist()
            hits = zip(match.keys.tolist(), similarities, strict=True)
            found.append([hit for hit in hits if hit[0] not in hidden][:k])
        return found

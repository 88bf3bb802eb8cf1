"""The index over the items that may be examples: a cache of stored vectors that follows the database.

Before each search it catches up with what people said since, by the ids of their annotations. Imports and removals are
found by comparing all members, which is done a few times a minute at most. Knows no classifier.
"""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from threading import Lock, RLock, Thread

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from classifier.index import NeighbourIndex
from storage import embeddings, examples, training
from storage.database import Database
from storage.examples import ExamplesMark
from workflow.live_models import RETRIEVER, LiveModels

AT_ONCE = 256
"""So many missing vectors are computed while somebody waits; more are left to the worker."""
SECONDS_BETWEEN_COMPARISONS = 5.0
BLOCK = 4096
SAVED_FROM = 0.1
"""The share of new vectors from which on a large index is kept in a file again, so that the next start is quick."""

Vectors = NDArray[np.float32]
Hit = tuple[int, float]
Place = tuple[int, Vectors]
"""An item's cluster and its vector."""

logger = logging.getLogger(__name__)


class ExampleIndex:
    """Finds the nearest examples of vectors; any number of threads may ask."""

    def __init__(self, database: Database, models: LiveModels) -> None:
        self.database = database
        self.models = models
        self._lock, self._beginning = RLock(), Lock()
        self.version_id = 0
        self._behind: Thread | None = None
        self._forget()

    def _forget(self) -> None:
        self._index = NeighbourIndex()
        self._members: dict[int, int] = {}
        self._clusters: dict[int, set[int]] = {}
        self._waiting: set[int] = set()
        self._unsaved = 0
        self._mark: ExamplesMark | None = None
        self._compared = float("-inf")

    def refresh(self, patience: float | None = None, session: Session | None = None) -> bool:
        """Catch up with the database; False while no retriever is live, or when that takes over `patience` seconds.

        What takes longer goes on in a thread of its own: after a start with very many examples, after a large import.
        It is read by `session`, where somebody has one open.
        """
        known = self._mark
        mark = self._look(session)
        if mark == known and mark.version_id == self.version_id and not self._waiting:
            return True
        if patience is not None and self._is_comparison_due(mark) and not self._catch_up_behind(patience):
            # One page waits already; the others are not kept as well.
            return False
        if not self._lock.acquire(timeout=-1 if patience is None else patience):
            return False
        try:
            if self._mark is not known:
                # Another thread went further meanwhile, perhaps beyond what was looked up here.
                mark, session = self._look(), None
            return self._catch_up(mark, session)
        finally:
            self._lock.release()

    def _look(self, session: Session | None = None) -> ExamplesMark:
        with self._reading(session) as reading:
            return examples.get_mark(reading, RETRIEVER)

    def _reading(self, session: Session | None) -> AbstractContextManager[Session]:
        return self.database.read() if session is None else nullcontext(session)

    def _is_comparison_due(self, mark: ExamplesMark) -> bool:
        if mark.version_id is None:
            return False
        known = self._mark if mark.version_id == self.version_id else None
        outdated = known is None or _with_annotations(known, mark.annotation_id) != mark or bool(self._waiting)
        return outdated and (known is None or self._may_compare())

    def _catch_up_behind(self, patience: float) -> bool:
        """Catch up in another thread and wait for it so many seconds; False where one is at it already."""
        with self._beginning:
            if self.is_behind:
                return False
            behind = self._behind = Thread(target=self._catch_up_quietly, name="example index", daemon=True)
            behind.start()
        behind.join(patience)
        return True

    def _catch_up_quietly(self) -> None:
        try:
            self.refresh()
        except Exception:
            # Whoever asks next meets the same error and is told.
            logger.exception("The index of examples could not catch up.")

    def _catch_up(self, mark: ExamplesMark, session: Session | None) -> bool:
        if mark.version_id is None:
            return False
        if mark.version_id != self.version_id:
            self.version_id = mark.version_id
            self._forget()
        if mark != self._mark or self._waiting:
            self._follow(mark, session)
        return True

    @property
    def is_behind(self) -> bool:
        """Tell whether the index is still catching up, so that asking again later finds more."""
        return self._behind is not None and self._behind.is_alive()

    def compare_soon(self) -> None:
        """Compare all members with the next refresh, since many vectors were stored meanwhile."""
        with self._lock:
            self._compared = float("-inf")

    def _follow(self, mark: ExamplesMark, session: Session | None) -> None:
        known = self._mark
        if known is not None and mark.annotation_id != known.annotation_id:
            self._follow_annotations(known.annotation_id, session)
            known = self._mark = _with_annotations(known, mark.annotation_id)
        if self._may_compare() and (mark != known or self._waiting):
            self._compare()
            self._mark = mark
            self._compared = time.monotonic()

    def _may_compare(self) -> bool:
        return time.monotonic() - self._compared >= SECONDS_BETWEEN_COMPARISONS

    def _follow_annotations(self, annotation_id: int, session: Session | None) -> None:
        with self._reading(session) as reading:
            changed = examples.list_changed(reading, annotation_id, self.version_id)
        self._drop([item_id for item_id, where in changed.items() if where is None])
        members = {item_id: where.cluster for item_id, where in changed.items() if where}
        new = {item_id: where for item_id, where in changed.items() if where and item_id not in self._members}
        self._add([(item_id, where.vector) for item_id, where in new.items() if where.vector], members)
        self._compute([item_id for item_id, where in new.items() if not where.vector], members)

    def _compare(self) -> None:
        with self.database.read() as session:
            members = examples.list_members(session)
        if not self._members and not self._restore(members):
            self._load(members)
        self._drop([item_id for item_id in self._members if item_id not in members])
        self._waiting &= members.keys()
        self._regroup(members)
        self._take(members)
        if self._unsaved > SAVED_FROM * len(self._members):
            self._save()

    def _restore(self, members: Mapping[int, int]) -> bool:
        """Take the graph that an earlier process has left; what changed since is found by comparing."""
        if not self._index.load(self._path):
            return False
        self._know(self._index.ids, {item_id: members.get(item_id, 0) for item_id in self._index.ids})
        return True

    def _save(self) -> None:
        self._unsaved = 0
        try:
            self._path.parent.mkdir(exist_ok=True)
            for older in self._path.parent.iterdir():
                older.unlink(missing_ok=True)
            self._index.save(self._path)
        except (OSError, RuntimeError):
            # Only the next start takes longer.
            logger.warning("The index of examples could not be kept.", exc_info=True)

    @property
    def _path(self) -> Path:
        return self.models.data / "index" / f"{self.version_id}.usearch"

    def _load(self, members: Mapping[int, int]) -> None:
        """Read the stored vectors of many members block by block."""
        with self.database.read() as session:
            for block in embeddings.iterate_train_vectors(session, self.version_id, BLOCK):
                self._add([(item_id, vector) for item_id, vector in block if item_id in members], members)

    def _take(self, members: Mapping[int, int]) -> None:
        """Add members that are new; their vectors are stored, or few enough to be computed now."""
        new = [item_id for item_id in members if item_id not in self._members]
        with self.database.read() as session:
            for start in range(0, len(new), BLOCK):
                part = embeddings.list_vectors(session, self.version_id, new[start : start + BLOCK])
                self._add(part.items(), members)
        self._compute([item_id for item_id in new if item_id not in self._members], members)

    def _compute(self, missing: Sequence[int], members: Mapping[int, int]) -> None:
        if len(missing) <= AT_ONCE:
            self._add(self.embed(missing).items(), members)
        self._waiting = (self._waiting | set(missing)) - self._members.keys()

    def _add(self, rows: Iterable[tuple[int, bytes]], members: Mapping[int, int]) -> None:
        rows = list(rows)
        if not rows:
            return
        ids = [item_id for item_id, _ in rows]
        self._index.add(ids, np.stack([np.frombuffer(vector, dtype="<f4") for _, vector in rows]))
        self._know(ids, members)
        self._unsaved += len(ids)

    def _regroup(self, members: Mapping[int, int]) -> None:
        """Follow those that have joined a cluster since, because a near-duplicate was imported."""
        moved = [item_id for item_id, cluster in self._members.items() if members[item_id] != cluster]
        for item_id in moved:
            self._clusters.get(self._members[item_id], set()).discard(item_id)
        self._know(moved, members)

    def _know(self, ids: Iterable[int], members: Mapping[int, int]) -> None:
        for item_id in ids:
            cluster = self._members[item_id] = members[item_id]
            if cluster:
                self._clusters.setdefault(cluster, set()).add(item_id)

    def _drop(self, ids: Sequence[int]) -> None:
        known = [item_id for item_id in ids if item_id in self._members]
        if known:
            self._index.remove(known)
        for item_id in known:
            self._clusters.get(self._members.pop(item_id), set()).discard(item_id)

    def embed(self, item_ids: Sequence[int]) -> dict[int, bytes]:
        """Compute and store the vectors of items by the live retriever; return them."""
        if not item_ids:
            return {}
        with self.database.read() as session:
            texts = training.list_texts(session, item_ids)
        computed = self.encode([text for text, _ in texts.values()])
        if not len(computed):
            return {}
        vectors = {item_id: vector.tobytes() for item_id, vector in zip(texts, computed, strict=True)}
        with self.database.write() as session:
            embeddings.write_vectors(session, self.version_id, vectors)
        return vectors

    def encode(self, texts: Sequence[str], patience: float | None = None) -> Vectors:
        """Return the texts' vectors [n, d] by the retriever of this index, [0, 0] where another is live by now.

        The model is loaded with the first text: stored vectors need none. `Loading` is raised where that takes longer
        than `patience` seconds.
        """
        live = self.models.retriever(patience) if texts else None
        if live is None or live[0] != self.version_id:
            return np.zeros((0, 0), dtype=np.float32)
        return np.asarray(live[1].encode(list(texts)), dtype="<f4")

    def stored_or_computed(self, item_ids: Sequence[int]) -> dict[int, Vectors]:
        """Return the items' vectors; those that are missing are computed and stored."""
        with self.database.read() as session:
            return {item_id: vector for item_id, (_, vector) in self.locate(session, item_ids).items()}

    def locate(self, session: Session, item_ids: Sequence[int], *, compute: bool = True) -> dict[int, Place]:
        """Return the items' clusters and vectors; vectors that are missing are computed and stored, or left out."""
        known = examples.locate(session, self.version_id, item_ids)
        found = {item_id: where.vector for item_id, where in known.items() if where.vector}
        if compute:
            found |= self.embed([item_id for item_id in known if item_id not in found])
        return {
            item_id: (known[item_id].cluster, np.frombuffer(vector, dtype="<f4")) for item_id, vector in found.items()
        }

    def search(self, vectors: Vectors, own: Sequence[tuple[int, int]], k: int) -> list[list[Hit]]:
        """Return the `k` nearest (item id, similarity) of each vector; `own` is each one's (item id, cluster)."""
        with self._lock:
            if not self._members or not len(vectors):
                return [[] for _ in own]
            excluded = [{item_id} | self._clusters.get(cluster, set()) for item_id, cluster in own]
            return self._index.search(vectors, k, excluded)


def _with_annotations(mark: ExamplesMark, annotation_id: int) -> ExamplesMark:
    return replace(mark, annotation_id=annotation_id)

"""The index over the items that may be examples: a cache of stored vectors that follows the database.

Before each search it catches up with what people said since, by the ids of their annotations. Imports and removals are
found by comparing all members, which is done a few times a minute at most. Knows no classifier.
"""

import logging
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from threading import RLock, Thread
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from classifier.index import NeighbourIndex
from storage import embeddings, training, versions
from storage.database import Database
from storage.training import ExamplesMark
from workflow.live_models import RETRIEVER, LiveModels

if TYPE_CHECKING:
    from classifier.retriever import Retriever

AT_ONCE = 256
"""So many missing vectors are computed while somebody waits; more are left to the worker."""
SECONDS_BETWEEN_COMPARISONS = 5.0
BLOCK = 4096
SAVED_FROM = 0.1
"""The share of new vectors from which on a large index is kept in a file again, so that the next start is quick."""

Vectors = NDArray[np.float32]
Hit = tuple[int, float]

logger = logging.getLogger(__name__)


class ExampleIndex:
    """Finds the nearest examples of vectors; any number of threads may ask."""

    def __init__(self, database: Database, models: LiveModels) -> None:
        self.database = database
        self.models = models
        self._lock = RLock()
        self.version_id = 0
        self._retriever: Retriever | None = None
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

    def refresh(self, patience: float | None = None) -> bool:
        """Catch up with the database; False while no retriever is live, or when that takes over `patience` seconds.

        What takes longer goes on in a thread of its own: after a start with very many examples, after a large import.
        """
        known = self._mark
        version_id, mark = self._look()
        if version_id == self.version_id and mark == known and not self._waiting:
            return True
        if patience is not None and self._is_comparison_due(version_id, mark):
            if self.is_behind:
                # One page has waited already; the others are not kept as well.
                return False
            self._catch_up_behind(patience)
        if not self._lock.acquire(timeout=-1 if patience is None else patience):
            return False
        try:
            if self._mark is not known:
                # Another thread went further meanwhile, perhaps beyond what was looked up here.
                version_id, mark = self._look()
            return self._catch_up(version_id, mark)
        finally:
            self._lock.release()

    def _look(self) -> tuple[int | None, ExamplesMark]:
        with self.database.read() as session:
            return versions.list_live_ids(session).get(RETRIEVER), training.get_examples_mark(session)

    def _is_comparison_due(self, version_id: int | None, mark: ExamplesMark) -> bool:
        if version_id is None:
            return False
        known = self._mark if version_id == self.version_id else None
        outdated = known is None or _with_annotations(known, mark.annotation_id) != mark or bool(self._waiting)
        return outdated and (known is None or self._may_compare())

    def _catch_up_behind(self, patience: float) -> None:
        self._behind = Thread(target=self._catch_up_quietly, name="example index", daemon=True)
        self._behind.start()
        self._behind.join(patience)

    def _catch_up_quietly(self) -> None:
        try:
            self.refresh()
        except Exception:
            # Whoever asks next meets the same error and is told.
            logger.exception("The index of examples could not catch up.")

    def _catch_up(self, version_id: int | None, mark: ExamplesMark) -> bool:
        if version_id != self.version_id:
            live = self.models.retriever()
            if live is None:
                return False
            self.version_id, self._retriever = live
            self._forget()
        if mark != self._mark or self._waiting:
            self._follow(mark)
        return True

    @property
    def is_behind(self) -> bool:
        """Tell whether the index is still catching up, so that asking again later finds more."""
        return self._behind is not None and self._behind.is_alive()

    def compare_soon(self) -> None:
        """Compare all members with the next refresh, since many vectors were stored meanwhile."""
        with self._lock:
            self._compared = float("-inf")

    def _follow(self, mark: ExamplesMark) -> None:
        known = self._mark
        if known is not None and mark.annotation_id != known.annotation_id:
            self._follow_annotations(known.annotation_id)
            known = self._mark = _with_annotations(known, mark.annotation_id)
        if self._may_compare() and (mark != known or self._waiting):
            self._compare()
            self._mark = mark
            self._compared = time.monotonic()

    def _may_compare(self) -> bool:
        return time.monotonic() - self._compared >= SECONDS_BETWEEN_COMPARISONS

    def _follow_annotations(self, annotation_id: int) -> None:
        with self.database.read() as session:
            changed = training.list_annotated_since(session, annotation_id)
            members = training.list_members_among(session, changed)
        self._drop([item_id for item_id in changed if item_id not in members])
        self._take(members)

    def _compare(self) -> None:
        with self.database.read() as session:
            members = training.list_example_members(session)
        if not self._members and not self._restore(members):
            self._load(members)
        self._drop([item_id for item_id in self._members if item_id not in members])
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
        missing = [item_id for item_id in new if item_id not in self._members]
        if len(missing) <= AT_ONCE:
            self._add(self.embed(missing).items(), members)
        self._waiting = {item_id for item_id in missing if item_id not in self._members}

    def _add(self, rows: Iterable[tuple[int, bytes]], members: Mapping[int, int]) -> None:
        rows = list(rows)
        if not rows:
            return
        ids = [item_id for item_id, _ in rows]
        self._index.add(ids, np.stack([np.frombuffer(vector, dtype="<f4") for _, vector in rows]))
        self._know(ids, members)
        self._unsaved += len(ids)

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
        if not item_ids or self._retriever is None:
            return {}
        with self.database.read() as session:
            texts = training.list_texts(session, item_ids)
        computed = self.encode([text for text, _ in texts.values()])
        vectors = {item_id: vector.tobytes() for item_id, vector in zip(texts, computed, strict=True)}
        with self.database.write() as session:
            embeddings.write_vectors(session, self.version_id, vectors)
        return vectors

    def encode(self, texts: Sequence[str]) -> Vectors:
        """Return the texts' vectors [n, d] by the live retriever."""
        if self._retriever is None or not texts:
            return np.zeros((0, 0), dtype=np.float32)
        return np.asarray(self._retriever.encode(list(texts)), dtype="<f4")

    def stored_or_computed(self, item_ids: Sequence[int]) -> dict[int, Vectors]:
        """Return the items' vectors; those that are missing are computed and stored."""
        with self.database.read() as session:
            found = embeddings.list_vectors(session, self.version_id, item_ids)
        found |= self.embed([item_id for item_id in item_ids if item_id not in found])
        return {item_id: np.frombuffer(vector, dtype="<f4") for item_id, vector in found.items()}

    def search(self, vectors: Vectors, own: Sequence[tuple[int, int]], k: int) -> list[list[Hit]]:
        """Return the `k` nearest (item id, similarity) of each vector; `own` is each one's (item id, cluster)."""
        with self._lock:
            if not self._members:
                return [[] for _ in own]
            excluded = [{item_id} | self._clusters.get(cluster, set()) for item_id, cluster in own]
            return self._index.search(vectors, k, excluded)


def _with_annotations(mark: ExamplesMark, annotation_id: int) -> ExamplesMark:
    return ExamplesMark(annotation_id, mark.item_id, mark.import_id, mark.import_ended_at, mark.has_sample)

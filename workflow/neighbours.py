"""The labelled items near an item, as pages and prompts need them. Knows who may be an example for whom.

Only items to train on are ever neighbours; an item and its near-duplicates are never its own.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy.orm import Session

from classifier.examples import Example
from storage import embeddings, training
from storage.database import Database
from storage.training import ExampleRow
from workflow.errors import Unavailable
from workflow.example_index import ExampleIndex, Hit
from workflow.identity import text_hash
from workflow.live_models import LiveModels
from workflow.views import NeighbourView

NEAR = 10
"""Neighbours that are shown, and that vote."""
PATIENCE = 1.0
"""Seconds that a page waits for the index; it then shows the item without neighbours rather than not at all."""


class Neighbours:
    """Finds neighbours of stored items and of pasted texts; a correction is found by the next search."""

    def __init__(self, database: Database, models: LiveModels) -> None:
        self.database = database
        self.index = ExampleIndex(database, models)

    def of_items(self, item_ids: Sequence[int], k: int = NEAR) -> dict[int, tuple[NeighbourView, ...]]:
        """Return the items' neighbours, nearest first; none while no retriever is live."""
        try:
            if not item_ids or not self.index.refresh(PATIENCE):
                return {}
            vectors = self.index.stored_or_computed(item_ids)
        except Unavailable:
            return {}
        with self.database.read() as session:
            return self._views(session, vectors, k)

    def near_items(
        self, session: Session, item_ids: Sequence[int], k: int = NEAR
    ) -> dict[int, tuple[NeighbourView, ...]]:
        """Return the neighbours of many items, of those whose vector is stored."""
        try:
            if not self.index.refresh(PATIENCE):
                return {}
        except Unavailable:
            return {}
        stored = embeddings.list_vectors(session, self.index.version_id, item_ids)
        return self._views(session, {key: np.frombuffer(vector, "<f4") for key, vector in stored.items()}, k)

    def of_text(self, text: str, k: int = NEAR) -> tuple[NeighbourView, ...]:
        """Return the neighbours of a text that is not stored; where it is stored after all, never the item itself."""
        if not self.index.refresh(PATIENCE):
            return ()
        with self.database.read() as session:
            own = training.get_identity(session, text_hash(text)) or (0, 0)
            hits = self.index.search(self.index.encode([text]), [own], k)
            rows = training.list_examples(session, [item_id for item_id, _ in hits[0]])
        return _as_views(hits[0], rows)

    def examples(self, item_ids: Sequence[int], k: int = NEAR) -> list[list[Example]]:
        """Return each item's neighbours, nearest first, as classifiers take them; vectors that miss are computed."""
        if not item_ids or not self.index.refresh():
            return [[] for _ in item_ids]
        vectors = self.index.stored_or_computed(item_ids)
        with self.database.read() as session:
            hits, rows = self._search(session, vectors, k)
        return [as_examples(hits.get(item_id, ()), rows) for item_id in item_ids]

    def _views(
        self, session: Session, vectors: Mapping[int, np.ndarray], k: int
    ) -> dict[int, tuple[NeighbourView, ...]]:
        hits, rows = self._search(session, vectors, k)
        return {item_id: _as_views(found, rows) for item_id, found in hits.items()}

    def _search(
        self, session: Session, vectors: Mapping[int, np.ndarray], k: int
    ) -> tuple[dict[int, list[Hit]], dict[int, ExampleRow]]:
        if not vectors:
            return {}, {}
        texts = training.list_texts(session, list(vectors))
        own = [(item_id, texts[item_id][1] if item_id in texts else 0) for item_id in vectors]
        found = self.index.search(np.stack(list(vectors.values())), own, k)
        hits = dict(zip(vectors, found, strict=True))
        return hits, training.list_examples(session, sorted({item_id for row in found for item_id, _ in row}))


def as_examples(hits: Sequence[Hit], rows: Mapping[int, ExampleRow]) -> list[Example]:
    """Return hits as examples for a prompt; items that lost their truth meanwhile are left out."""
    return [
        Example(row.text, tuple(row.labels), item_id, row.cluster, similarity)
        for item_id, similarity in hits
        if (row := rows.get(item_id))
    ]


def views_as_examples(views: Sequence[NeighbourView]) -> list[Example]:
    """Return neighbours as examples for a prompt."""
    return [Example(view.text, view.labels, view.item_id, similarity=view.similarity) for view in views]


def _as_views(hits: Sequence[Hit], rows: Mapping[int, ExampleRow]) -> tuple[NeighbourView, ...]:
    return tuple(
        NeighbourView(item_id, row.text, tuple(row.labels), round(similarity, 4), row.origin, row.person)
        for item_id, similarity in hits
        if (row := rows.get(item_id))
    )

"""The labelled items near an item, as pages and prompts need them. Knows who may be an example for whom.

Only items to train on are ever neighbours; an item and its near-duplicates are never its own.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from sqlalchemy.orm import Session

from classifier.examples import Example
from storage import examples, training
from storage.database import Database
from storage.examples import ExampleRow
from workflow.errors import Loading, Unavailable
from workflow.example_index import ExampleIndex, Hit, Place
from workflow.identity import text_hash
from workflow.live_models import LiveModels
from workflow.views import NearLabels, NeighbourView

NEAR = 10
"""Neighbours that are shown, and that vote."""
PATIENCE = 1.0
"""Seconds that a page waits for the index; it then shows the item without neighbours rather than not at all."""


class Neighbours:
    """Finds neighbours of stored items and of pasted texts; a correction is found by the next search."""

    def __init__(self, database: Database, models: LiveModels) -> None:
        self.database = database
        self.index = ExampleIndex(database, models)

    def of_items(
        self, session: Session, item_ids: Sequence[int], k: int = NEAR
    ) -> dict[int, tuple[NeighbourView, ...]]:
        """Return the items' neighbours, nearest first; none while no retriever is live.

        Vectors that miss are computed and stored.
        """
        try:
            if not item_ids or not self.index.refresh(PATIENCE, session):
                return {}
            hits, rows = self._search(session, self.index.locate(session, item_ids), k)
        except Unavailable:
            return {}
        return {item_id: _as_views(found, rows) for item_id, found in hits.items()}

    def labels_near(
        self, session: Session, item_ids: Sequence[int], k: int = NEAR
    ) -> dict[int, tuple[NearLabels, ...]]:
        """Return the labels of the items' neighbours, nearest first, for an export of very many items.

        Items without a stored vector are left out: computing theirs is left to the worker.
        """
        try:
            # Waits, as no page does. The index is read by a session of its own: this one may be older than the index.
            if not self.index.refresh():
                return {}
        except Unavailable:
            return {}
        with self.database.read() as reading:
            hits = self._hits(self.index.locate(reading, item_ids, compute=False), k)
        labels = examples.list_labels(session, _all_of(hits))
        return {
            item_id: tuple(
                NearLabels(near, round(similarity, 4), tuple(labels[near]))
                for near, similarity in found
                if near in labels
            )
            for item_id, found in hits.items()
        }

    def awaited(self) -> Loading | None:
        """Return what keeps neighbours from being found yet, None where nothing does: asking again later finds more."""
        return Loading("The labelled items are still being indexed.") if self.index.is_behind else None

    def of_text(self, text: str, k: int = NEAR, patience: float | None = None) -> tuple[NeighbourView, ...]:
        """Return the neighbours of a text that is not stored; where it is stored after all, never the item itself.

        Raise `Loading` where the retriever takes longer than `patience` seconds to load.
        """
        if not self.index.refresh(PATIENCE):
            return ()
        vector = self.index.encode([text], patience)
        with self.database.read() as session:
            own = training.get_identity(session, text_hash(text)) or (0, 0)
            hits = self.index.search(vector, [own], k)
            rows = examples.list_rows(session, [item_id for item_id, _ in hits[0]])
        return _as_views(hits[0], rows)

    def examples(self, item_ids: Sequence[int], k: int = NEAR) -> list[list[Example]]:
        """Return each item's neighbours, nearest first, as classifiers take them; vectors that miss are computed."""
        if not item_ids or not self.index.refresh():
            return [[] for _ in item_ids]
        with self.database.read() as session:
            hits, rows = self._search(session, self.index.locate(session, item_ids), k)
        return [as_examples(hits.get(item_id, ()), rows) for item_id in item_ids]

    def _search(
        self, session: Session, places: Mapping[int, Place], k: int
    ) -> tuple[dict[int, list[Hit]], dict[int, ExampleRow]]:
        hits = self._hits(places, k)
        return hits, examples.list_rows(session, _all_of(hits))

    def _hits(self, places: Mapping[int, Place], k: int) -> dict[int, list[Hit]]:
        if not places:
            return {}
        own = [(item_id, cluster) for item_id, (cluster, _) in places.items()]
        found = self.index.search(np.stack([vector for _, vector in places.values()]), own, k)
        return dict(zip(places, found, strict=True))


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


def _all_of(hits: Mapping[int, Sequence[Hit]]) -> list[int]:
    return sorted({item_id for found in hits.values() for item_id, _ in found})


def _as_views(hits: Sequence[Hit], rows: Mapping[int, ExampleRow]) -> tuple[NeighbourView, ...]:
    return tuple(
        NeighbourView(item_id, row.text, tuple(row.labels), round(similarity, 4), row.origin, row.person)
        for item_id, similarity in hits
        if (row := rows.get(item_id))
    )

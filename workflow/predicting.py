"""Asks versions about stored items and stores what they say. Knows no job; those of the worker call it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from classifier.watch import Unwatched, Watch
from storage import predictions, training
from storage.database import Database
from storage.predictions import PredictionRow
from workflow import standings
from workflow.live_models import LiveModel, LiveVersion
from workflow.neighbours import Neighbours
from workflow.questions import questions
from workflow.training_data import Snapshot

if TYPE_CHECKING:
    from classifier.reading import TokensRead

CHUNK = 256
"""Items a step: few enough that a stop is heeded soon, enough to sort them into batches of equal length."""
FLOOR = 0.01
"""Scores below it are not stored: they decide nothing and would fill the disk."""

Scores = NDArray[np.float32]


@dataclass(frozen=True)
class Predictor:
    """Predicts stored items; computes first, then writes in one short transaction."""

    database: Database
    neighbours: Neighbours

    def predict(self, live: LiveModel, item_ids: Sequence[int], watch: Watch = Unwatched()) -> None:
        """Store what a version says of those of the items of which it has not spoken yet."""
        for start, chunk in chunks(item_ids):
            watch.progress(start / len(item_ids), f"predicting, {start} of {len(item_ids)} items")
            self.say(live, chunk)

    def say(self, live: LiveModel, item_ids: Sequence[int], watch: Watch = Unwatched()) -> None:
        """Store what a version says of a few items of which it has not spoken yet."""
        with self.database.read() as session:
            spoken = predictions.list_predicted(session, live.version.id, item_ids)
        self.say_again(live, [item_id for item_id in item_ids if item_id not in spoken], watch)

    def say_again(self, live: LiveModel, item_ids: Sequence[int], watch: Watch = Unwatched()) -> None:
        """Store what a version says of a few items now, in place of what it said before, and what follows from it."""
        with self.database.read() as session:
            texts = training.list_texts(session, item_ids)
        present = [item_id for item_id in item_ids if item_id in texts]
        if not present:
            return
        asked = questions(self.neighbours, live.model, present, [texts[item_id][0] for item_id in present])
        scores, shown, read = asked.ask(live.model, watch), asked.shown(live.model), live.model.tokens_read(asked.texts)
        with self.database.write() as session:
            said = rows(live.version, present, scores, shown, read)
            # In one transaction: of an item whose place is not that of its predictions, nobody would hear again.
            standings.refresh(session, predictions.write_predictions(session, live.version.id, said))

    def count(self, live: LiveModel, item_ids: Sequence[int]) -> None:
        """Store how much of a few items' texts a version read when it spoke of them."""
        with self.database.read() as session:
            texts = training.list_texts(session, item_ids)
        read = live.model.tokens_read([text for text, _ in texts.values()])
        with self.database.write() as session:
            predictions.write_counts(session, live.version.id, dict(zip(texts, read, strict=True)))

    def settle(self, item_ids: Sequence[int]) -> None:
        """Draw the conclusions anew: claims and standings of items."""
        with self.database.write() as session:
            standings.refresh(session, list(item_ids))


def embed_labelled(neighbours: Neighbours, snapshot: Snapshot, watch: Watch) -> None:
    """Compute the vectors of all labelled items, so that every one of them can be a neighbour or have some."""
    index = neighbours.index
    if not index.refresh():
        return
    ids = [item.id for split in (snapshot.train, snapshot.validation, snapshot.gold) for item in split]
    for start, chunk in chunks(ids):
        watch.progress(start / len(ids), f"vectors of {start:,} of {len(ids):,} labelled items")
        index.stored_or_computed(chunk)
    index.compare_soon()


def rows(
    version: LiveVersion,
    item_ids: Sequence[int],
    scores: Scores,
    shown: Sequence[tuple[int, ...]],
    read: Sequence["TokensRead"],
) -> list[PredictionRow]:
    """Turn scores [n, labels], the ids of the examples in each prompt and how much was read into what is stored."""
    proposed = np.asarray(scores) >= np.asarray(version.thresholds, dtype=np.float32)
    kept = proposed | (np.asarray(scores) >= FLOOR)
    labels = version.label_ids
    return [
        PredictionRow(
            item_id,
            {labels[column]: round(float(scores[row, column]), 4) for column in np.flatnonzero(kept[row])},
            tuple(labels[column] for column in np.flatnonzero(proposed[row])),
            shown[row],
            read[row].read,
            read[row].total,
        )
        for row, item_id in enumerate(item_ids)
    ]


def chunks(item_ids: Sequence[int], size: int = CHUNK) -> Iterator[tuple[int, Sequence[int]]]:
    """Cut a sequence into pieces; each comes with its place."""
    for start in range(0, len(item_ids), size):
        yield start, item_ids[start : start + size]

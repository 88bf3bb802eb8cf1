"""The dashboard of disagreements and its CSV: the same items, kinds and bands as the queue's, by the same filter."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, TextIO

from sqlalchemy.orm import Session

from storage import cells, items, queue
from storage.database import Database
from storage.items import StoredItem
from workflow.disagreement_csv import COLUMNS, NEIGHBOURS, cells_of, checked_columns
from workflow.disagreement_maps import PairList, StanceMap, pair_list, stance_map
from workflow.neighbours import Neighbours
from workflow.standings import Voices, list_voices
from workflow.views import DisagreementRow, NearLabels, QueueFilter, TruthView
from workflow.voices import Context, classifier_views, truth_view

CHUNK = 500
"""Items that are in memory at a time while exporting."""
PAIRS = 30
"""Pairs that a person reads at once."""


@dataclass(frozen=True)
class Disagreements:
    """The use cases of the disagreement page."""

    database: Database
    neighbours: Neighbours
    columns: ClassVar[tuple[str, ...]] = tuple(COLUMNS)
    """Those of the CSV, in its order."""

    def counts(self, chosen: QueueFilter) -> dict[tuple[str, str], int]:
        """Count the filter's items by (kind, band); items that no classifier has seen have the kind ""."""
        with self.database.read() as session:
            return cells.count_by_kind_and_band(session, chosen)

    def stances(self, chosen: QueueFilter, against: str) -> StanceMap:
        """Count the filter's items by label and by how each classifier stands to it, the most contested label first."""
        with self.database.read() as session:
            return stance_map(session, chosen, against)

    def pairs(self, chosen: QueueFilter, classifier: str, rival: str, limit: int = PAIRS) -> PairList:
        """Count the filter's items by what one classifier says where the other says something else."""
        with self.database.read() as session:
            return pair_list(session, chosen, classifier, rival, limit)

    def page(self, chosen: QueueFilter, limit: int = 50, offset: int = 0) -> tuple[list[DisagreementRow], int]:
        """Return one page of rows and the number of all."""
        with self.database.read() as session:
            rows = _rows(session, Context.read(session), queue.list_ids(session, chosen, limit, offset), {})
            return rows, queue.count_items(session, chosen)

    def export(self, chosen: QueueFilter, stream: TextIO, columns: Sequence[str] = ()) -> int:
        """Write exactly the filter's items as CSV, one row an item, by default with all columns; return their number.

        The stream is opened by the caller as UTF-8 with BOM and `newline=""`. Memory holds one page at a time.
        """
        names = checked_columns(columns)
        writer = csv.writer(stream)
        writer.writerow(names)
        written = 0
        for row in self._all_rows(chosen, with_neighbours=NEIGHBOURS in names):
            writer.writerow(cells_of(row, names))
            written += 1
        return written

    def _all_rows(self, chosen: QueueFilter, *, with_neighbours: bool) -> Iterator[DisagreementRow]:
        # The ids are read at once, on one snapshot: what arrives or changes meanwhile moves no row.
        with self.database.read() as session:
            ids = session.scalars(queue.ordered_ids(session, chosen)).all()
            context = Context.read(session)
            for start in range(0, len(ids), CHUNK):
                chunk = ids[start : start + CHUNK]
                near = self.neighbours.labels_near(session, chunk) if with_neighbours else {}
                yield from _rows(session, context, chunk, near)


def _rows(
    session: Session,
    context: Context,
    item_ids: Sequence[int],
    near: Mapping[int, tuple[NearLabels, ...]],
) -> list[DisagreementRow]:
    voices = list_voices(session, item_ids)
    return [
        _row(context, item, voices[item.id], truth_view(context, voices[item.id].known), near)
        for item in items.list_items(session, item_ids)
    ]


def _row(
    context: Context,
    item: StoredItem,
    voices: Voices,
    truth: TruthView | None,
    near: Mapping[int, tuple[NearLabels, ...]],
) -> DisagreementRow:
    return DisagreementRow(
        item_id=item.id,
        external_id=item.external_id,
        published_at=item.published_at,
        source=item.source,
        text=item.text,
        truth=truth.labels if truth else None,
        origin=truth.origin if truth else "",
        annotator=truth.person if truth else "",
        decided_at=truth.at if truth else None,
        said=classifier_views(context, voices),
        kind=item.kind,
        band=item.band,
        score=item.instructive,
        neighbours=near.get(item.id, ()),
    )

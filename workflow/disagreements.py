"""The dashboard of disagreements and its CSV: the same items, kinds and bands as the queue's, by the same filter."""

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TextIO

from sqlalchemy.orm import Session

from classifier.examples import CLASSIFIERS
from storage import items, queue, truths
from storage.database import Database
from storage.tables import Item, Standing
from workflow.csv_safe import safe_row
from workflow.neighbours import Neighbours
from workflow.standings import Voices, list_voices
from workflow.views import ClassifierView, DisagreementRow, NeighbourView, QueueFilter, TruthView
from workflow.voices import Context, classifier_views, truth_view

PAGE = 500
"""Items that are in memory at a time while exporting."""

COLUMNS = (
    "id",
    "external_id",
    "date",
    "source",
    "text",
    "truth",
    "truth_origin",
    "annotator",
    "annotated_at",
    *(f"{name}_{part}" for name in CLASSIFIERS for part in ("labels", "scores", "version")),
    "kind",
    "band",
    "score",
    "neighbours",
)


@dataclass(frozen=True)
class Disagreements:
    """The use cases of the disagreement page."""

    database: Database
    neighbours: Neighbours

    def counts(self, chosen: QueueFilter) -> dict[tuple[str, str], int]:
        """Count the filter's items by (kind, band); items that no classifier has seen have the kind ""."""
        with self.database.read() as session:
            return queue.count_by_kind_and_band(session, chosen)

    def page(self, chosen: QueueFilter, limit: int = 50, offset: int = 0) -> tuple[list[DisagreementRow], int]:
        """Return one page of rows and the number of all."""
        with self.database.read() as session:
            rows = _rows(session, queue.list_ids(session, chosen, limit, offset))
            return rows, queue.count_items(session, chosen)

    def export(self, chosen: QueueFilter, stream: TextIO) -> int:
        """Write exactly the filter's items as CSV, one row an item; return their number.

        The stream is opened by the caller as UTF-8 with BOM and `newline=""`. Memory holds one page at a time.
        """
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        written = 0
        for row in self._all_rows(chosen):
            writer.writerow(safe_row(_cells(row)))
            written += 1
        return written

    def _all_rows(self, chosen: QueueFilter) -> Iterator[DisagreementRow]:
        # The ids are read at once, on one snapshot: what arrives or changes meanwhile moves no row.
        with self.database.read() as session:
            ids = session.scalars(queue.ordered_ids(session, chosen)).all()
            for start in range(0, len(ids), PAGE):
                chunk = ids[start : start + PAGE]
                yield from _rows(session, chunk, self.neighbours.near_items(session, chunk))
                session.expunge_all()


def _rows(
    session: Session, item_ids: Sequence[int], near: Mapping[int, tuple[NeighbourView, ...]] = MappingProxyType({})
) -> list[DisagreementRow]:
    context = Context.read(session)
    voices = list_voices(session, item_ids)
    known = truths.list_truths(session, item_ids)
    standings = items.list_standings(session, item_ids)
    return [
        _row(context, item, voices[item.id], truth_view(context, known.get(item.id)), standings[item.id], near)
        for item in items.list_items(session, item_ids)
    ]


def _row(
    context: Context,
    item: Item,
    voices: Voices,
    truth: TruthView | None,
    standing: Standing,
    near: Mapping[int, tuple[NeighbourView, ...]],
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
        kind=standing.kind,
        band=standing.band,
        score=standing.instructive,
        neighbours=near.get(item.id, ()),
    )


def _cells(row: DisagreementRow) -> list[str]:
    return [
        str(row.item_id),
        row.external_id,
        row.published_at.isoformat() if row.published_at else "",
        row.source,
        row.text,
        joined(row.truth or ()),
        row.origin,
        row.annotator,
        row.decided_at.isoformat() if row.decided_at else "",
        *(cell for name in CLASSIFIERS for cell in _said(row.said[name])),
        row.kind,
        row.band,
        f"{row.score:.4f}",
        json.dumps(
            [[near.item_id, round(near.similarity, 4), *near.labels] for near in row.neighbours], ensure_ascii=False
        )
        if row.neighbours
        else "",
    ]


def _said(view: ClassifierView | None) -> list[str]:
    if view is None:
        return ["", "", ""]
    scores = {name: round(score, 4) for name, score in view.scores.items() if name in view.labels}
    return [joined(view.labels), json.dumps(scores, ensure_ascii=False), str(view.version)]


def joined(names: Sequence[str]) -> str:
    """Return labels in one cell; a separator in a name makes it a JSON list, so that nothing is ambiguous."""
    return json.dumps(list(names), ensure_ascii=False) if any("|" in name for name in names) else "|".join(names)

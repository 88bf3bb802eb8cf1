"""The triage desk: hand out items, show all that is said of them, take what people say. Knows no page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from storage import annotations, items, queue, truths
from storage.database import Database
from storage.queue import ORDERS
from storage.tables import Item, Standing
from workflow.annotating import Said, annotate, undo
from workflow.errors import BadInput, NotFound
from workflow.live import Live
from workflow.neighbours import Neighbours
from workflow.standings import list_voices, refresh
from workflow.views import (
    AnnotationView,
    ClassifierView,
    ItemResult,
    ItemRow,
    ItemView,
    NeighbourView,
    NoItem,
    QueueFilter,
    Submitted,
    Undone,
)
from workflow.voices import Context, classifier_views, disagreement_view, truth_view

TEXT_LENGTH = 100_000
"""Characters of a pasted text; more is no news item."""


@dataclass(frozen=True)
class Triage:
    """The use cases of the triage page."""

    database: Database
    live: Live
    neighbours: Neighbours

    def next_item(self, chosen: QueueFilter, person: str, after: int | None = None) -> ItemResult | NoItem:
        """Hand the person the first item of the queue, or the first behind `after`, that nobody else has in hand."""
        _check(chosen)
        with self.database.write() as session:
            item_id = queue.get_next_id(session, chosen, person, after)
            if item_id is not None:
                queue.lease(session, item_id, person)
        if item_id is not None:
            return self.item(item_id)
        return NoItem(self._why_empty(chosen, after))

    def _why_empty(self, chosen: QueueFilter, after: int | None) -> str:
        if after is not None and self.count(chosen):
            return "This was the last item of this filter."
        if chosen == QueueFilter(order=chosen.order):
            return "Every item is labelled. Import more, or look at the disagreements with what people said."
        return "No item fits this filter. Widen it, or choose another one."

    def item(self, item_id: int) -> ItemResult:
        """Return all that is known of an item."""
        near = self.neighbours.of_item(item_id)
        with self.database.read() as session:
            item, standing = items.get_item(session, item_id), items.get_standing(session, item_id)
            if item is None or standing is None:
                raise NotFound(f"There is no item {item_id}.")
            context = Context.read(session)
            voices = list_voices(session, [item_id])[item_id]
            said = classifier_views(context, voices)
            return ItemResult(
                item=item_view(item, standing),
                truth=truth_view(context, truths.get_truth(session, item_id)),
                classifiers=said,
                neighbours=near,
                disagreement=disagreement_view(context, voices, standing.instructive),
                history=_history(session, item_id),
                conflicts=tuple(tuple(labels) for labels in items.list_conflicts(session, item_id)),
                unavailable=self._silent(session, said, near),
            )

    def _silent(
        self, session: Session, said: Mapping[str, ClassifierView | None], near: Sequence[NeighbourView]
    ) -> dict[str, str]:
        why = self.live.silent(session, [name for name, view in said.items() if view is None])
        if not near and self.neighbours.index.is_behind:
            why["neighbours"] = "The labelled items are still being indexed."
        return why

    def classify(self, text: str) -> ItemResult:
        """Ask the live versions about a text that is not stored."""
        if not text.strip():
            raise BadInput("There is no text to classify.")
        if len(text) > TEXT_LENGTH:
            raise BadInput(f"The text has {len(text)} characters; {TEXT_LENGTH} are possible.")
        return self.live.classify(text)

    def submit(
        self,
        item_id: int,
        labels: Sequence[str],
        token: str = "",
        seen_version: int | None = None,
        note: str = "",
        person: str = "analyst",
    ) -> Submitted:
        """Store the person's labels as the item's truth."""
        chosen = tuple(dict.fromkeys(labels))
        return self._say(Said(item_id, "submitted", person, token, chosen, note, seen_version))

    def skip(self, item_id: int, note: str = "", token: str = "", person: str = "analyst") -> Submitted:
        """Leave an item undecided."""
        return self._say(Said(item_id, "skipped", person, token, note=note))

    def flag(self, item_id: int, note: str = "", token: str = "", person: str = "analyst") -> Submitted:
        """Put an item aside for somebody who knows more."""
        return self._say(Said(item_id, "flagged", person, token, note=note))

    def _say(self, said: Said) -> Submitted:
        with self.database.write() as session:
            submitted = annotate(session, said)
            if not submitted.repeated:
                refresh(session, [said.item_id])
            return submitted

    def undo(self, person: str = "analyst") -> Undone:
        """Take back the person's last annotation."""
        with self.database.write() as session:
            undone = undo(session, person)
            refresh(session, [undone.item_id])
            return undone

    def search(
        self, query: str, chosen: QueueFilter = QueueFilter(state=""), limit: int = 50, offset: int = 0
    ) -> tuple[list[ItemRow], int]:
        """Return the filter's items whose text holds every word of the query, and the number of all."""
        _check(chosen)
        narrowed = QueueFilter(**{**vars(chosen), "text": f"{chosen.text} {query}".strip()})
        with self.database.read() as session:
            context = Context.read(session)
            ids = queue.list_ids(session, narrowed, limit, offset)
            known = truths.list_truths(session, ids)
            standings = items.list_standings(session, ids)
            rows = [
                ItemRow(item_view(item, standings[item.id]), truth_view(context, known.get(item.id)))
                for item in items.list_items(session, ids)
            ]
            return rows, queue.count_items(session, narrowed)

    def count(self, chosen: QueueFilter) -> int:
        """Count the filter's items."""
        _check(chosen)
        with self.database.read() as session:
            return queue.count_items(session, chosen)

    def sources(self) -> list[str]:
        """Return the names of the sources."""
        with self.database.read() as session:
            return list(queue.list_sources(session))


def item_view(item: Item, standing: Standing) -> ItemView:
    """Return an item as pages show it."""
    return ItemView(
        id=item.id,
        text=item.text,
        external_id=item.external_id,
        source=item.source,
        published_at=item.published_at,
        companies=tuple(item.companies),
        split=item.split,
        state=standing.state,
        row_version=item.row_version,
    )


def _check(chosen: QueueFilter) -> None:
    if chosen.order not in ORDERS:
        raise BadInput(f"There is no order {chosen.order!r}; there are {', '.join(ORDERS)}.")


def _history(session: Session, item_id: int) -> tuple[AnnotationView, ...]:
    return tuple(
        AnnotationView(row.id, row.kind, tuple(row.labels), row.note, row.person, row.created_at)
        for row in annotations.list_history(session, item_id)
    )

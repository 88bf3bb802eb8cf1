"""The triage desk: hand out items, show all that is said of them, take what people say. Knows no page."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from storage import items, queue, standings, truths, versions
from storage.database import Database
from storage.queue import ORDERS
from workflow.annotating import Said, annotate, undo
from workflow.errors import BadInput, Loading, Refused
from workflow.item_results import ItemResults, item_view
from workflow.live import Live
from workflow.neighbours import Neighbours
from workflow.predicting import Predictor
from workflow.standings import refresh
from workflow.turns import Turns
from workflow.views import ItemResult, ItemRow, NoItem, QueueFilter, Submitted, Undone
from workflow.voices import Context, truth_view

TEXT_LENGTH = 100_000
"""Characters of a pasted text; more is no news item."""


@dataclass(frozen=True)
class Triage:
    """The use cases of the triage page."""

    database: Database
    live: Live
    neighbours: Neighbours
    turns: Turns = field(default_factory=Turns)

    @property
    def results(self) -> ItemResults:
        """What reads items."""
        return ItemResults(self.database, self.live, self.neighbours)

    def next_item(self, chosen: QueueFilter, person: str, after: int | None = None) -> ItemResult | NoItem:
        """Hand the person the first item of the queue, or the first behind `after`, that nobody else has in hand."""
        handed = self.next_items(chosen, person, after)
        return handed[0] if handed else NoItem(self.why_empty(chosen, after))

    def next_items(
        self,
        chosen: QueueFilter,
        person: str,
        after: int | None = None,
        limit: int = 1,
        without: Sequence[int] = (),
    ) -> list[ItemResult]:
        """Hand the person several items, but none of `without`: those they are looking at or have just decided."""
        _check(chosen)
        with self.turns.one():
            # Who has which item in hand may be forgotten when the power fails.
            with self.database.write(durable=False) as session:
                item_ids = queue.list_next_ids(session, chosen, person, after, limit, without)
                if item_ids:
                    queue.lease(session, item_ids, person)
            return self.results.many(item_ids)

    def why_empty(self, chosen: QueueFilter, after: int | None) -> str:
        """Say why there is no next item, and what can be done."""
        if after is not None and self.count(chosen):
            return "This was the last item of this filter."
        if chosen == QueueFilter(order=chosen.order):
            if not self.count(QueueFilter(state="")):
                return "There are no items yet. Import a file on the Data tab."
            return "Every item is labelled. Import more, or look at the disagreements with what people said."
        return "No item fits this filter. Widen it, or choose another one."

    def item(self, item_id: int) -> ItemResult:
        """Return all that is known of an item."""
        return self.results.one(item_id)

    def speakers(self, item_id: int) -> list[str]:
        """Return the classifiers that the item's page shows speaking; none where the item is gone."""
        with self.database.read() as session:
            live = versions.list_live(session)
            return sorted(name for _, name in standings.list_spoken(session, [item_id]) if name in live)

    def ask_again(self, item_id: int, patience: float | None = None) -> ItemResult:
        """Ask the prompt classifier about an item with the neighbours of now, and store what it says.

        A model that takes longer than `patience` seconds to load is not asked; the result says so.
        """
        try:
            live = self.live.models.classifier("prompt", patience)
        except Loading as why:
            found = self.item(item_id)
            return replace(
                found, unavailable=found.unavailable | {"prompt": str(why)}, loading=(*found.loading, "prompt")
            )
        if live is None:
            raise Refused("The prompted LLM has no version yet: start a retraining.")
        predictor = Predictor(self.database, self.neighbours)
        predictor.say_again(live, [item_id])
        return self.item(item_id)

    def classify(self, text: str, patience: float | None = None) -> ItemResult:
        """Ask the live versions about a text that is not stored; `Live.classify` says more."""
        if not text.strip():
            raise BadInput("There is no text to classify.")
        if len(text) > TEXT_LENGTH:
            raise BadInput(f"The text has {len(text)} characters; {TEXT_LENGTH} are possible.")
        return self.live.classify(text, patience)

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
        with self.turns.one(), self.database.write() as session:
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
            rows = [
                ItemRow(item_view(item), truth_view(context, known.get(item.id)))
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


def _check(chosen: QueueFilter) -> None:
    if chosen.order not in ORDERS:
        raise BadInput(f"There is no order {chosen.order!r}; there are {', '.join(ORDERS)}.")

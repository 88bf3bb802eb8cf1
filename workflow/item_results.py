"""Assembles all that is known of items, as the triage page shows it. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from storage import annotations, items, truths
from storage.database import Database
from storage.tables import Item, Standing
from workflow.cuts import tell_cuts
from workflow.errors import NotFound
from workflow.live import Live
from workflow.neighbours import Neighbours
from workflow.standings import Voices, list_voices
from workflow.views import AnnotationView, ClassifierView, ItemResult, ItemView, NeighbourView
from workflow.voices import Context, classifier_views, disagreement_view, truth_view


@dataclass(frozen=True)
class ItemResults:
    """Reads items with everything that is said of them, several at once for the price of little more than one."""

    database: Database
    live: Live
    neighbours: Neighbours

    def one(self, item_id: int) -> ItemResult:
        """Return all that is known of an item; raise `NotFound` for an unknown one."""
        if (found := self.many([item_id])) == []:
            raise NotFound(f"There is no item {item_id}.")
        return found[0]

    def many(self, item_ids: Sequence[int]) -> list[ItemResult]:
        """Return all that is known of those of the items that are there, in this order."""
        near = {item_id: self.neighbours.of_item(item_id) for item_id in item_ids}
        with self.database.read() as session:
            voices = list_voices(session, item_ids)
            context = Context.read(session, voices.values())
            rows = {row.id: row for row in items.list_items(session, item_ids)}
            standings = items.list_standings(session, item_ids)
            results = [
                self._result(session, context, (rows[item_id], standings[item_id]), voices[item_id], near[item_id])
                for item_id in item_ids
                if item_id in rows and item_id in standings
            ]
        return [tell_cuts(self.live.models, context.live, result) for result in results]

    def _result(
        self,
        session: Session,
        context: Context,
        row: tuple[Item, Standing],
        voices: Voices,
        near: tuple[NeighbourView, ...],
    ) -> ItemResult:
        item, standing = row
        said = classifier_views(context, voices)
        return ItemResult(
            item=item_view(item, standing),
            truth=truth_view(context, truths.get_truth(session, item.id)),
            classifiers=said,
            neighbours=near,
            disagreement=disagreement_view(context, voices, standing.instructive),
            history=_history(session, item.id),
            conflicts=tuple(tuple(labels) for labels in items.list_conflicts(session, item.id)),
            unavailable=self._silent(session, said, near),
        )

    def _silent(
        self, session: Session, said: Mapping[str, ClassifierView | None], near: Sequence[NeighbourView]
    ) -> dict[str, str]:
        why = self.live.silent(session, [name for name, view in said.items() if view is None])
        if not near and self.neighbours.index.is_behind:
            why["neighbours"] = "The labelled items are still being indexed."
        return why


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


def _history(session: Session, item_id: int) -> tuple[AnnotationView, ...]:
    return tuple(
        AnnotationView(row.id, row.kind, tuple(row.labels), row.note, row.person, row.created_at)
        for row in annotations.list_history(session, item_id)
    )

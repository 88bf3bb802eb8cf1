"""Assembles all that is known of items, as the triage page shows it. Changes nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from storage import annotations, items
from storage.annotations import Remark
from storage.database import Database
from storage.items import StoredItem
from workflow.errors import NotFound
from workflow.live import Live
from workflow.neighbours import Neighbours
from workflow.standings import list_voices
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
        with self.database.read() as session:
            near = self.neighbours.of_items(session, item_ids)
            voices = list_voices(session, item_ids)
            context = Context.read(session, voices.values(), self.live.models.rows(session))
            said = annotations.list_histories(session, item_ids)
            conflicts = items.list_conflicts(session, item_ids)
            return [
                ItemResult(
                    item=item_view(item),
                    truth=truth_view(context, voices[item.id].known),
                    classifiers=(views := classifier_views(context, voices[item.id])),
                    neighbours=near.get(item.id, ()),
                    disagreement=disagreement_view(context, voices[item.id], item.instructive),
                    history=tuple(map(_annotation_view, said.get(item.id, ()))),
                    conflicts=tuple(map(tuple, conflicts.get(item.id, ()))),
                    unavailable=(why := self._silent(session, views, near.get(item.id, ()))),
                    loading=("neighbours",) if "neighbours" in why else (),
                )
                for item in items.list_items(session, item_ids)
            ]

    def _silent(
        self, session: Session, said: Mapping[str, ClassifierView | None], near: Sequence[NeighbourView]
    ) -> dict[str, str]:
        why = self.live.silent(session, [name for name, view in said.items() if view is None])
        if not near and (awaited := self.neighbours.awaited()):
            why["neighbours"] = str(awaited)
        return why


def item_view(item: StoredItem) -> ItemView:
    """Return an item as pages show it."""
    return ItemView(
        id=item.id,
        text=item.text,
        external_id=item.external_id,
        source=item.source,
        published_at=item.published_at,
        companies=tuple(item.companies),
        split=item.split,
        state=item.state,
        row_version=item.row_version,
    )


def _annotation_view(said: Remark) -> AnnotationView:
    return AnnotationView(said.id, said.kind, tuple(said.labels), said.note, said.person, said.at)

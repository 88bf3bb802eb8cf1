"""The disagreements tab: maps of who differs from whom on what, the items of a cell, and their CSV.

The DOM is built by `static/disagreements.js`; maps, table and CSV use one filter, the queue's.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ui.filters import BANDS, KINDS, ORDERS, STANCE_FIELDS, STATES, Chosen, filter_from
from ui.view import draw_view
from workflow.errors import BadInput
from workflow.roles import Actor
from workflow.use_cases import UseCases
from workflow.views import QueueFilter

Fields = dict[str, Any]
PAGE = 25
LONGEST_PAGE = 200


def draw_disagreements_tab(use_cases: UseCases) -> None:
    """Draw the tab; everything in it is one view."""
    ask = DisagreementHandlers(use_cases)
    draw_view("disagreements", [ask.setup, ask.page, ask.kinds, ask.stances, ask.pairs])


@dataclass(frozen=True)
class DisagreementHandlers:
    """What the disagreements page may ask."""

    use_cases: UseCases

    def setup(self, by: Actor) -> Fields:
        """Return what the page can choose from."""
        return {
            "labels": self.use_cases.labels.list(),
            "sources": self.use_cases.triage.sources(),
            "orders": ORDERS,
            "states": STATES,
            "kinds": KINDS,
            "bands": BANDS,
            "columns": self.use_cases.disagreements.columns,
        }

    def page(self, by: Actor, filter: Chosen = None, limit: int = PAGE, offset: int = 0) -> Fields:
        """Return one page of rows, and the number of all."""
        if not 1 <= limit <= LONGEST_PAGE or offset < 0:
            raise BadInput(f"A page has 1 to {LONGEST_PAGE} rows and starts at 0 or later.")
        rows, total = self.use_cases.disagreements.page(filter_from(filter), limit, offset)
        return {"rows": rows, "total": total}

    def kinds(self, by: Actor, filter: Chosen = None) -> Fields:
        """Count the filter's items by kind and band."""
        counted = self.use_cases.disagreements.counts(_without(filter, ("kind", "band")))
        return {"counts": [{"kind": kind, "band": band, "count": count} for (kind, band), count in counted.items()]}

    def stances(self, by: Actor, filter: Chosen = None, against: str = "people") -> Fields:
        """Count the filter's items by label and by how each classifier stands to it."""
        return {"map": self.use_cases.disagreements.stances(_without(filter, STANCE_FIELDS), against)}

    def pairs(self, by: Actor, classifier: str, rival: str, filter: Chosen = None) -> Fields:
        """Count the filter's items by what one classifier says where the other says something else."""
        return {"map": self.use_cases.disagreements.pairs(_without(filter, STANCE_FIELDS), classifier, rival)}


def _without(filter: Chosen, fields: Sequence[str]) -> QueueFilter:
    """Return the filter without some fields: a map stays whole while one of its cells is chosen."""
    return replace(filter_from(filter), **dict.fromkeys(fields, ""))

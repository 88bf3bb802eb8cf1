"""The disagreements tab: how many items of which kind and band, the items themselves, and their CSV.

The DOM is built by `static/disagreements.js`; counts, table and CSV use one filter, the queue's.
"""

from dataclasses import dataclass
from typing import Any

from ui.filters import BANDS, KINDS, ORDERS, STATES, Chosen, filter_from
from ui.view import draw_view
from workflow.errors import BadInput
from workflow.use_cases import UseCases

Fields = dict[str, Any]
PAGE = 25
LONGEST_PAGE = 200


def draw_disagreements_tab(use_cases: UseCases) -> None:
    """Draw the tab; everything in it is one view."""
    ask = DisagreementHandlers(use_cases)
    draw_view("disagreements", [ask.setup, ask.page])


@dataclass(frozen=True)
class DisagreementHandlers:
    """What the disagreements page may ask."""

    use_cases: UseCases

    def setup(self, person: str) -> Fields:
        """Return what the page can choose from."""
        return {
            "labels": self.use_cases.labels.list(),
            "sources": self.use_cases.triage.sources(),
            "orders": ORDERS,
            "states": STATES,
            "kinds": KINDS,
            "bands": BANDS,
        }

    def page(self, person: str, filter: Chosen = None, limit: int = PAGE, offset: int = 0) -> Fields:
        """Return one page of rows, the number of all, and the counts by kind and band of the same filter."""
        if not 1 <= limit <= LONGEST_PAGE or offset < 0:
            raise BadInput(f"A page has 1 to {LONGEST_PAGE} rows and starts at 0 or later.")
        chosen = filter_from(filter)
        rows, total = self.use_cases.disagreements.page(chosen, limit, offset)
        return {"rows": rows, "total": total, "counts": self._counts(filter)}

    def _counts(self, filter: Chosen) -> list[Fields]:
        # The map of kinds and bands stays whole while one of its cells is chosen.
        wide = filter_from(dict(filter or {}) | {"kind": "", "band": ""} if not isinstance(filter, str) else filter)
        counted = self.use_cases.disagreements.counts(wide)
        return [{"kind": kind, "band": band, "count": count} for (kind, band), count in counted.items()]

"""The triage tab: one item with all that is said of it, and the keys that decide it.

The DOM is built by `static/triage.js`; here are the functions that it calls, thin around the use cases.
"""

from dataclasses import dataclass
from typing import Any

from ui.filters import BANDS, KINDS, ORDERS, STATES, Chosen, filter_from
from ui.view import draw_view
from workflow.use_cases import UseCases
from workflow.views import ItemResult, JobView, NoItem

Fields = dict[str, Any]
UNFINISHED = {"queued", "running"}


def draw_triage_tab(use_cases: UseCases) -> None:
    """Draw the tab; everything in it is one view."""
    ask = TriageHandlers(use_cases)
    queue = [ask.setup, ask.next_item, ask.open_item, ask.classify, ask.count, ask.progress]
    draw_view("triage", [*queue, ask.save, ask.skip, ask.flag, ask.undo])


@dataclass(frozen=True)
class TriageHandlers:
    """What the triage page may ask. The person comes first; the rest are the fields that the page sends."""

    use_cases: UseCases

    def setup(self, person: str) -> Fields:
        """Return what the page can choose from, and who is using it."""
        return {
            "person": person,
            "labels": self.use_cases.labels.list(),
            "sources": self.use_cases.triage.sources(),
            "orders": ORDERS,
            "states": STATES,
            "kinds": KINDS,
            "bands": BANDS,
        }

    def next_item(self, person: str, filter: Chosen = None, after: int | None = None) -> Fields:
        """Hand the person the next item of the queue, and tell how many are left."""
        chosen = filter_from(filter)
        result = self.use_cases.triage.next_item(chosen, person, after)
        return {"result": result, "left": self.use_cases.triage.count(chosen), "job": self._job_if_silent(result)}

    def open_item(self, person: str, item_id: int, filter: Chosen = None) -> Fields:
        """Return one item, whatever the queue's filter says."""
        result = self.use_cases.triage.item(item_id)
        left = self.use_cases.triage.count(filter_from(filter))
        return {"result": result, "left": left, "job": self._job_if_silent(result)}

    def classify(self, person: str, text: str) -> Fields:
        """Say what the classifiers make of a pasted text; nothing is stored."""
        return {"result": self.use_cases.triage.classify(text)}

    def save(
        self, person: str, item_id: int, labels: list[str], token: str, seen_version: int, note: str = ""
    ) -> Fields:
        """Store the labels that the person decided on."""
        saved = self.use_cases.triage.submit(item_id, labels, token, seen_version, note=note, person=person)
        return {"saved": saved}

    def skip(self, person: str, item_id: int, token: str, note: str = "") -> Fields:
        """Put the item aside."""
        return {"saved": self.use_cases.triage.skip(item_id, note, token, person)}

    def flag(self, person: str, item_id: int, token: str, note: str = "") -> Fields:
        """Mark the item for somebody else to look at."""
        return {"saved": self.use_cases.triage.flag(item_id, note, token, person)}

    def undo(self, person: str) -> Fields:
        """Take back the person's last annotation, and return its item."""
        undone = self.use_cases.triage.undo(person)
        return {"undone": undone, "result": self.use_cases.triage.item(undone.item_id)}

    def count(self, person: str, filter: Chosen = None) -> Fields:
        """Count what the filter lets through, without handing out an item."""
        return {"left": self.use_cases.triage.count(filter_from(filter))}

    def progress(self, person: str) -> Fields:
        """Return the job that works now or waits, if there is one."""
        return {"job": self._unfinished_job()}

    def _job_if_silent(self, result: ItemResult | NoItem) -> JobView | None:
        silent = isinstance(result, ItemResult) and None in result.classifiers.values()
        return self._unfinished_job() if silent else None

    def _unfinished_job(self) -> JobView | None:
        jobs = [job for job in self.use_cases.retraining.jobs(5) if job.status in UNFINISHED]
        return min(jobs, key=lambda job: (job.status != "running", job.id), default=None)

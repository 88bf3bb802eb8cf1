"""The triage tab: one item with all that is said of it, and the keys that decide it.

The DOM is built by `static/triage.js`; here are the functions that it calls, thin around the use cases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ui.filters import BANDS, KINDS, ORDERS, STATES, Chosen, filter_from, moment_from
from ui.pinyin import pinyin
from ui.view import PATIENCE, draw_view
from workflow.errors import BadInput
from workflow.roles import Actor
from workflow.use_cases import UseCases
from workflow.views import ItemResult, JobView, QueueFilter

Fields = dict[str, Any]
MOST_AT_ONCE, MOST_WITHOUT = 10, 1000
UNFINISHED = {"queued", "running"}


def draw_triage_tab(use_cases: UseCases) -> None:
    """Draw the tab; everything in it is one view."""
    ask = TriageHandlers(use_cases)
    queue = [ask.setup, ask.next_items, ask.open_item, ask.ask_again, ask.classify, ask.count, ask.progress, ask.pace]
    draw_view("triage", [*queue, ask.save, ask.skip, ask.flag, ask.undo])


@dataclass(frozen=True)
class TriageHandlers:
    """What the triage page may ask. Who asks comes first; the rest are the fields that the page sends."""

    use_cases: UseCases

    def setup(self, by: Actor) -> Fields:
        """Return what the page can choose from, how good each classifier is at each label, and who is using it."""
        labels = self.use_cases.labels.list()
        return {
            "person": by.name,
            "labels": labels,
            "pinyin": {label.name: sound for label in labels if (sound := pinyin(f"{label.name} {label.group}"))},
            "quality": self._quality(),
            "sources": self.use_cases.triage.sources(),
            "orders": ORDERS,
            "states": STATES,
            "kinds": KINDS,
            "bands": BANDS,
        }

    def _quality(self) -> Fields:
        measured = self.use_cases.retraining.metrics()
        return {
            name: {label: [each["f1"], each["support"]] for label, each in metrics.get("per_label", {}).items()}
            for name, metrics in measured.items()
            if metrics
        }

    def next_items(
        self,
        by: Actor,
        filter: Chosen = None,
        after: int | None = None,
        limit: int = 1,
        without: Sequence[int] = (),
    ) -> Fields:
        """Hand the person the next items of the queue, and tell how many are left, those `without` among them."""
        if not 1 <= limit <= MOST_AT_ONCE:
            raise BadInput(f"From 1 to {MOST_AT_ONCE} items are handed out at once, not {limit}.")
        if len(without) > MOST_WITHOUT:
            raise BadInput(f"At most {MOST_WITHOUT} items are left out, not {len(without)}.")
        chosen, triage = filter_from(filter), self.use_cases.triage
        results = triage.next_items(chosen, by.name, after, limit, without)
        left, answer = triage.count(chosen), {"results": results, "job": self._job_if_awaited(results)}
        if results or without:
            return answer | {"left": left}
        bare = not triage.count(QueueFilter(state=""))
        return answer | {"left": left, "why": triage.why_empty(chosen, after), "bare": bare}

    def open_item(self, by: Actor, item_id: int, filter: Chosen = None) -> Fields:
        """Return one item, whatever the queue's filter says."""
        result = self.use_cases.triage.item(item_id)
        left = self.use_cases.triage.count(filter_from(filter))
        return {"result": result, "left": left, "job": self._job_if_awaited([result])}

    def ask_again(self, by: Actor, item_id: int) -> Fields:
        """Ask the prompt classifier once more, with the labelled examples of now."""
        return {"result": self.use_cases.triage.ask_again(item_id, PATIENCE)}

    def classify(self, by: Actor, text: str) -> Fields:
        """Say what the classifiers make of a pasted text; nothing is stored."""
        return {"result": self.use_cases.triage.classify(text, PATIENCE)}

    def save(self, by: Actor, item_id: int, labels: list[str], token: str, seen_version: int, note: str = "") -> Fields:
        """Store the labels that the person decided on."""
        saved = self.use_cases.triage.submit(item_id, labels, token, seen_version, note=note, person=by.name)
        return {"saved": saved}

    def skip(self, by: Actor, item_id: int, token: str, note: str = "") -> Fields:
        """Put the item aside."""
        return {"saved": self.use_cases.triage.skip(item_id, note, token, by.name)}

    def flag(self, by: Actor, item_id: int, token: str, note: str = "") -> Fields:
        """Mark the item for somebody else to look at."""
        return {"saved": self.use_cases.triage.flag(item_id, note, token, by.name)}

    def undo(self, by: Actor) -> Fields:
        """Take back the person's last annotation, and return its item."""
        undone = self.use_cases.triage.undo(by.name)
        return {"undone": undone, "result": self.use_cases.triage.item(undone.item_id)}

    def count(self, by: Actor, filter: Chosen = None) -> Fields:
        """Count what the filter lets through, without handing out an item."""
        return {"left": self.use_cases.triage.count(filter_from(filter))}

    def progress(self, by: Actor, item_id: int) -> Fields:
        """Return the job that works now or waits, if there is one, and who has spoken of an item by now."""
        return {"job": self._unfinished_job(), "speakers": self.use_cases.triage.speakers(item_id)}

    def pace(self, by: Actor, since: str) -> Fields:
        """Tell what the person did since a moment, the browser's midnight."""
        return {"pace": self.use_cases.paces.since(by.name, moment_from(since))}

    def _job_if_awaited(self, results: Sequence[ItemResult]) -> JobView | None:
        said = [view for result in results for view in result.classifiers.values()]
        return self._unfinished_job() if any(view is None or view.outdated for view in said) else None

    def _unfinished_job(self) -> JobView | None:
        # After a bake-off nobody speaks who was silent before.
        speaking = [job for job in self.use_cases.retraining.jobs(5) if job.kind != "bake_off"]
        jobs = [job for job in speaking if job.status in UNFINISHED]
        return min(jobs, key=lambda job: (job.status != "running", job.id), default=None)

"""The named endpoints: the public API, over the same use cases as the pages. JSON in and out; files as files.

Every endpoint is called by name, for example with `gradio_client`: `Client(url).predict(7, api_name="/item")`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from reprlib import repr as brief
from typing import Any

import gradio as gr
from gradio import FileData

from ui.downloads import write_export
from ui.filters import filter_from
from ui.own_files import OwnFiles
from ui.shown import Taken, actor_of, shown
from workflow.errors import BadInput, Conflict
from workflow.use_cases import UseCases
from workflow.views import JsonValue, as_json

Json = dict[str, Any]
CLASSIFIERS = ("bert", "llm_head", "prompt")
LONGEST_PAGE = 500


def add_endpoints(use_cases: UseCases) -> None:
    """Add every endpoint to the page that is being drawn."""
    api, files = Endpoints(use_cases), Files(use_cases)
    desk = [api.classify, api.next_item, api.item, api.submit, api.skip, api.flag, api.undo, api.search, api.labels]
    workshop = [api.retrain, api.jobs, api.job, api.cancel_job, api.versions, api.promote, api.rollback, api.metrics]
    for endpoint in [*desk, *workshop, files.import_file]:
        gr.api(shown(_as_json(endpoint)), api_name=endpoint.__name__, concurrency_limit=None)
    for export in (files.export_disagreements, files.export_annotations):
        gr.api(shown(export), api_name=export.__name__)


def _as_json(handler: Callable[Taken, object]) -> Callable[Taken, JsonValue]:
    @wraps(handler)
    def answer(*values: Taken.args, **named: Taken.kwargs) -> JsonValue:
        return as_json(handler(*values, **named))

    return answer


@dataclass(frozen=True)
class Endpoints:
    """What can be called by name. Where accounts exist, the person is the session's, whatever an argument says."""

    use_cases: UseCases

    def classify(self, text: str) -> Json:
        """Say what the three classifiers and the neighbours make of a text; nothing is stored."""
        return self.use_cases.triage.classify(_text("text", text))

    def next_item(self, request: gr.Request, queue: str | Json = "instructive", person: str = "") -> Json:
        """Hand out the next item of a queue: an order's name, or an object with the filter's fields."""
        return self.use_cases.triage.next_item(filter_from(queue), actor_of(request, _text("person", person)).name)

    def item(self, item_id: int) -> Json:
        """Return an item with all that is said of it."""
        return self.use_cases.triage.item(_id("item_id", item_id))

    def submit(
        self,
        request: gr.Request,
        item_id: int,
        labels: list[str],
        token: str = "",
        seen_version: int | None = None,
        note: str = "",
        person: str = "",
    ) -> Json:
        """Store an item's labels. A conflict is an answer too: it holds what the other person said."""
        who = actor_of(request, _text("person", person)).name
        names = _texts("labels", labels)
        seen = None if seen_version is None else _id("seen_version", seen_version)
        try:
            return self.use_cases.triage.submit(
                _id("item_id", item_id), names, _text("token", token), seen, note=_text("note", note), person=who
            )
        except Conflict as conflict:
            return {"conflict": conflict.other, "message": str(conflict)}

    def skip(self, request: gr.Request, item_id: int, note: str = "", token: str = "", person: str = "") -> Json:
        """Put an item aside."""
        who = actor_of(request, _text("person", person)).name
        return self.use_cases.triage.skip(_id("item_id", item_id), _text("note", note), _text("token", token), who)

    def flag(self, request: gr.Request, item_id: int, note: str = "", token: str = "", person: str = "") -> Json:
        """Mark an item for somebody else to look at."""
        who = actor_of(request, _text("person", person)).name
        return self.use_cases.triage.flag(_id("item_id", item_id), _text("note", note), _text("token", token), who)

    def undo(self, request: gr.Request, person: str = "") -> Json:
        """Take back the person's last annotation."""
        return self.use_cases.triage.undo(actor_of(request, _text("person", person)).name)

    def search(self, query: str = "", filters: Json | None = None, limit: int = 50, offset: int = 0) -> Json:
        """Find items by words and filter."""
        if not 1 <= _id("limit", limit) <= LONGEST_PAGE:
            raise BadInput(f"The limit is between 1 and {LONGEST_PAGE}, not {limit}.")
        chosen = filter_from({"state": ""} | (filters or {}) if isinstance(filters or {}, dict) else filters)
        rows, total = self.use_cases.triage.search(_text("query", query), chosen, limit, _id("offset", offset))
        return {"items": rows, "total": total}

    def labels(self, include_archived: bool = False) -> list[Json]:
        """Return the labels."""
        return self.use_cases.labels.list(include_archived=bool(include_archived))

    def retrain(self, request: gr.Request, classifiers: list[str] | None = None) -> Json:
        """Start a retraining of some or all classifiers; answers with its job."""
        chosen = tuple(_texts("classifiers", classifiers)) if classifiers else CLASSIFIERS
        return self.use_cases.retraining.start(chosen, actor_of(request))

    def jobs(self) -> list[Json]:
        """Return the last jobs, newest first."""
        return self.use_cases.retraining.jobs()

    def job(self, job_id: int) -> Json:
        """Return a job with its curves and the end of its log."""
        return self.use_cases.retraining.job(_id("job_id", job_id))

    def cancel_job(self, job_id: int, request: gr.Request) -> Json:
        """Ask a job to stop."""
        return self.use_cases.retraining.cancel(_id("job_id", job_id), actor_of(request))

    def versions(self, classifier: str = "") -> list[Json]:
        """Return the versions of one classifier or of all."""
        return self.use_cases.retraining.versions(_text("classifier", classifier) or None)

    def promote(self, version_id: int, request: gr.Request) -> Json:
        """Make a version the live one."""
        return self.use_cases.retraining.promote(_id("version_id", version_id), actor_of(request))

    def rollback(self, classifier: str, request: gr.Request) -> Json:
        """Return a classifier to the version before."""
        return self.use_cases.retraining.rollback(_text("classifier", classifier), actor_of(request))

    def metrics(self) -> Json:
        """Return the live versions' and the reference's metrics on gold."""
        return self.use_cases.retraining.metrics()


@dataclass(frozen=True)
class Files:
    """Endpoints that take or give a file, which Gradio knows by its annotation."""

    use_cases: UseCases

    def import_file(self, file: FileData, request: gr.Request, split: str = "") -> Json:
        """Import a file, its columns guessed; the sample stays."""
        path, named = _uploaded(file), _text("split", split) or None
        return self.use_cases.importing.run(path, split=named, by=actor_of(request))

    def export_disagreements(self, request: gr.Request, filters: Json | None = None) -> FileData:
        """Return the disagreements of a filter as CSV, by default of all items."""
        chosen = filter_from({"state": ""} if filters is None else filters)
        write = self.use_cases.disagreements.export
        return self._file(request, "disagreements.csv", lambda stream: write(chosen, stream))

    def export_annotations(self, request: gr.Request, form: str = "jsonl") -> FileData:
        """Return every annotation as JSONL or CSV."""
        if form not in ("jsonl", "csv"):
            raise BadInput(f"The format is jsonl or csv, not {brief(form)}.")
        name = f"annotations.{form}"
        return self._file(request, name, lambda stream: self.use_cases.exporting.annotations(form, stream))

    def _file(self, request: gr.Request, name: str, write: Callable[[Any], object]) -> FileData:
        own = OwnFiles.of(self.use_cases.data, actor_of(request).name)
        return FileData(path=str(write_export(own, name, write)), orig_name=name)


def _uploaded(file: object) -> Path:
    try:
        # Only of what is marked as a file has Gradio seen to it that it was uploaded.
        return Path(FileData.model_validate(file, context={"validate_meta": True}).path)
    except ValueError as error:
        raise BadInput("There is no file to import; upload one, and name it as the upload's answer does.") from error


def _id(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**63:
        raise BadInput(f"The {name} is a whole number, not {brief(value)}.")
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str):
        raise BadInput(f"The {name} is a text, not {brief(value)}.")
    return value


def _texts(name: str, values: object) -> list[str]:
    if not isinstance(values, list | tuple) or not all(isinstance(value, str) for value in values):
        raise BadInput(f"The {name} are a list of texts, not {brief(values)}.")
    return list(values)

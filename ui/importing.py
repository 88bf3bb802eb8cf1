"""The import panel of the data tab: look at a file, say what its columns hold, then bring it in.

Nothing is written before the last step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gradio as gr

from ui.shown import person_of, shown
from ui.view import draw_view
from ui.words import word
from workflow.use_cases import UseCases
from workflow.views import ImportPreview, ImportReport, as_json

FIELDS = ("text", "title", "labels", "external_id", "source", "published_at", "companies", "split")
SPLITS = ("train", "validation", "gold")
FORMATS = [".csv", ".tsv", ".txt", ".jsonl", ".json", ".xlsx"]
Update = dict[str, Any]


@dataclass(frozen=True)
class ImportHandlers:
    """Plain values in, component updates out."""

    use_cases: UseCases

    @shown
    def look(self, path: str | None) -> tuple[Any, ...]:
        """Show what a new file holds, with the columns guessed."""
        if not path:
            return self._nothing()
        preview = self.use_cases.importing.preview(path)
        columns = [gr.update(choices=["", *preview.columns], value=preview.mapping.get(name, "")) for name in FIELDS]
        return _preview_json(preview), gr.update(visible=True), gr.update(visible=preview.sample_present), *columns

    @shown
    def look_again(self, path: str | None, *columns: str | None) -> Update:
        """Show what the file holds when its columns mean this."""
        return _preview_json(self.use_cases.importing.preview(path, mapping=_mapping(columns))) if path else {}

    @shown
    def bring_in(
        self,
        path: str | None,
        split: str,
        remove_sample: bool,
        request: gr.Request,
        progress: gr.Progress,
        *columns: str | None,
    ) -> tuple[Any, ...]:
        """Import the file, and say what became of it."""
        if not path:
            return self._nothing()
        report = self.use_cases.importing.run(
            path,
            split=split or None,
            mapping=_mapping(columns),
            person=person_of(request),
            keep_sample=not remove_sample,
            watch=Shown(progress),
        )
        hidden = gr.update(visible=False)
        return _report_json(report), hidden, gr.update(visible=report.sample_present), *[gr.skip()] * len(FIELDS)

    @shown
    def remove_sample(self) -> tuple[Update, Update]:
        """Remove the sample's items, its labels, and what was trained on them."""
        counts = self.use_cases.importing.remove_sample()
        return {"state": "sample_removed", "counts": as_json(counts)}, gr.update(visible=False)

    def sample_button(self) -> Update:
        """Show the button while the sample is there."""
        return gr.update(visible=self.use_cases.importing.sample_present())

    def _nothing(self) -> tuple[Any, ...]:
        return {}, gr.update(visible=False), gr.skip(), *[gr.skip()] * len(FIELDS)


class Shown:
    """A watch that moves Gradio's progress bar."""

    def __init__(self, bar: gr.Progress) -> None:
        self._bar = bar

    def progress(self, done: float, message: str = "") -> None:
        """Move the bar."""
        self._bar(done, desc=message or None)

    def point(self, series: str, step: int, value: float) -> None:
        """Ignore the point: an import has no curves."""


def draw_import(handlers: ImportHandlers) -> None:
    """Draw the panel, then wire it."""
    gr.Markdown(word("import.title"), elem_classes=["section-title"])
    file = gr.File(label=word("import.file"), file_types=FORMATS, type="filepath", height=120, elem_id="import-file")
    with gr.Group(visible=False, elem_id="import-choices") as choices:
        with gr.Row():
            columns = [gr.Dropdown([""], label=word(f"field.{name}"), min_width=90) for name in FIELDS]
        with gr.Row(equal_height=True):
            options = [(word("split.auto"), ""), *((word(f"split.{name}"), name) for name in SPLITS)]
            split = gr.Dropdown(options, value="", label=word("import.split"), min_width=160)
            remove = gr.Checkbox(value=True, label=word("import.remove_sample"), visible=False)
            start = gr.Button(word("import.start"), variant="primary", elem_id="import-start")
    outcome = draw_view("preview", value={})
    sample = gr.Button(word("import.remove_sample_now"), visible=False, size="sm", elem_id="remove-sample")

    shows = [outcome, choices, remove, *columns]
    quick = {"api_visibility": "private", "show_progress": "minimal"}
    file.change(handlers.look, file, shows, **quick)
    for column in columns:
        column.input(handlers.look_again, [file, *columns], outcome, **quick)
    imported = start.click(_with_progress(handlers), [file, split, remove, *columns], shows, api_visibility="private")
    imported.then(handlers.sample_button, None, sample, api_visibility="private")
    sample.click(handlers.remove_sample, None, [outcome, sample], api_visibility="private")


def _with_progress(handlers: ImportHandlers) -> Callable[..., tuple[Any, ...]]:
    # Gradio finds the request by its annotation and the progress bar by its default, among positional parameters only.
    def bring_in(
        path: str | None,
        split: str,
        remove_sample: bool,
        request: gr.Request,
        progress: gr.Progress = gr.Progress(),
        *columns: str | None,
    ) -> tuple[Any, ...]:
        return handlers.bring_in(path, split, remove_sample, request, progress, *columns)

    return bring_in


def _mapping(columns: tuple[str | None, ...]) -> dict[str, str]:
    return {name: column for name, column in zip(FIELDS, columns, strict=True) if column}


def _preview_json(preview: ImportPreview) -> Update:
    return {"state": "preview"} | as_json(preview)


def _report_json(report: ImportReport) -> Update:
    return {"state": "report"} | as_json(report) | {"rejects": Path(report.rejects).name if report.rejects else ""}

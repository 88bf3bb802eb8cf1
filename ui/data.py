"""The data tab: bring files in, take files out, keep the labels in order."""

from dataclasses import dataclass
from typing import Any

import gradio as gr

from ui.importing import draw_import
from ui.pinyin import pinyin
from ui.view import draw_view
from workflow.roles import Actor
from workflow.use_cases import UseCases

Fields = dict[str, Any]


def draw_data_tab(use_cases: UseCases) -> None:
    """Draw the tab: import and export side by side, the labels below."""
    with gr.Row(equal_height=True, elem_classes=["data-top"]):
        with gr.Column(scale=3):
            draw_import(use_cases)
        with gr.Column(scale=1, min_width=240):
            draw_view("exports", [StockHandlers(use_cases).stock])
    ask = LabelHandlers(use_cases)
    draw_view("labels", [ask.table, ask.add, ask.change, ask.archive, ask.restore])


@dataclass(frozen=True)
class StockHandlers:
    """What the export panel may ask."""

    use_cases: UseCases

    def stock(self, by: Actor) -> Fields:
        """Say what there is."""
        return {"stock": self.use_cases.status.report()}


@dataclass(frozen=True)
class LabelHandlers:
    """What the label table may ask."""

    use_cases: UseCases

    def table(self, by: Actor, include_archived: bool = False) -> Fields:
        """Return the labels with how well each live classifier finds them, and how their names sound."""
        labels, scores = self.use_cases.labels.list(include_archived=include_archived), self.use_cases.labels.scores()
        return {
            "labels": labels,
            "classifiers": list(scores),
            "scores": {name: {str(label_id): score for label_id, score in of.items()} for name, of in scores.items()},
            "pinyin": {label.name: sound for label in labels if (sound := pinyin(f"{label.name} {label.group}"))},
        }

    def add(self, by: Actor, name: str, description: str = "", group: str = "") -> Fields:
        """Add a label."""
        return {"label": self.use_cases.labels.add(name, description, group, by)}

    def change(self, by: Actor, label_id: int, name: str, description: str, group: str) -> Fields:
        """Rename and describe a label; the name first, because it may be taken."""
        self.use_cases.labels.rename(label_id, name, by)
        return {"label": self.use_cases.labels.describe(label_id, description, group, by)}

    def archive(self, by: Actor, label_id: int) -> Fields:
        """Take a label out of use."""
        return {"label": self.use_cases.labels.archive(label_id, by)}

    def restore(self, by: Actor, label_id: int) -> Fields:
        """Put a label back into use."""
        return {"label": self.use_cases.labels.restore(label_id, by)}

"""The import panel of the data tab: look at a file, say what its columns hold, bring it in, follow it to its end.

Nothing is written before `start`. The import then runs on the server; the page only looks how far it is.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any

from ui.own_files import OwnFiles
from ui.phrasebook import say
from ui.view import draw_view
from workflow.import_views import ImportPlan
from workflow.roles import Actor
from workflow.use_cases import UseCases

Fields = dict[str, Any]


def draw_import(use_cases: UseCases) -> None:
    """Draw the panel."""
    ask = ImportHandlers(use_cases)
    draw_view("importing", [ask.state, ask.look, ask.columns, ask.start, ask.forget, ask.remove_sample])


@dataclass(frozen=True)
class ImportHandlers:
    """What the import panel may ask. `upload` is the token that the upload was answered with."""

    use_cases: UseCases

    def state(self, by: Actor) -> Fields:
        """Return the last imports, and what there is of the sample."""
        importing = self.use_cases.importing
        present = importing.sample_present()
        return {
            "imports": self.use_cases.background_import.list(),
            "sample": importing.sample_counts() if present else None,
        }

    def look(self, by: Actor, upload: str, mapping: dict[str, str] | None = None, encoding: str = "") -> Fields:
        """Show what a file holds, its columns guessed or meant as the mapping says."""
        path = self._own(by).find(upload)
        return {"preview": self.use_cases.importing.preview(path, mapping=mapping, encoding=encoding or None)}

    def columns(self, by: Actor, upload: str) -> Fields:
        """Return a file's columns, so that somebody can say which one holds the text."""
        return {"columns": self.use_cases.importing.columns(self._own(by).find(upload))}

    def start(
        self,
        by: Actor,
        upload: str,
        mapping: dict[str, str],
        split: str = "",
        encoding: str = "",
        remove_sample: bool = False,
        language: str = "en",
    ) -> Fields:
        """Begin the import, its rejects file in this language; the file goes when it has ended."""
        tell = partial(say, language=language)
        plan = ImportPlan(mapping, split or None, not remove_sample, encoding or None, tell)
        own = self._own(by)
        path = own.find(upload)
        return {"id": self.use_cases.background_import.start(path, plan, by, lambda: own.remove(upload))}

    def forget(self, by: Actor, upload: str) -> Fields:
        """Remove a file that is not to be imported after all."""
        self._own(by).remove(upload)
        return {}

    def remove_sample(self, by: Actor) -> Fields:
        """Remove the sample's items, its labels, and what was trained on them."""
        return {"removed": self.use_cases.importing.remove_sample(by)}

    def _own(self, by: Actor) -> OwnFiles:
        return OwnFiles.of(self.use_cases.data, by.name)

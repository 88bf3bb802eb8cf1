"""The prompt workshop on the retrain tab: another prompt is written, tried on an item, saved as a version, compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ui.view import PATIENCE, draw_view
from workflow.errors import BadInput, Loading
from workflow.roles import Actor
from workflow.use_cases import UseCases

Fields = dict[str, Any]


def draw_prompt_workshop(use_cases: UseCases) -> None:
    """Draw the workshop; it is closed until somebody opens it."""
    ask = PromptHandlers(use_cases)
    draw_view("prompts", [ask.draft, ask.try_on, ask.save, ask.differences])


@dataclass(frozen=True)
class PromptHandlers:
    """What the prompt workshop may ask."""

    use_cases: UseCases

    def draft(self, by: Actor) -> Fields:
        """Return the prompt to start from, and the prompt versions there are."""
        versions = self.use_cases.retraining.versions("prompt")
        told = [{"id": row.id, "number": row.number, "status": row.status} for row in versions]
        return {"draft": self.use_cases.prompt_trials.draft(), "versions": told}

    def try_on(self, by: Actor, item_id: int, changes: Mapping[str, Any]) -> Fields:
        """Ask about one item by a changed prompt; nothing is stored. While the model is being loaded, only say so."""
        if not isinstance(item_id, int):
            raise BadInput("An item is named by its number.")
        try:
            return {"trial": self.use_cases.prompt_trials.try_on(item_id, changes, PATIENCE)}
        except Loading as why:
            return {"trial": None, "why": str(why)}

    def save(self, by: Actor, changes: Mapping[str, Any]) -> Fields:
        """Have a version made of a changed prompt."""
        return {"job": self.use_cases.prompt_trials.save(changes, by)}

    def differences(self, by: Actor, before: int, after: int) -> Fields:
        """Return the gold items of which two versions propose different labels."""
        return {"changes": self.use_cases.prompt_trials.differences(before, after)}

"""The header: name of the app, who is signed in, language and theme, and whether somebody wants to be shown around."""

from dataclasses import dataclass
from typing import Any

from ui.view import draw_view
from workflow.roles import Actor
from workflow.use_cases import UseCases


def draw_header(use_cases: UseCases) -> None:
    """Draw the header."""
    draw_view("header", [HeaderHandlers(use_cases).who])


@dataclass(frozen=True)
class HeaderHandlers:
    """What the header may ask."""

    use_cases: UseCases

    def who(self, by: Actor) -> dict[str, Any]:
        """Say who is signed in, "" where no accounts exist, and whether the person has annotated before."""
        named = by.name if self.use_cases.people.any() else ""
        return {"person": named, "experienced": self.use_cases.people.has_annotated(by.name)}

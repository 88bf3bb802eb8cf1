"""The statistics tab: what there is and what people did, as charts that are tables too."""

from dataclasses import dataclass
from typing import Any

from ui.view import draw_view
from workflow.roles import Actor
from workflow.use_cases import UseCases

Fields = dict[str, Any]


def draw_statistics_tab(use_cases: UseCases) -> None:
    """Draw the tab; everything in it is one view."""
    draw_view("statistics", [StatisticsHandlers(use_cases).report])


@dataclass(frozen=True)
class StatisticsHandlers:
    """What the statistics page may ask."""

    use_cases: UseCases

    def report(self, by: Actor, zone: str = "UTC") -> Fields:
        """Return all counts; days are those of the reader's time zone."""
        return {"report": self.use_cases.statistics.report(zone)}

"""The bake-off tab: which recipes are compared, how far a bake-off has come, and its table.

The page polls `state`, which is small; what it says of the rows is a mark, and it asks for `table` when that changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ui.view import draw_view
from workflow.bakeoff.bake_offs import Wish
from workflow.errors import BadInput
from workflow.roles import Actor
from workflow.use_cases import UseCases

Fields = dict[str, Any]


def draw_bakeoff_tab(use_cases: UseCases) -> None:
    """Draw the tab; everything in it is one view."""
    ask = BakeOffHandlers(use_cases)
    draw_view("bakeoff", [ask.recipes, ask.plan, ask.start, ask.state, ask.table, ask.candidate, ask.cancel])


@dataclass(frozen=True)
class BakeOffHandlers:
    """What the bake-off page may ask."""

    use_cases: UseCases

    def recipes(self, by: Actor) -> Fields:
        """Return the recipes that have a name."""
        return {"recipes": self.use_cases.retraining.named_recipes()}

    def plan(self, by: Actor, recipes: Sequence[str], amounts: Sequence[str], seeds: int) -> Fields:
        """Say what a bake-off would take up."""
        return {"plan": self.use_cases.bake_offs.plan(_wish(recipes, amounts, seeds))}

    def start(self, by: Actor, recipes: Sequence[str], amounts: Sequence[str], seeds: int) -> Fields:
        """Begin a bake-off."""
        return {"id": self.use_cases.bake_offs.start(_wish(recipes, amounts, seeds), by)}

    def state(self, by: Actor, bake_off: int | None = None) -> Fields:
        """Return the list of all, and of the chosen one, else the newest, its job and a mark that changes with it."""
        known = self.use_cases.bake_offs.list()
        chosen = next((one.id for one in known if one.id == bake_off), known[0].id if known else None)
        if chosen is None:
            return {"bake_offs": [], "chosen": None, "job": None, "mark": ""}
        job = self.use_cases.retraining.job(chosen)
        return {"bake_offs": known, "chosen": chosen, "job": job, "mark": self.use_cases.bake_offs.mark(chosen)}

    def table(self, by: Actor, bake_off: int) -> Fields:
        """Return a bake-off as far as it has come."""
        return {"table": self.use_cases.bake_offs.view(bake_off)}

    def candidate(self, by: Actor, version_id: int) -> Fields:
        """Have a row's version wait on the retrain page."""
        return {"number": self.use_cases.bake_offs.make_candidate(version_id, by)}

    def cancel(self, by: Actor, job_id: int) -> Fields:
        """Ask a bake-off to stop; the rows that it has stay."""
        return {"job": self.use_cases.retraining.cancel(job_id, by)}


def _wish(recipes: Sequence[str], amounts: Sequence[str], seeds: int) -> Wish:
    if not 1 <= seeds <= 10:
        raise BadInput(f"The number of seeds is from 1 to 10, not {seeds}.")
    return Wish(list(recipes), list(amounts), range(seeds))

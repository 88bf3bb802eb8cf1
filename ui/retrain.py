"""The retrain tab: one button, the jobs that it started, and what the new versions are worth.

The page polls `state` while a job runs and now and then otherwise, so that every tab and every reload shows the same.
`state` is small; what it says of the versions is a mark, and the page asks for `versions` when that changes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ui.view import draw_view
from workflow.roles import Actor
from workflow.use_cases import UseCases
from workflow.views import CLASSIFIERS, JobView

Fields = dict[str, Any]
JOBS = 5
UNFINISHED = {"queued", "running"}
POINTS = 200
"""Points of a curve that a page is sent; more cannot be told apart in it."""


def draw_retrain_tab(use_cases: UseCases) -> None:
    """Draw the tab; everything in it is one view."""
    ask = RetrainHandlers(use_cases)
    draw_view(
        "retrain",
        [
            ask.recipes,
            ask.state,
            ask.versions,
            ask.compare,
            ask.job,
            ask.start,
            ask.cancel,
            ask.promote,
            ask.rollback,
        ],
    )


@dataclass(frozen=True)
class RetrainHandlers:
    """What the retrain page may ask."""

    use_cases: UseCases

    def recipes(self, by: Actor) -> Fields:
        """Return the recipes that have a name."""
        return {"recipes": self.use_cases.retraining.named_recipes()}

    def state(self, by: Actor, classifiers: Sequence[str] = CLASSIFIERS, recipes: Sequence[str] = ()) -> Fields:
        """Return the plan (None where no classifier is chosen), the jobs, and a mark that changes with the versions."""
        retraining = self.use_cases.retraining
        jobs = [self._told(job.id) if job.status in UNFINISHED else job for job in retraining.jobs(JOBS)]
        plan = retraining.plan(classifiers, recipes) if classifiers else None
        return {"plan": plan, "jobs": jobs, "mark": retraining.mark()}

    def versions(self, by: Actor) -> Fields:
        """Return all versions, and each label's metrics by the live ones and the reference."""
        retraining = self.use_cases.retraining
        return {
            "versions": retraining.history(),
            "metrics": retraining.metrics(),
            "labels": {label.name: label.train for label in self.use_cases.labels.list()},
        }

    def compare(self, by: Actor, before: int, after: int) -> Fields:
        """Return how two versions of a classifier differ on each label."""
        return {"comparison": self.use_cases.retraining.compare(before, after)}

    def job(self, by: Actor, job_id: int) -> Fields:
        """Return a job with curves and log."""
        return {"job": self._told(job_id)}

    def start(
        self, by: Actor, classifiers: Sequence[str] = CLASSIFIERS, recipes: Sequence[str] = (), anew: bool = False
    ) -> Fields:
        """Retrain classifiers on all current labels, by recipes with a name or else as the profile says."""
        return {"job": self.use_cases.retraining.start(classifiers, by, recipes, anew=bool(anew))}

    def cancel(self, by: Actor, job_id: int) -> Fields:
        """Ask a job to stop."""
        return {"job": self.use_cases.retraining.cancel(job_id, by)}

    def promote(self, by: Actor, version_id: int) -> Fields:
        """Put a waiting version to work."""
        return {"version": self.use_cases.retraining.promote(version_id, by)}

    def rollback(self, by: Actor, classifier: str) -> Fields:
        """Return a classifier to the version before."""
        return {"version": self.use_cases.retraining.rollback(classifier, by)}

    def _told(self, job_id: int) -> JobView:
        job = self.use_cases.retraining.job(job_id)
        return replace(job, curves={series: thinned(points) for series, points in job.curves.items()})


def thinned(points: Sequence[tuple[int, float]], most: int = POINTS) -> list[tuple[int, float]]:
    """Return about so many points of a curve at even distances, the last one among them."""
    step = max(1, -(-len(points) // most))
    return list(points[::-1][::step][::-1])

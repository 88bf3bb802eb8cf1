"""The retrain tab: one button, the jobs that it started, and what the new versions are worth.

The page polls `state` while a job runs and now and then otherwise, so that every tab and every reload shows the same.
"""

from dataclasses import dataclass
from typing import Any

from ui.view import draw_view
from workflow.use_cases import UseCases
from workflow.views import JobView

Fields = dict[str, Any]
JOBS = 8
UNFINISHED = {"queued", "running"}


def draw_retrain_tab(use_cases: UseCases) -> None:
    """Draw the tab; everything in it is one view."""
    ask = RetrainHandlers(use_cases)
    draw_view("retrain", [ask.state, ask.job, ask.start, ask.cancel, ask.promote, ask.rollback])


@dataclass(frozen=True)
class RetrainHandlers:
    """What the retrain page may ask."""

    use_cases: UseCases

    def state(self, person: str) -> Fields:
        """Return the plan, the jobs, the versions and the metrics: all that the page shows."""
        retraining = self.use_cases.retraining
        return {
            "plan": retraining.plan(),
            "jobs": [self._with_curves(job) for job in retraining.jobs(JOBS)],
            "versions": retraining.versions(),
            "metrics": retraining.metrics(),
            "labels": {label.name: label.train for label in self.use_cases.labels.list()},
        }

    def job(self, person: str, job_id: int) -> Fields:
        """Return a job with curves and log."""
        return {"job": self.use_cases.retraining.job(job_id)}

    def start(self, person: str) -> Fields:
        """Retrain all three classifiers on all current labels."""
        return {"job": self.use_cases.retraining.start(person=person)}

    def cancel(self, person: str, job_id: int) -> Fields:
        """Ask a job to stop."""
        return {"job": self.use_cases.retraining.cancel(job_id)}

    def promote(self, person: str, version_id: int) -> Fields:
        """Put a waiting version to work."""
        return {"version": self.use_cases.retraining.promote(version_id)}

    def rollback(self, person: str, classifier: str) -> Fields:
        """Return a classifier to the version before."""
        return {"version": self.use_cases.retraining.rollback(classifier)}

    def _with_curves(self, job: JobView) -> JobView:
        return self.use_cases.retraining.job(job.id) if job.status in UNFINISHED else job

"""The body of a bake-off's job: run after run, each in a process of its own. Knows no model.

Every finished run is a version row, and every failed one stands in the job's metrics, so a bake-off that was killed
goes on behind the last of them. Between two runs it lets retrainings and predictions go first.
"""

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict

from classifier import lineup
from classifier.options.changes import build
from classifier.watch import Cancelled
from storage import jobs, versions
from workflow.bakeoff.child import in_child
from workflow.bakeoff.costs import costs_of
from workflow.bakeoff.frozen import freeze, frozen_path, thaw
from workflow.bakeoff.plan import Run
from workflow.candidates import Candidates, NewVersion
from workflow.expected import FIRST_RETRIEVER, FITTED, RETRIEVER
from workflow.job_watch import JobWatch, PartWatch
from workflow.live_models import LiveModels
from workflow.neighbours import Neighbours
from workflow.predicting import embed_labelled
from workflow.recipes import recipe_from
from workflow.task import GiveWay, PartlyFailed, Task, sentence
from workflow.training_data import Snapshot, read_snapshot
from workflow.version_files import sweep

CarryOut = Callable[[Task, Run, dict[str, float]], None]
"""Carries out a run of a task whose parts should take so many seconds; raises what went wrong."""

FAILED = "failed"
"""The key in the job's metrics under which the failed runs stand, {number: why}."""

logger = logging.getLogger(__name__)


def bake_off(task: Task, carry_out: CarryOut = in_child) -> str:
    """Carry out all runs of a bake-off."""
    return BakeOff(task, carry_out).run()


class BakeOff:
    """One attempt at a bake-off's job."""

    def __init__(self, task: Task, carry_out: CarryOut) -> None:
        self.task, self.carry_out = task, carry_out
        self.database = task.hand.database
        self.runs = [build(Run, values) for values in task.options["runs"]]
        self.expected = {RETRIEVER: FIRST_RETRIEVER} | task.options["expected"]
        self.watch = JobWatch(task.hand, self.expected)

    def run(self) -> str:
        """Do what is not done yet; runs that fail do not stop the others."""
        self._prepare()
        for run in self._left():
            self._give_way()
            try:
                self.carry_out(self.task, run, self.expected)
            except Cancelled:
                raise
            except Exception as error:
                logger.exception("Run %s failed.", run.number)
                self._write_down(run, sentence(error))
        shutil.rmtree(frozen_path(self.task).parent, ignore_errors=True)
        return self._message()

    def _prepare(self) -> None:
        """Settle what all runs learn from, and see to it that a retriever knows it."""
        sweep(self.database, self.task.data)
        with self.database.read() as session:
            if not frozen_path(self.task).exists():
                freeze(read_snapshot(session), frozen_path(self.task))
            has_retriever = RETRIEVER in versions.list_live(session)
        snapshot, watch = thaw(frozen_path(self.task)), self.watch.part(RETRIEVER)
        if not has_retriever:
            self._make_retriever(snapshot, watch.section(0, FITTED))
        neighbours = Neighbours(self.database, LiveModels(self.database, self.task.data))
        embed_labelled(neighbours, snapshot, watch.section(FITTED, 1))

    def _make_retriever(self, snapshot: Snapshot, watch: PartWatch) -> None:
        """Train the desk's first retriever, which then serves it; one that is live is taken as it is."""
        recipe = recipe_from(RETRIEVER, self.task.options["retriever"])
        began = time.monotonic()
        model = lineup.fit_retriever(recipe, snapshot.training_data(), watch, frozen_path(self.task).parent)
        candidates = Candidates(self.database, self.task.data, self.task.hand.job_id, snapshot)
        row = candidates.store(NewVersion(RETRIEVER, asdict(recipe), time.monotonic() - began), model)
        candidates.make_live(row, "Trained on the present labels.")

    def _left(self) -> list[Run]:
        """Return the runs that are neither finished nor failed."""
        with self.database.read() as session:
            rows = versions.list_made_by(session, self.task.hand.job_id)
            failed = jobs.get_job(session, self.task.hand.job_id).metrics.get(FAILED, {})
        ended = {costs.run for row in rows if (costs := costs_of(row))} | {int(number) for number in failed}
        return [run for run in self.runs if run.number not in ended]

    def _give_way(self) -> None:
        with self.database.read() as session:
            if any(job.id != self.task.hand.job_id for job in jobs.list_queued(session)):
                raise GiveWay

    def _write_down(self, run: Run, why: str) -> None:
        with self.database.write() as session:
            job = jobs.get_job(session, self.task.hand.job_id)
            job.metrics = {**job.metrics, FAILED: {**job.metrics.get(FAILED, {}), str(run.number): why}}

    def _message(self) -> str:
        with self.database.read() as session:
            failed = len(jobs.get_job(session, self.task.hand.job_id).metrics.get(FAILED, {}))
        if failed == len(self.runs):
            raise PartlyFailed("Every run failed; the table says why.")
        if failed:
            return f"{len(self.runs) - failed} of {len(self.runs)} runs are measured; {failed} failed."
        return f"{len(self.runs)} runs are measured."

"""Bake-offs on a small desk: recipes cut down to seconds, runs in this process."""

from dataclasses import replace
from functools import partial

from storage import jobs
from tests.workflow.training.conftest import TinyRecipes
from workflow.bakeoff.bake_offs import BakeOffs
from workflow.bakeoff.body import bake_off
from workflow.bakeoff.child import attempt, settle
from workflow.predict_job import PredictJobs
from workflow.training_run import retrain
from workflow.worker import Worker


class QuickRecipes(TinyRecipes):
    def recipe(self, classifier):
        recipe = super().recipe(classifier)
        return recipe if classifier == "retriever" else replace(recipe, epochs=4, seconds=3.0)


def here(task, run, expected):
    settle(task, run, expected, attempt(task, run, expected))


def bake_offs(desk, recipes=QuickRecipes):
    return BakeOffs(desk.database, desk.data, recipes(), desk.supervisor)


def work(desk, carry_out=here):
    predict = PredictJobs(desk.database, desk.data).predict
    bodies = {jobs.BAKE_OFF: partial(bake_off, carry_out=carry_out), jobs.RETRAIN: retrain, jobs.PREDICT: predict}
    return Worker(desk.database, desk.data, bodies).run(idle_seconds=0)

"""Gives a desk an ended bake-off whose answers were drawn, not learned: rows, costs and files as in a real one."""

from dataclasses import asdict

import numpy as np
from sqlalchemy import select

from classifier.files import write_metadata
from classifier.metrics import evaluate
from classifier.profiles import PROFILES
from storage import jobs, versions
from storage.tables import JobStatus, Version
from workflow.bakeoff.answers import GoldSheet
from workflow.bakeoff.costs import COSTS, Costs
from workflow.bakeoff.plan import make_runs
from workflow.use_cases import build
from workflow.version_files import version_directory

RECIPES = ("bert", "bert-neftune", "llm-lora", "prompt")
WRONG = {"reference": 0.03, "bert": 0.05, "bert-neftune": 0.045, "llm-lora": 0.04, "prompt": 0.02}
"""How often an answer is wrong with all items; with fewer of them it is more often."""
SECONDS = {"reference": 4, "bert": 95, "bert-neftune": 110, "llm-lora": 120, "prompt": 300}
GOLD, LABELS, ITEMS = 400, 8, 4000
FAILS = "llm-lora"


def add_bake_off(data):
    """Add a bake-off of four recipes on two amounts; one run has failed. Return the job's id."""
    cases = build(data, None, PROFILES["starter"])
    runs = make_runs(PROFILES["starter"], RECIPES, ["25%", "all"])
    draw = np.random.default_rng(1)
    targets = draw.random((GOLD, LABELS)) < 0.15
    with cases.database.write() as session:
        options = {"runs": [asdict(run) for run in runs], "expected": {}}
        job = jobs.add_job(session, jobs.BAKE_OFF, (), "ann", options)
        job.move_to(JobStatus.RUNNING)
        names = session.scalars(select(Version.labels)).first()
        for run in runs:
            if run.name == FAILS and run.amount == "25%":
                job.metrics = {"failed": {str(run.number): "The loss became NaN; lower the learning rate."}}
            else:
                add_row(session, data, job.id, run, names, targets, draw)
        jobs.end_job(session, job, JobStatus.SUCCEEDED, "9 of 10 runs are measured; 1 failed.")
        job_id = job.id
    cases.database.close()
    return job_id


def add_row(session, data, job_id, run, names, targets, draw):
    scarce = run.amount != "all"
    proposed = targets ^ (draw.random(targets.shape) < WRONG[run.name] * (2 if scarce else 1))
    counts = np.array([600, 300, 120, 80, 60, 40, 20, 10])
    measured = evaluate(proposed.astype(float), targets, np.full(LABELS, 0.5), names[:LABELS], counts)
    costs = Costs(
        run=run.number,
        train_items=ITEMS // 4 if scarce else ITEMS,
        seconds=SECONDS[run.name] / (3 if scarce else 1),
        items_per_second=9000 / SECONDS[run.name],
        peak_memory=(500 + SECONDS[run.name]) * 2**20,
        accelerator_memory=0,
        trained_parameters=None if run.name == "reference" else SECONDS[run.name] * 10_000,
        parameters=None if run.name == "reference" else SECONDS[run.name] * 30_000,
        price=None,
    )
    row = Version(
        classifier=run.classifier,
        status="retired",
        reason=f"Made by bake-off {job_id}.",
        recipe=run.recipe,
        metrics=measured | {COSTS: asdict(costs)},
        labels=names[:LABELS],
        label_ids=list(range(1, LABELS + 1)),
        thresholds=dict.fromkeys(names[:LABELS], 0.5),
        seconds=costs.seconds,
        job_id=job_id,
    )
    directory = version_directory(data, run.classifier, versions.add_version(session, row).id)
    directory.mkdir(parents=True)
    GoldSheet(proposed, targets, counts).write(directory)
    if run.name != "reference":
        write_metadata(directory, {})

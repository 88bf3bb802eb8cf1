"""Gives a desk of invented classifiers a past: retired versions, a candidate that waits, the reference; an import."""

import json
import sqlite3
import threading
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from sqlalchemy import select

from classifier.files import write_metadata
from classifier.profiles import PROFILES
from storage.tables import Job, Version
from workflow.use_cases import build
from workflow.version_files import version_directory

FIRST_DAY = datetime(2026, 3, 1, 9, tzinfo=UTC)
STEPS = (0.0, 0.3, -0.2, 0.05, None)
"""By how much a label's F1 differs from version to version, label after label; None: gold has no example of it."""


def add_history(data):
    """Versions 1 and 2 are retired, 3 is live, a fourth of BERT waits; gold was another one for the first versions."""
    cases = build(data, None, PROFILES["starter"])
    with cases.database.write() as session:
        live = list(session.scalars(select(Version)))
        jobs = [add_job(session, day) for day in range(4)]
        for version in live:
            names = version.labels
            version.job_id = jobs[2]
            version.created_at = version.promoted_at = FIRST_DAY + timedelta(days=2)
            version.metrics, version.gold_fingerprint = metrics(names, 2), "second"
            for number in (1, 2):
                add_version(session, version, number, jobs[number - 1], "retired")
        waiting = add_version(session, next(one for one in live if one.classifier == "bert"), 4, jobs[3], "candidate")
        for number, job in enumerate(jobs, start=1):
            at = FIRST_DAY + timedelta(days=number - 1)
            reference = Version(classifier="reference", number=number, status="retired", job_id=job, created_at=at)
            reference.metrics, reference.labels = metrics(live[0].labels, 1), live[0].labels
            session.add(reference)
        session.flush()
        for version in session.scalars(select(Version).where(Version.classifier != "reference")):
            directory = version_directory(data, version.classifier, version.id)
            directory.mkdir(parents=True, exist_ok=True)
            write_metadata(directory, {})
        candidate = waiting.id
    cases.database.close()
    return candidate


def add_job(session, day):
    at = FIRST_DAY + timedelta(days=day)
    job = Job(kind="retrain", status="succeeded", message="Trained, and live.", started_at=at, created_at=at)
    job.ended_at, job.progress = at + timedelta(seconds=95), 1.0
    session.add(job)
    session.flush()
    return job.id


def add_version(session, like, number, job, status):
    at = FIRST_DAY + timedelta(days=number - 1)
    row = Version(classifier=like.classifier, number=number, status=status, job_id=job, created_at=at)
    row.labels, row.label_ids, row.thresholds, row.recipe = like.labels, like.label_ids, like.thresholds, like.recipe
    row.metrics, row.seconds = metrics(like.labels, number - 1), 40.0
    row.promoted_at = at if status == "retired" else None
    row.gold_fingerprint = "first" if number == 1 else "second"
    row.reason = "On gold its micro-F1 is 0.020 lower than the live version's." if status == "candidate" else ""
    session.add(row)
    session.flush()
    return row


def metrics(names, version):
    labels = {}
    for place, name in enumerate(names):
        step = STEPS[place % len(STEPS)]
        known = step is not None
        value = min(1.0, max(0.0, 0.5 + (version - 2) * step / 2)) if known else None
        labels[name] = {"precision": value, "recall": value, "f1": value, "support": 10 + place if known else 0}
    shown = {"micro_f1": 0.8 + version / 50, "macro_f1": 0.7 + version / 50, "few_shot_f1": 0.5 + version / 50}
    return {**shown, "weighted_f1": 0.8, "support": 96, "per_label": labels}


def write_down(desk, counts):
    """Say how far the one import has come."""
    with sqlite3.connect(desk / "triage.db", timeout=60) as connection:
        connection.execute("UPDATE import SET counts = ? WHERE filename = 'archive.csv'", (json.dumps(counts),))


@contextmanager
def going_on(desk, counts):
    """Give a sign of life every second, as an import does that goes on."""
    ended = threading.Event()

    def live():
        while not ended.wait(1):
            write_down(desk, counts | {"at": datetime.now(UTC).isoformat()})

    process = threading.Thread(target=live)
    process.start()
    try:
        yield
    finally:
        ended.set()
        process.join()

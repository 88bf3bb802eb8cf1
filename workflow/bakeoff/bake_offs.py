"""Bake-offs as the page sees them: plan, start, read, and make a row's version a candidate. Trains nothing itself."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from classifier.examples import CLASSIFIERS
from storage import jobs, training, versions
from storage.database import Database
from storage.tables import Job, VersionStatus
from workflow.bakeoff.advice import advise
from workflow.bakeoff.costs import costs_of
from workflow.bakeoff.entries import Curve, Entry, make_entries
from workflow.bakeoff.plan import ALL, Prices, Run, expected_seconds, key, make_runs
from workflow.bakeoff.table import Row, make_table
from workflow.errors import NotFound, Refused
from workflow.expected import REFERENCE, RETRIEVER
from workflow.recipes import RecipeBook
from workflow.roles import OPERATOR, Actor, require_lead
from workflow.supervisor import Supervisor
from workflow.version_files import is_there


@dataclass(frozen=True)
class Wish:
    """What is to be compared: names of presets, amounts of data, seeds; what an endpoint asks for its tokens."""

    recipes: Sequence[str]
    amounts: Sequence[str] = (ALL,)
    seeds: Sequence[int] = (0,)
    prices: Prices = field(default_factory=Prices)


@dataclass(frozen=True)
class PlanView:
    """What a bake-off would do: so many runs, and how many seconds they take at most, or took the last time."""

    runs: int
    recipes: int
    expected_seconds: float
    running_job: int | None


@dataclass(frozen=True)
class Advice:
    """One sentence of the recommendation."""

    why: str


@dataclass(frozen=True)
class BakeOffView:
    """A bake-off as far as it has come. `fronts` are {measure: {cost: places among the entries}}."""

    id: int
    status: str
    progress: float
    message: str
    seconds_left: float | None
    person: str
    rows: tuple[Row, ...]
    entries: tuple[Entry, ...]
    fronts: Mapping[str, Mapping[str, list[int]]]
    curves: tuple[Curve, ...]
    advice: tuple[Advice, ...]


@dataclass(frozen=True)
class BakeOffName:
    """A bake-off in the list of all."""

    id: int
    status: str
    person: str
    created_at: Any
    runs: int


@dataclass(frozen=True)
class BakeOffs:
    """The use cases. `recipes` is the profile, or anything else that names recipes."""

    database: Database
    data: Path
    recipes: RecipeBook
    supervisor: Supervisor

    def plan(self, wish: Wish) -> PlanView:
        """Say what a bake-off would take up; raise `BadInput` where the wish makes no sense."""
        runs = self._runs(wish)
        with self.database.read() as session:
            unfinished = jobs.get_unfinished(session, jobs.BAKE_OFF)
            return PlanView(
                runs=len(runs),
                recipes=len({run.name for run in runs if run.name != REFERENCE}),
                expected_seconds=sum(expected_seconds(runs, _took(session)).values()),
                running_job=unfinished.id if unfinished else None,
            )

    def start(self, wish: Wish, by: Actor = OPERATOR) -> int:
        """Queue a bake-off and see to it that a worker lives; return the job's id."""
        require_lead(by)
        runs = self._runs(wish)
        with self.database.write() as session:
            if unfinished := jobs.get_unfinished(session, jobs.BAKE_OFF):
                raise Refused(f"Bake-off {unfinished.id} is under way; wait for it, or cancel it.")
            if not training.has_labelled(session):
                raise Refused("There is nothing to learn from yet: no item to train on carries a label.")
            options = {
                "runs": [asdict(run) for run in runs],
                "expected": expected_seconds(runs, _took(session)),
                RETRIEVER: asdict(self.recipes.recipe(RETRIEVER)),
                "prices": asdict(wish.prices),
            }
            classifiers = [name for name in CLASSIFIERS if name in {run.classifier for run in runs}]
            job_id = jobs.add_job(session, jobs.BAKE_OFF, classifiers, by.name, options).id
        self.supervisor.ensure()
        return job_id

    def _runs(self, wish: Wish) -> list[Run]:
        return make_runs(self.recipes, wish.recipes, wish.amounts, wish.seeds)

    def list(self) -> "list[BakeOffName]":
        """Return all bake-offs, newest first."""
        with self.database.read() as session:
            return [
                BakeOffName(job.id, str(job.status), job.person, job.created_at, len(job.options["runs"]))
                for job in jobs.list_of_kind(session, jobs.BAKE_OFF)
            ]

    def view(self, job_id: int) -> BakeOffView:
        """Return a bake-off as far as it has come."""
        with self.database.read() as session:
            job = _get(session, job_id)
            runs = [Run(**values) for values in job.options["runs"]]
            table = make_table(self.data, job, runs, versions.list_made_by(session, job_id))
            told = {name: getattr(job, name) for name in ("id", "progress", "message", "seconds_left", "person")}
            status = str(job.status)
        entries = make_entries(table)
        return BakeOffView(
            **told,
            status=status,
            rows=table.rows,
            entries=entries.entries,
            fronts=entries.fronts(),
            curves=tuple(entries.curves()),
            advice=tuple(Advice(sentence) for sentence in advise(entries)),
        )

    def mark(self, job_id: int) -> str:
        """Return a mark that changes whenever a row does."""
        with self.database.read() as session:
            job = _get(session, job_id)
            made = [(row.id, row.status) for row in versions.list_made_by(session, job_id)]
            return repr((job.status, made, sorted(job.metrics.get("failed", {}))))

    def make_candidate(self, version_id: int, by: Actor = OPERATOR) -> int:
        """Have a row's version wait on the retrain page, to be promoted there; return its number."""
        require_lead(by)
        with self.database.write() as session:
            row = versions.get_version(session, version_id)
            if row is None or costs_of(row) is None:
                raise NotFound(f"No bake-off has made a version with the id {version_id}.")
            if row.classifier == REFERENCE or not is_there(self.data, row):
                raise Refused("This row has no version that could be put to work.")
            if row.status != VersionStatus.RETIRED:
                raise Refused(f"Version {row.number} of {row.classifier} is {row.status} already.")
            row.status, row.reason = VersionStatus.CANDIDATE, f"Chosen from bake-off {row.job_id}."
            return row.number


def _took(session: Session) -> dict[str, float]:
    """Return how many seconds each recipe took the last time that it was trained."""
    rows = versions.list_versions(session)
    return {key(row.classifier, row.recipe): row.seconds for row in reversed(rows)}


def _get(session: Session, job_id: int) -> Job:
    job = jobs.get_job(session, job_id)
    if job is None or job.kind != jobs.BAKE_OFF:
        raise NotFound(f"There is no bake-off {job_id}.")
    return job

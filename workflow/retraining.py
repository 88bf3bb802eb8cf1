"""Retraining as the page sees it: plan, start, jobs, versions and which of them is live. Trains nothing itself."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from classifier.examples import CLASSIFIERS
from classifier.presets import PRESETS
from classifier.profiles import Recipe
from classifier.watch import Unwatched, Watch
from storage import jobs, predictions, training, versions
from storage.database import Database
from storage.tables import Job, JobStatus, Version
from workflow import evaluating, promoting
from workflow.comparing import Comparison, VersionRow, compare_versions, version_rows
from workflow.errors import BadInput, NotFound, Refused
from workflow.expected import expected_parts
from workflow.job_log import tail
from workflow.live_models import LiveModels
from workflow.neighbours import Neighbours
from workflow.recipes import RecipeBook, as_options, by_classifier, recipe_from
from workflow.roles import OPERATOR, Actor, require_lead
from workflow.supervisor import Supervisor
from workflow.version_files import is_there
from workflow.views import JobView, NamedRecipe, RetrainPlan, VersionView


@dataclass(frozen=True)
class Retraining:
    """The use cases of jobs and versions. `recipes` is the profile, or anything else that names recipes."""

    database: Database
    data: Path
    recipes: RecipeBook
    supervisor: Supervisor
    models: LiveModels
    neighbours: Neighbours

    def plan(self, classifiers: Sequence[str] = CLASSIFIERS, recipes: Sequence[str] = ()) -> RetrainPlan:
        """Say what a retraining would take up, and how long the last one took."""
        chosen = _checked(classifiers)
        options = self._options(chosen, recipes)
        with self.database.read() as session:
            speaking = versions.list_live(session)
            live = {name: row for name, row in speaking.items() if name in chosen}
            # A classifier without a live version has learned nothing yet, so everything is new to it.
            seen = min(live[name].last_annotation_id if name in live else 0 for name in chosen)
            corrections = training.list_corrections_since(session, seen)
            unfinished = jobs.get_unfinished(session, jobs.RETRAIN)
            last = jobs.get_last_succeeded(session, jobs.RETRAIN)
            return RetrainPlan(
                classifiers=chosen,
                new_annotations=len(corrections),
                labels_touched=len({name for names in corrections for name in names}),
                last_seconds=_seconds(last),
                expected_seconds=self._expected(last, options, speaking),
                since={name: row.number for name, row in live.items()},
                running_job=unfinished.id if unfinished else None,
            )

    def _options(
        self, chosen: Sequence[str], presets: Sequence[str], own: Mapping[str, Recipe] = MappingProxyType({})
    ) -> dict[str, Any]:
        named = by_classifier(presets)
        if unused := [name for name in named if name not in chosen]:
            raise BadInput(f"The recipe {named[unused[0]]} trains {unused[0]}, which is not to be trained.")
        try:
            options = as_options(self.recipes, chosen, named)
            return {"recipes": options | {name: asdict(recipe) for name, recipe in own.items()}}
        except ValueError as error:
            raise BadInput(str(error)) from error

    def _expected(self, last: Job | None, options: dict[str, Any], live: Mapping[str, Version]) -> float:
        took = _seconds(last)
        if last is not None and took and last.options == options:
            return took
        recipes = {name: recipe_from(name, values) for name, values in options["recipes"].items()}
        return sum(expected_parts([name for name in recipes if name in CLASSIFIERS], recipes, live).values())

    def named_recipes(self) -> list[NamedRecipe]:
        """Return the recipes that can be picked by name, each classifier's own first."""
        return [NamedRecipe(preset.name, preset.classifier, preset.about) for preset in PRESETS.values()]

    def start(
        self,
        classifiers: Sequence[str] = CLASSIFIERS,
        by: Actor = OPERATOR,
        recipes: Sequence[str] = (),
        own: Mapping[str, Recipe] = MappingProxyType({}),
        *,
        anew: bool = False,
    ) -> JobView:
        """Queue a retraining and see to it that a worker lives.

        `recipes` are names of presets, `own` recipes by classifier that have no name; else the profile's are taken.
        With `anew` nothing is learned on top of a live version, however little has changed.
        """
        require_lead(by)
        chosen = _checked(classifiers)
        options = self._options(chosen, recipes, own) | ({"anew": True} if anew else {})
        with self.database.write() as session:
            if unfinished := jobs.get_unfinished(session, jobs.RETRAIN):
                raise Refused(f"Job {unfinished.id} is retraining already; wait for it, or cancel it.")
            if not training.has_labelled(session):
                raise Refused("There is nothing to learn from yet: no item to train on carries a label.")
            view = _view(jobs.add_job(session, jobs.RETRAIN, chosen, by.name, options))
        self.supervisor.ensure()
        return view

    def predict_open(self, by: Actor = OPERATOR) -> JobView:
        """Queue a predict job; refuse while no version is live."""
        require_lead(by)
        if (view := self.predict_new()) is None:
            raise Refused("Nothing can be predicted yet: no version is live. Start a retraining.")
        return view

    def predict_new(self) -> JobView | None:
        """Queue a predict job after an import; None while no version is live, as the first retraining predicts."""
        with self.database.write() as session:
            live = versions.list_live(session)
            view = _view(promoting.ask_for_predictions(session)) if set(live) & set(promoting.SWITCHABLE) else None
        if view is not None:
            self.supervisor.ensure()
        return view

    def predict_missing(self) -> JobView | None:
        """Queue a predict job if live versions have not said all of every item, be it that a job of it failed."""
        with self.database.read() as session:
            live = versions.list_live(session)
            ids = [live[name].id for name in CLASSIFIERS if name in live]
            uncounted = any(predictions.list_uncounted(session, version_id) for version_id in ids)
            missing = uncounted or predictions.has_missing(session, ids)
        return self.predict_new() if missing else None

    def jobs(self, limit: int = 20) -> list[JobView]:
        """Return the newest jobs first."""
        with self.database.read() as session:
            return [_view(job) for job in jobs.list_jobs(session, limit)]

    def job(self, job_id: int) -> JobView:
        """Return a job with its curves and the end of its log."""
        with self.database.read() as session:
            return _view(_get(session, job_id), jobs.list_curves(session, job_id), tail(self.data, job_id))

    def cancel(self, job_id: int, by: Actor = OPERATOR) -> JobView:
        """Ask a job to stop; one that waits is cancelled at once, one that runs within a moment."""
        require_lead(by)
        with self.database.write() as session:
            job = _get(session, job_id)
            if job.status not in jobs.UNFINISHED:
                raise Refused(f"Job {job_id} has {job.status} already.")
            job.cancel_requested = True
            if job.status == JobStatus.QUEUED:
                jobs.end_job(session, job, JobStatus.CANCELLED, "Cancelled before it began.")
            view = _view(job)
        # Of a job whose worker is gone nobody would read the wish.
        self.supervisor.ensure()
        return view

    def versions(self, classifier: str | None = None) -> list[VersionView]:
        """Return versions, newest first, of one classifier or of all."""
        with self.database.read() as session:
            return [_version_view(row) for row in versions.list_versions(session, classifier)]

    def mark(self) -> str:
        """Return a mark that changes whenever any version changes."""
        with self.database.read() as session:
            return versions.get_mark(session)

    def history(self) -> list[VersionRow]:
        """Return the table of all versions, newest first."""
        with self.database.read() as session:
            return version_rows(session, self.data)

    def compare(self, before_id: int, after_id: int) -> Comparison:
        """Return how two versions of a classifier differ on each label."""
        with self.database.read() as session:
            return compare_versions(session, self.data, before_id, after_id)

    def promote(self, version_id: int, by: Actor = OPERATOR) -> VersionView:
        """Make a version live."""
        require_lead(by)
        with self.database.write() as session:
            view = _version_view(self._with_files(promoting.promote(session, version_id)))
        self.supervisor.ensure()
        return view

    def rollback(self, classifier: str, by: Actor = OPERATOR) -> VersionView:
        """Make the version live again that was live before."""
        require_lead(by)
        with self.database.write() as session:
            view = _version_view(self._with_files(promoting.roll_back(session, classifier)))
        self.supervisor.ensure()
        return view

    def _with_files(self, row: Version) -> Version:
        """Return a version that is to go live; raise `Refused` where its files were deleted."""
        if not is_there(self.data, row):
            raise Refused(f"The files of {row.classifier}, version {row.number}, were deleted; retrain it instead.")
        return row

    def metrics(self) -> dict[str, Any]:
        """Return the metrics on gold that were measured when the live versions were trained."""
        with self.database.read() as session:
            return evaluating.stored_metrics(session)

    def evaluate(self, watch: Watch = Unwatched()) -> dict[str, Any]:
        """Score the live versions and the reference on gold, afresh."""
        return evaluating.evaluate(self.database, self.models, self.neighbours, watch)


def _checked(classifiers: Sequence[str]) -> tuple[str, ...]:
    if unknown := [name for name in classifiers if name not in CLASSIFIERS]:
        raise BadInput(f"There is no classifier {unknown[0]!r}; there are {', '.join(CLASSIFIERS)}.")
    if not classifiers:
        raise BadInput(f"Name at least one classifier: {', '.join(CLASSIFIERS)}.")
    return tuple(name for name in CLASSIFIERS if name in classifiers)


def _get(session: Session, job_id: int) -> Job:
    if (job := jobs.get_job(session, job_id)) is None:
        raise NotFound(f"There is no job {job_id}.")
    return job


def _seconds(job: Job | None) -> float | None:
    if job is None or job.started_at is None or job.ended_at is None:
        return None
    # A clock that was set back meanwhile must not promise a retraining that takes less than nothing.
    return max((job.ended_at - job.started_at).total_seconds(), 0.0)


def _view(job: Job, curves: dict[str, list[tuple[int, float]]] | None = None, log: str = "") -> JobView:
    return JobView(
        id=job.id,
        kind=job.kind,
        classifiers=tuple(job.classifiers),
        status=str(job.status),
        progress=job.progress,
        message=job.message,
        started_at=job.started_at,
        ended_at=job.ended_at,
        seconds_left=job.seconds_left,
        metrics=dict(job.metrics),
        person=job.person,
        curves=curves or {},
        log=log,
    )


def _version_view(row: Version) -> VersionView:
    return VersionView(
        id=row.id,
        classifier=row.classifier,
        number=row.number,
        status=str(row.status),
        reason=row.reason,
        metrics=dict(row.metrics),
        thresholds=dict(row.thresholds),
        recipe=dict(row.recipe),
        fingerprint=row.fingerprint,
        created_at=row.created_at,
        promoted_at=row.promoted_at,
        seconds=row.seconds,
        job_id=row.job_id,
    )

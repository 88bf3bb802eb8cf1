"""The body of a retrain job: the retriever where it is stale, each classifier, the reference. Knows no model.

Every finished part is a version row, so a run that was killed goes on behind the last of them.
"""

import logging
import shutil
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Any

from classifier import lineup
from classifier.continuing import rehearsal
from classifier.examples import TrainingData
from classifier.watch import Cancelled
from storage import jobs, training, versions
from storage.tables import Version, VersionStatus
from workflow import scoring
from workflow.candidates import Candidates, NewVersion, predict_front
from workflow.continuing import Continuation, continuation
from workflow.errors import Unavailable
from workflow.expected import FITTED, MEASURED, PREPARED, REFERENCE, RETRIEVER, expected_parts
from workflow.faults import is_locked
from workflow.job_watch import JobWatch, PartWatch
from workflow.live_models import LiveModel, LiveModels, LiveVersion
from workflow.neighbours import Neighbours
from workflow.predicting import Predictor, embed_labelled, rows
from workflow.promoting import ask_for_predictions
from workflow.recipe_data import Prepared, RecipeData
from workflow.recipes import recipe_from
from workflow.staleness import is_stale
from workflow.task import PartlyFailed, Task, fared, sentence
from workflow.training_data import Snapshot, read_snapshot
from workflow.version_files import is_there, sweep, version_directory

logger = logging.getLogger(__name__)


def retrain(task: Task) -> str:
    """Train what the job asks for and make live what is not worse."""
    return TrainingRun(task).run()


class TrainingRun:
    """One run of a retrain job."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.database = task.hand.database
        self.models = LiveModels(self.database, task.data)
        self.neighbours = Neighbours(self.database, self.models)
        self.predictor = Predictor(self.database, self.neighbours)
        self.recipes = {name: recipe_from(name, values) for name, values in task.options["recipes"].items()}
        sweep(self.database, task.data)
        with self.database.read() as session:
            self.snapshot = read_snapshot(session)
            self.done = versions.list_of_job(session, task.hand.job_id)
            self.live = versions.list_live(session)
        self.data: TrainingData = self.snapshot.training_data()
        self.recipe_data = RecipeData(self.snapshot, self.data, self.neighbours, self.models, task.hand.job_id)
        self.candidates = Candidates(self.database, task.data, task.hand.job_id, self.snapshot)
        self.watch = JobWatch(task.hand, expected_parts(task.classifiers, self.recipes, self.live))
        # Keyed by what is learned from: a run that was killed finds its foundation again, but never that of other data.
        self.workspace = task.data / "jobs" / str(task.hand.job_id) / self.snapshot.fingerprint[:16]

    def run(self) -> str:
        """Do all parts; parts that fail do not undo the others, but fail the job."""
        self.workspace.mkdir(parents=True, exist_ok=True)
        self._retriever()
        failed: dict[str, str] = {}
        for name in self.task.classifiers:
            self._guarded(name, failed, self._classifier)
        self._guarded(REFERENCE, failed, self._reference)
        self.watch.flush()
        with self.database.write() as session:
            ask_for_predictions(session, refresh=True)
        shutil.rmtree(self.workspace.parent, ignore_errors=True)
        if failed:
            raise PartlyFailed(fared(failed, "failed"))
        return self._message()

    def _message(self) -> str:
        waiting = [name for name, row in self.done.items() if row.status == VersionStatus.CANDIDATE]
        return f"Trained; {', '.join(waiting)} waits for a decision." if waiting else "Trained, and live."

    def _guarded(self, name: str, failed: dict[str, str], part: Callable[[str, PartWatch], None]) -> None:
        try:
            part(name, self.watch.part(name))
        except Cancelled:
            raise
        except Exception as error:
            if is_locked(error):
                raise
            logger.exception("%s failed.", name)
            failed[name] = sentence(error)

    def _retriever(self) -> None:
        recipe = self.recipes[RETRIEVER]
        row, watch = self.done.get(RETRIEVER), self.watch.part(RETRIEVER)
        if row is None:
            live = self.live.get(RETRIEVER)
            if live and is_there(self.task.data, live) and not is_stale(live, asdict(recipe), self.snapshot):
                return
            began = time.monotonic()
            model = lineup.fit_retriever(recipe, self.data, watch.section(0, FITTED), self.workspace)
            new = NewVersion(RETRIEVER, asdict(recipe), time.monotonic() - began)
            row = self.candidates.store(new, model)
        if row.status == VersionStatus.CANDIDATE:
            self.candidates.make_live(row, "Trained on the present labels.")
        embed_labelled(self.neighbours, self.snapshot, watch.section(FITTED, 1))

    def _classifier(self, name: str, watch: PartWatch) -> None:
        row = self.done.get(name)
        if row is None:
            row = self.done[name] = self._train(name, watch)
        if row.status == VersionStatus.CANDIDATE and not row.reason:
            verdict = self.candidates.judge(row, self._present(name), self.predictor, watch.section(MEASURED, 1))
            logger.info("%s, version %s: %s", name, row.number, verdict.reason)
            if verdict.promote:
                predict_front(self.database, self.models, self.predictor, name)
        # The next training needs the memory more than this model does.
        self.models.forget(name)
        self._note(name)

    def _present(self, name: str) -> LiveModel | None:
        try:
            return self.models.classifier(name) if name in self.live else None
        except Unavailable:
            # A version whose files are lost must not keep its successor from taking its place.
            return None

    def _train(self, name: str, watch: PartWatch) -> Version:
        began, more = time.monotonic(), self._continuation(name)
        if more is not None:
            return self._store(name, self._go_on(name, more, watch), more.snapshot, more.report, began, watch)
        prepared, model = self._train_anew(name, watch)
        report = {"data": prepared.report} if prepared.report else {}
        return self._store(name, model, self.snapshot, report, began, watch)

    def _continuation(self, name: str) -> Continuation | None:
        """Return what the live version may learn on top, None where everything is to be trained."""
        live = self.live.get(name)
        if live is None or self.task.options.get("anew") or not is_there(self.task.data, live):
            return None
        with self.database.read() as session:
            job = jobs.get_job(session, live.job_id) if live.job_id else None
            # A labelled import may bring gold, and then take its near-duplicates from what may be learned.
            if training.has_imported_since(session, job.created_at if job else live.created_at):
                return None
            annotated = training.list_annotated_since(session, live.last_annotation_id)
        return continuation(live, self.recipes[name], self.snapshot, annotated)

    def _go_on(self, name: str, more: Continuation, watch: PartWatch) -> lineup.Classifier:
        logger.info("%s goes on from version %s with %s changed items.", name, more.live.number, len(more.changed))
        directory = version_directory(self.task.data, name, more.live.id)
        data = rehearsal(more.snapshot.training_data(), more.changed, self.recipes[name].seed)
        return lineup.go_on(name, directory, data, watch.section(PREPARED, FITTED))

    def _train_anew(self, name: str, watch: PartWatch) -> tuple[Prepared, lineup.Classifier]:
        recipe = self.recipes[name]
        prepared = self.recipe_data.prepare(recipe.data, recipe.seed, watch.section(0, PREPARED))
        if prepared.report:
            logger.info("%s learns from chosen data: %s", name, prepared.report)
        retriever = self.models.retriever()
        model = lineup.fit(
            name,
            recipe,
            prepared.data,
            watch.section(PREPARED, FITTED),
            self.workspace / prepared.key,
            retriever[1] if retriever else None,
        )
        return prepared, model

    def _store(
        self,
        name: str,
        model: lineup.Classifier,
        snapshot: Snapshot,
        report: dict[str, Any],
        began: float,
        watch: PartWatch,
    ) -> Version:
        """Measure a model and make a version of it; `snapshot` has the columns in the model's order."""
        measured = scoring.score(model, snapshot, self.neighbours, watch.section(FITTED, MEASURED))
        read = model.tokens_read([item.text for item in (*snapshot.validation, *snapshot.gold)])
        new = NewVersion(
            name,
            asdict(self.recipes[name]),
            time.monotonic() - began,
            measured.metrics | report,
            measured.thresholds.tolist(),
            lambda row: rows(LiveVersion.of(row), measured.item_ids, measured.scores, measured.shown, read),
        )
        return replace(self.candidates, snapshot=snapshot).store(new, model)

    def _reference(self, name: str, watch: PartWatch) -> None:
        if name in self.done:
            return
        began = time.monotonic()
        watch.progress(0, "fitting TF-IDF and a linear SVM")
        tuned, metrics = scoring.score_reference(self.snapshot)
        new = NewVersion(name, {}, time.monotonic() - began, metrics, tuned.tolist())
        self.done[name] = row = self.candidates.store(new, None)
        self.candidates.make_live(row, "Scored with this retraining.")
        self._note(name)

    def _note(self, name: str) -> None:
        """Tell the job how a part came out."""
        with self.database.write() as session:
            row = session.get_one(Version, self.done[name].id)
            self.done[name] = row
            job = jobs.get_job(session, self.task.hand.job_id)
            if job is not None:
                shown = {key: row.metrics.get(key) for key in ("micro_f1", "macro_f1", "weighted_f1", "few_shot_f1")}
                told = {"version": row.number, "status": row.status, "reason": row.reason, **shown}
                if audit := row.metrics.get("data", {}).get("audit"):
                    told["audit"] = audit
                job.metrics = {**job.metrics, name: told}

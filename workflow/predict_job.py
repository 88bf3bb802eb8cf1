"""The body of a predict job: vectors, predictions and queue places of all items, the front of the queue first.

It gives way to a retraining, and looks once more for new work before it ends, so that nothing asked for meanwhile
is lost. A classifier that fails, such as an endpoint that is down, does not keep the others from speaking.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from classifier.watch import Cancelled, Unwatched
from storage import embeddings, jobs, predictions, standings
from storage.database import Database
from storage.tables import JobStatus
from workflow.faults import is_locked
from workflow.job_watch import JobWatch, PartWatch
from workflow.live_models import LiveModel, LiveModels
from workflow.neighbours import Neighbours
from workflow.predicting import Predictor, chunks
from workflow.task import Body, GiveWay, PartlyFailed, Task, fared, sentence

EXPECTED = {"vectors": 1.0, "predictions": 8.0, "order": 1.0}
"""How the parts of the job compare; its own pace replaces the guess at once."""
PRUNED_AT_ONCE = 2000
SILENT = "is silent"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Interruption(Unwatched):
    """The watch of one step, which tells nobody how far it is but stops it between any two batches."""

    heed: Callable[[], object]

    def progress(self, done: float, message: str = "") -> None:
        """Stop where that is wanted."""
        self.heed()


class PredictJobs:
    """Does predict jobs one after the other; the live versions stay in memory for the next, which is then quick."""

    def __init__(self, database: Database, data: Path) -> None:
        self.database, self.data = database, data
        self._put_away()

    def predict(self, task: Task) -> str:
        """Bring everything up to date that the live versions say."""
        return PredictRun(task, self.models, self.neighbours).run()

    def put_away_for(self, body: Body) -> Body:
        """Return a job's body that has the memory of the models for itself."""

        def alone(task: Task) -> str:
            self._put_away()
            return body(task)

        return alone

    def _put_away(self) -> None:
        self.models = LiveModels(self.database, self.data)
        self.neighbours = Neighbours(self.database, self.models)


class PredictRun:
    """One run of a predict job."""

    def __init__(self, task: Task, models: LiveModels, neighbours: Neighbours) -> None:
        self.task = task
        self.database = task.hand.database
        self.models, self.neighbours = models, neighbours
        self.predictor = Predictor(self.database, self.neighbours)
        self.watch = JobWatch(task.hand, EXPECTED)
        self.failed: dict[str, str] = {}
        self.predicted = 0

    def run(self) -> str:
        """Work until nothing is left; return what was done."""
        options = self.task.options
        while True:
            self._embed()
            live, missing = self.models.classifiers()
            self.failed |= missing
            if (newer := self._predict(live, options)) is not None:
                options = newer
                continue
            self._count(live)
            if options.get("refresh"):
                self._reorder()
            self._prune()
            if self.failed and not live.keys() - self.failed.keys():
                raise PartlyFailed(fared(self.failed, SILENT))
            asked_again = self._finish(options)
            if asked_again is None:
                return self._message()
            options = asked_again

    def _message(self) -> str:
        return f"{self.predicted:,} items predicted. {fared(self.failed, SILENT)}".rstrip()

    def _embed(self) -> None:
        if not self.neighbours.index.refresh():
            return
        with self.database.read() as session:
            missing = embeddings.list_without_vector(session, self.neighbours.index.version_id)
        self._each(missing, self.watch.part("vectors"), self.neighbours.index.embed)

    def _predict(self, live: dict[str, LiveModel], options: dict[str, object]) -> dict[str, object] | None:
        """Predict what is missing; return the new options as soon as somebody asks for more."""
        with self.database.read() as session:
            missing = predictions.list_missing(session, [model.version.id for model in live.values()])
        watch = self.watch.part("predictions")
        for start, chunk in chunks(missing):
            watch.progress(start / len(missing), f"{start:,} of {len(missing):,} items")
            # New items and a new live version do not wait until all others are done.
            if (newer := self._heed()) != options:
                return newer
            self._say(live, chunk)
            self.predicted += len(chunk)
        return None

    def _say(self, live: dict[str, LiveModel], chunk: Sequence[int]) -> None:
        for name, model in live.items():
            if name in self.failed:
                continue
            try:
                self.predictor.say(model, chunk, Interruption(self._heed))
            except (Cancelled, GiveWay):
                raise
            except Exception as error:
                if is_locked(error):
                    raise
                logger.exception("%s could not be asked.", name)
                self.failed[name] = sentence(error)

    def _count(self, live: dict[str, LiveModel]) -> None:
        """Count how much was read for predictions that were made before this was noted."""
        for model in live.values():
            with self.database.read() as session:
                uncounted = predictions.list_uncounted(session, model.version.id)
            for _, chunk in chunks(uncounted):
                self._heed()
                self.predictor.count(model, chunk)

    def _reorder(self) -> None:
        with self.database.read() as session:
            everything = standings.list_item_ids(session)
        self._each(everything, self.watch.part("order"), self.predictor.settle)

    def _each(self, item_ids: Sequence[int], watch: PartWatch, act: Callable[[Sequence[int]], object]) -> None:
        for start, chunk in chunks(item_ids):
            watch.progress(start / len(item_ids), f"{start:,} of {len(item_ids):,} items")
            self._heed()
            act(chunk)

    def _heed(self) -> dict[str, object]:
        """Stop where somebody wants that or a retraining waits; return the options as they are now."""
        with self.database.read() as session:
            retraining = jobs.get_unfinished(session, jobs.RETRAIN)
            job = jobs.get_job(session, self.task.hand.job_id)
        if retraining is not None and retraining.status == JobStatus.QUEUED:
            raise GiveWay
        if job is None or job.cancel_requested:
            raise Cancelled("The job was cancelled.")
        return dict(job.options)

    def _prune(self) -> None:
        """Delete what versions say that nobody can bring back by one click."""
        with self.database.read() as session:
            versions = predictions.list_prunable_versions(session)
        for version_id in versions:
            for prune in (predictions.prune, embeddings.prune):
                pruned = PRUNED_AT_ONCE
                while pruned == PRUNED_AT_ONCE:
                    with self.database.write() as session:
                        pruned = prune(session, version_id, PRUNED_AT_ONCE)

    def _finish(self, options: dict[str, object]) -> dict[str, object] | None:
        """End the job, unless somebody asked for more meanwhile; then return the new options."""
        with self.database.write() as session:
            job = jobs.get_job(session, self.task.hand.job_id)
            if job is None or job.worker != self.task.hand.worker:
                return None
            if job.options != options:
                return dict(job.options)
            # Ended here rather than by the worker: whoever asks after this transaction must find the job ended.
            job.metrics = {"failed": self.failed}
            jobs.end_job(session, job, JobStatus.SUCCEEDED, self._message())
        return None

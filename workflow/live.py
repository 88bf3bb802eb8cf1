"""What the live versions say of a text that is not stored, and why a classifier is silent. Knows no page."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from threading import Thread

from sqlalchemy.orm import Session

from classifier.examples import CLASSIFIERS, Example
from storage import jobs, versions
from storage.database import Database
from storage.tables import Job, JobStatus, Prediction
from workflow.errors import Unavailable
from workflow.live_models import LiveModel, LiveModels
from workflow.neighbours import Neighbours, views_as_examples
from workflow.predicting import rows
from workflow.standings import Voices
from workflow.task import sentence
from workflow.views import ItemResult, ItemView
from workflow.voices import Context, classifier_views, disagreement_view

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Live:
    """The live versions as the triage page asks them."""

    database: Database
    models: LiveModels
    neighbours: Neighbours

    def warm_up(self) -> Thread:
        """Load all live models from a thread of its own, so that the first question need not wait."""
        thread = Thread(target=self._load_all, name="warm up", daemon=True)
        thread.start()
        return thread

    def _load_all(self) -> None:
        try:
            self.neighbours.index.refresh()
            self.models.classifiers()
        except Exception:
            # Nobody asked yet; whoever does is told.
            logger.exception("The live models could not be loaded ahead.")

    def classify(self, text: str) -> ItemResult:
        """Ask all live versions about a text; nothing is stored."""
        near = self.neighbours.of_text(text)
        said, unavailable = self._ask(text, views_as_examples(near))
        with self.database.read() as session:
            context = Context.read(session)
            voices = Voices({name: said.get(name) for name in CLASSIFIERS}, None)
            silent = [name for name in CLASSIFIERS if name not in said and name not in unavailable]
            return ItemResult(
                item=ItemView(0, text),
                truth=None,
                classifiers=classifier_views(context, voices),
                neighbours=near,
                disagreement=disagreement_view(context, voices, 0.0),
                unavailable=unavailable | self.silent(session, silent),
            )

    def _ask(self, text: str, near: Sequence[Example]) -> tuple[dict[str, Prediction], dict[str, str]]:
        said: dict[str, Prediction] = {}
        unavailable: dict[str, str] = {}
        for name in CLASSIFIERS:
            try:
                if live := self.models.classifier(name):
                    said[name] = _prediction(live, text, near)
            except Unavailable as error:
                unavailable[name] = str(error)
            except Exception as error:
                # One classifier that fails, such as an endpoint that is down, must not silence the others.
                logger.exception("%s could not be asked.", name)
                unavailable[name] = sentence(error)
        return said, unavailable

    def silent(self, session: Session, names: Sequence[str]) -> dict[str, str]:
        """Say in a few words why classifiers have not spoken of an item."""
        if not names:
            return {}
        live = versions.list_live(session)
        retraining = jobs.get_unfinished(session, jobs.RETRAIN)
        last = jobs.get_last(session, jobs.PREDICT)
        failed = last.metrics.get("failed", {}) if last else {}
        return {
            name: failed.get(name) or _waits(last) if name in live else _untrained(session, name, retraining)
            for name in names
        }


def _prediction(live: LiveModel, text: str, near: Sequence[Example]) -> Prediction:
    scores = live.model.predict_proba([text], [near])
    row = rows(live.version, [0], scores, [near])[0]
    return Prediction(
        scores={str(label_id): score for label_id, score in row.scores.items()},
        proposed=list(row.proposed),
        examples=list(row.examples),
    )


def _waits(last: Job | None) -> str:
    if last is not None and last.status == JobStatus.RUNNING:
        return f"This item is being predicted, {last.progress:.0%} of all are done."
    return "This item waits to be predicted."


def _untrained(session: Session, name: str, retraining: Job | None) -> str:
    if retraining is not None and name in retraining.classifiers:
        return f"It is being trained, {retraining.progress:.0%} done."
    last = jobs.get_last(session, jobs.RETRAIN)
    if last is not None and last.status == JobStatus.FAILED and name in last.classifiers:
        return last.message
    return "It has no version yet: start a retraining."

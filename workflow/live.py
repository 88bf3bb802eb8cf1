"""What the live versions say of a text that is not stored, and why a classifier is silent. Knows no page."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Thread

from sqlalchemy.orm import Session

from classifier.examples import CLASSIFIERS, Example
from classifier.lineup import Asked
from storage import jobs, versions
from storage.database import Database
from storage.tables import Job, JobStatus, Prediction
from workflow.cuts import tell_cuts
from workflow.errors import Unavailable
from workflow.live_models import LiveModel, LiveModels
from workflow.neighbours import NEAR, Neighbours, views_as_examples
from workflow.predicting import rows
from workflow.questions import Questions
from workflow.standings import Voices
from workflow.task import sentence
from workflow.views import ItemResult, ItemView, NeighbourView
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
        near, without = self._near(text)
        said, unavailable = self._ask(text, views_as_examples(near))
        with self.database.read() as session:
            context = Context.read(session)
            voices = Voices({name: said.get(name) for name in CLASSIFIERS}, None)
            silent = [name for name in CLASSIFIERS if name not in said and name not in unavailable]
            result = ItemResult(
                item=ItemView(0, text),
                truth=None,
                classifiers=classifier_views(context, voices),
                neighbours=near,
                disagreement=disagreement_view(context, voices, 0.0),
                unavailable=unavailable | without | self.silent(session, silent),
            )
        return tell_cuts(self.models, context.live, result)

    def _near(self, text: str) -> tuple[tuple[NeighbourView, ...], dict[str, str]]:
        """Return a text's neighbours, or why there are none."""
        try:
            return self.neighbours.of_text(text), {}
        except Unavailable as error:
            return (), {"neighbours": str(error)}

    def _ask(self, text: str, near: Sequence[Example]) -> tuple[dict[str, Prediction], dict[str, str]]:
        said: dict[str, Prediction] = {}
        unavailable: dict[str, str] = {}
        for name in CLASSIFIERS:
            try:
                if live := self.models.classifier(name):
                    said[name] = _prediction(live, self._question(live, text, near, said))
            except Unavailable as error:
                unavailable[name] = str(error)
            except Exception as error:
                # One classifier that fails, such as an endpoint that is down, must not silence the others.
                logger.exception("%s could not be asked.", name)
                unavailable[name] = sentence(error)
        return said, unavailable

    def _question(
        self, live: LiveModel, text: str, near: Sequence[Example], said: Mapping[str, Prediction]
    ) -> Questions:
        """Return what a version is asked about a text of which the others have `said` something already."""
        if not isinstance(live.model, Asked):
            return Questions([text], [()])
        if live.model.recalls > NEAR:
            near = views_as_examples(self.neighbours.of_text(text, live.model.recalls))
        if not live.model.reads_proposals:
            return Questions([text], [near])
        names = dict(zip(live.version.label_ids, live.model.labels, strict=True))
        proposed = [names[label_id] for each in said.values() for label_id in each.proposed if label_id in names]
        return Questions([text], [near], [list(dict.fromkeys(proposed))])

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


def _prediction(live: LiveModel, question: Questions) -> Prediction:
    row = rows(live.version, [0], question.ask(live.model), question.shown(live.model))[0]
    return Prediction(
        version_id=live.version.id,
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

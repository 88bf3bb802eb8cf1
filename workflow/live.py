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
from storage.standings import Spoken
from storage.tables import Job, JobStatus
from workflow.errors import Loading, Unavailable
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
            self.models.retriever()
            self.models.classifiers()
        except Exception:
            # Nobody asked yet; whoever does is told.
            logger.exception("The live models could not be loaded ahead.")

    def classify(self, text: str, patience: float | None = None) -> ItemResult:
        """Ask all live versions about a text; nothing is stored.

        A model that takes longer than `patience` seconds to load is not waited for; the result says so.
        """
        near, missing = self._near(text, patience)
        said, silent = self._ask(text, views_as_examples(near), patience)
        missing |= silent
        with self.database.read() as session:
            context = Context.read(session)
            voices = Voices({name: said.get(name) for name in CLASSIFIERS}, None)
            unasked = [name for name in CLASSIFIERS if name not in said and name not in missing]
            return ItemResult(
                item=ItemView(0, text),
                truth=None,
                classifiers=classifier_views(context, voices),
                neighbours=near,
                disagreement=disagreement_view(context, voices, 0.0),
                unavailable={name: sentence(why) for name, why in missing.items()} | self.silent(session, unasked),
                loading=tuple(name for name, why in missing.items() if isinstance(why, Loading)),
            )

    def _near(self, text: str, patience: float | None) -> tuple[tuple[NeighbourView, ...], dict[str, Exception]]:
        """Return a text's neighbours, or why there are none."""
        try:
            near = self.neighbours.of_text(text, patience=patience)
            why = None if near else self.neighbours.awaited()
        except Unavailable as error:
            near, why = (), error
        return near, {"neighbours": why} if why else {}

    def _ask(
        self, text: str, near: Sequence[Example], patience: float | None
    ) -> tuple[dict[str, Spoken], dict[str, Exception]]:
        """Return what the classifiers say, and what kept the others from saying something."""
        said: dict[str, Spoken] = {}
        silent: dict[str, Exception] = {}
        for name in CLASSIFIERS:
            try:
                if live := self.models.classifier(name, patience):
                    said[name] = _prediction(live, self._question(live, text, near, said))
            except Unavailable as error:
                silent[name] = error
            except Exception as error:
                # One classifier that fails, such as an endpoint that is down, must not silence the others.
                logger.exception("%s could not be asked.", name)
                silent[name] = error
        return said, silent

    def _question(self, live: LiveModel, text: str, near: Sequence[Example], said: Mapping[str, Spoken]) -> Questions:
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


def _prediction(live: LiveModel, question: Questions) -> Spoken:
    model = live.model
    row = rows(live.version, [0], question.ask(model), question.shown(model), model.tokens_read(question.texts))[0]
    return Spoken(live.version.id, row.scores, row.proposed, row.examples, row.tokens_read, row.tokens)


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

"""Prompt versions in the making: other words or other examples, tried on an item before they are stored.

What is tried asks the live version's model; a retraining with the same changes makes a version of them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from classifier.options.changes import changed
from classifier.prompt_wording import worded, wording_for
from storage import labels, predictions, training, truths, versions
from storage.database import Database
from workflow.errors import BadInput, NotFound, Refused
from workflow.live_models import LiveModel, LiveModels
from workflow.neighbours import Neighbours
from workflow.predicting import chunks
from workflow.questions import PARAMETERS, questions
from workflow.recipes import recipe_from
from workflow.retraining import Retraining
from workflow.roles import OPERATOR, Actor, require_lead
from workflow.views import JobView

PROMPT = "prompt"
TRIED = ("template", "asking", "design", "retrieval", "neighbours", "shortlist", "text_tokens", "example_tokens")
"""What another prompt to the same model may change."""
SHOWN_SCORES = 8
SAVED = (*TRIED, "checkpoint", "endpoint", "model")
MOST_DIFFERENCES = 200


@dataclass(frozen=True)
class PromptDraft:
    """A version to start from: its number (0 where none is live), its recipe and the words that it asks with."""

    number: int
    recipe: dict[str, Any]
    words: dict[str, str]
    model: str


@dataclass(frozen=True)
class Trial:
    """One item asked by a prompt that is not stored: the words, what was answered, and what is proposed of it."""

    item_id: int
    text: str
    prompt: str
    answer: str
    labels: tuple[str, ...]
    scores: dict[str, float]
    examples: tuple[int, ...]
    truth: tuple[str, ...] | None = None


@dataclass(frozen=True)
class AnswerChange:
    """A gold item of which two versions propose different labels."""

    item_id: int
    text: str
    truth: tuple[str, ...]
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class PromptTrials:
    """The use cases of writing prompts."""

    database: Database
    models: LiveModels
    neighbours: Neighbours
    retraining: Retraining

    def draft(self) -> PromptDraft:
        """Return what the live version asks, else what the profile would."""
        with self.database.read() as session:
            live = versions.get_live(session, PROMPT)
            texts = [item.text for item in training.list_labelled(session, "gold")]
        recipe = recipe_from(PROMPT, live.recipe) if live else self.retraining.recipes.recipe(PROMPT)
        # As a training finds out, without waiting for the model.
        words = asdict(worded(wording_for(texts).language, recipe.template))
        return PromptDraft(live.number if live else 0, asdict(recipe), words, recipe.model or recipe.checkpoint)

    def try_on(self, item_id: int, changes: Mapping[str, Any], patience: float | None = None) -> Trial:
        """Ask the live version's model about a stored item by a changed recipe; nothing is stored.

        Raises:
            Loading: where the model takes longer than `patience` seconds to load.
        """
        if unknown := [name for name in changes if name not in TRIED]:
            raise BadInput(f"A trial cannot change {unknown[0]}; it can change {', '.join(TRIED)}.")
        live = self._live(patience)
        with self.database.read() as session:
            texts = training.list_texts(session, [item_id])
            known = truths.get_truth(session, item_id)
        if item_id not in texts:
            raise NotFound(f"There is no item {item_id}.")
        trial = self._ask(live, item_id, texts[item_id][0], changes)
        return replace(trial, truth=tuple(sorted(known.labels.values())) if known else None)

    def _ask(self, live: LiveModel, item_id: int, text: str, changes: Mapping[str, Any]) -> Trial:
        try:
            model = live.model.revised(changed(live.model.recipe, changes))
        except ValueError as error:
            raise BadInput(str(error)) from error
        asked = questions(self.neighbours, model, [item_id], [text])
        scores = dict(zip(model.labels, asked.ask(model)[0].tolist(), strict=True))
        reply = model.answer(text, asked.near[0])
        likely = sorted(scores, key=lambda name: -scores[name])[:SHOWN_SCORES]
        return Trial(
            item_id=item_id,
            text=text,
            prompt=reply.prompt,
            answer=reply.answer,
            labels=reply.labels,
            scores={name: round(scores[name], 4) for name in likely},
            examples=reply.examples,
        )

    def save(self, changes: Mapping[str, Any], by: Actor = OPERATOR) -> JobView:
        """Queue the making of a version: the live one's recipe with changes, measured on gold like any other."""
        require_lead(by)
        if unknown := [name for name in changes if name not in SAVED]:
            raise BadInput(f"A prompt version cannot change {unknown[0]}; it can change {', '.join(SAVED)}.")
        try:
            recipe = changed(recipe_from(PROMPT, self.draft().recipe), {**changes, "preset": ""})
        except ValueError as error:
            raise BadInput(str(error)) from error
        return self.retraining.start((PROMPT,), by, own={PROMPT: recipe})

    def differences(self, before_id: int, after_id: int) -> list[AnswerChange]:
        """Return the gold items of which two versions propose different labels, the oldest first."""
        with self.database.read() as session:
            names = {row.id: row.name for row in labels.list_labels(session)}
            gold = {item.id: item for item in training.list_labelled(session, "gold")}
            before, after = (self._proposed(session, version_id, list(gold)) for version_id in (before_id, after_id))
        differing = [key for key in gold if key in before and key in after and set(before[key]) != set(after[key])]

        def named(label_ids: Sequence[int]) -> tuple[str, ...]:
            return tuple(sorted(names[label_id] for label_id in label_ids if label_id in names))

        return [
            AnswerChange(key, gold[key].text, *map(named, (gold[key].label_ids, before[key], after[key])))
            for key in differing[:MOST_DIFFERENCES]
        ]

    def _proposed(self, session: Session, version_id: int, item_ids: Sequence[int]) -> dict[int, list[int]]:
        if versions.get_version(session, version_id) is None:
            raise NotFound(f"There is no version with the id {version_id}.")
        found: dict[int, list[int]] = {}
        for _, chunk in chunks(item_ids, PARAMETERS):
            found |= predictions.list_proposed(session, version_id, chunk)
        return found

    def _live(self, patience: float | None) -> LiveModel:
        if (live := self.models.classifier(PROMPT, patience)) is None:
            raise Refused("The prompted LLM has no version yet: start a retraining.")
        return live

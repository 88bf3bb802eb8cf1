"""The `prompt` classifier: a language model that is asked, with retrieved labelled examples. Knows no index.

The neighbours come with every question, so a corrected item counts from the next question on. Whoever passes them
leaves out the item itself, its near-duplicates and all gold items; what a training shows is kept clean here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from classifier.examples import Example, Label, TrainingData
from classifier.files import read_metadata, write_metadata
from classifier.instruct import train_starter
from classifier.options.changes import build
from classifier.prompt_groups import Groups, score_by_groups
from classifier.prompt_models import Model, describe, open_model
from classifier.prompt_recipe import PromptRecipe
from classifier.prompt_shortlist import DescriptionRanking, recall, votes
from classifier.prompt_wording import worded, wording_for
from classifier.reading import TokensRead
from classifier.watch import Unwatched, Watch

if TYPE_CHECKING:
    from classifier.retriever import Retriever

MODEL, GROUPS, RETRIEVER = "model", "groups", "retriever"
"""Where weights lie within a saved directory: of what answers, of a starter that answers groups, of the retriever."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One question and its answer, for people to read; `examples` are item ids in the order of the prompt."""

    prompt: str
    answer: str
    labels: tuple[str, ...]
    examples: tuple[int, ...] = ()


class PromptClassifier:
    """Labels texts by asking a language model, each with its neighbours."""

    def __init__(
        self,
        model: Model,
        labels: Sequence[Label],
        by_group: Model | None = None,
        retriever: "Retriever | None" = None,
    ) -> None:
        self.model, self.described, self.retriever = model, tuple(labels), retriever
        self.recipe, self.groups = model.recipe, Groups.of(labels, model.form.wording.language)
        self.by_group = by_group
        if by_group is None and self.recipe.asking.scope == "groups":
            self.by_group = model.with_labels(self.groups.groups)
        describe(model, retriever, labels)

    @property
    def labels(self) -> tuple[str, ...]:
        """Names in column order."""
        return self.model.form.labels

    @property
    def language(self) -> str:
        """The language of the questions, `zh` or `en`."""
        return self.model.form.wording.language

    def revised(self, recipe: PromptRecipe) -> Self:
        """Return what asks the same model in other words, with other examples or of another design.

        Groups are asked of the model itself, also where this one is a starter that has a second one for them.
        """
        model = self.model.revised(recipe, self.described, worded(self.language, recipe.template))
        return type(self)(model, self.described, retriever=_retriever_for(recipe, self.retriever))

    @property
    def format_errors(self) -> int:
        """How many answers had not the form asked for since the model was made."""
        return self.model.counts.errors

    @classmethod
    def fit(
        cls,
        recipe: PromptRecipe,
        data: TrainingData,
        watch: Watch,
        workspace: Path,
        retriever: "Retriever | None" = None,
    ) -> Self:
        """Train the starter, tune a checkpoint where the recipe says so, or take it or the endpoint as it is.

        Training neighbours are found out of fold: those of a retriever that learned from the same labels would be too
        good to learn from, so `retriever` only compares labels' descriptions with texts.
        """
        chosen = _retriever_for(recipe, retriever)
        if recipe.is_starter:
            return cls._fit_starter(recipe, data, watch, workspace, chosen)
        language = wording_for(example.text for example in data.train[:2000]).language
        adapter = workspace
        if recipe.tuning.epochs:
            # trl and datasets take seconds to import; who does not tune need not wait for them.
            from classifier.prompt_tuning import tune

            untuned = open_model(recipe, data.labels, language)
            describe(untuned, chosen, data.labels)
            adapter = tune(untuned, recipe, data, watch, workspace)
        return cls(open_model(recipe, data.labels, language, adapter), data.labels, retriever=chosen)

    @classmethod
    def _fit_starter(
        cls, recipe: PromptRecipe, data: TrainingData, watch: Watch, workspace: Path, retriever: "Retriever | None"
    ) -> Self:
        ranking = DescriptionRanking(retriever, data.labels) if retriever else None
        if recipe.asking.scope != "groups":
            return cls(train_starter(recipe, data, watch, workspace, ranking), data.labels, retriever=retriever)
        # Two small models share the time: a starter's tokens are its labels.
        recipe = replace(recipe, seconds=recipe.seconds / 2)
        language = wording_for(example.text for example in data.train[:2000]).language
        by_group = train_starter(recipe, Groups.of(data.labels, language).lift_all(data), watch, workspace)
        return cls(train_starter(recipe, data, watch, workspace), data.labels, by_group, retriever)

    def predict_proba(
        self,
        texts: Sequence[str],
        neighbours: Sequence[Sequence[Example]] | None = None,
        watch: Watch | None = None,
        proposals: Sequence[Sequence[str]] | None = None,
    ) -> np.ndarray:
        """Return float32 [n, L] in 0..1 for texts, each with its neighbours, in any order.

        `proposals` are the labels that the other classifiers propose; a recipe that does not ask for them ignores them.
        """
        near = self._near(texts, neighbours)
        watch = watch or Unwatched()
        if self.by_group is None or len(self.groups.groups) < 2:
            return _ask(self.model, texts, near, watch, proposals if self.reads_proposals else None)
        lifted = [[self.groups.lift(example) for example in examples] for examples in near]
        by_group = _ask(self.by_group, texts, lifted, watch)

        def within(group: int, rows: np.ndarray) -> np.ndarray:
            return _ask(self._within[group], [texts[row] for row in rows], [near[row] for row in rows], watch)

        return score_by_groups(self.groups, by_group, self.recipe.asking.groups, within)

    def tokens_read(self, texts: Sequence[str]) -> list[TokensRead]:
        """Say of each text how many of its tokens stand in a prompt."""
        clip, count = self.model.form.clip_text, self.model.count
        return [TokensRead(count(clip(text)), count(text)) for text in texts]

    @cached_property
    def _within(self) -> list[Model]:
        """What asks for the labels of each group."""
        return [
            self.model.with_labels([self.described[column] for column in columns]) for columns in self.groups.columns
        ]

    @property
    def recalls(self) -> int:
        """How many neighbours each text should come with."""
        return self.recipe.recalls

    @property
    def reads_proposals(self) -> bool:
        """Whether questions name what the other classifiers propose."""
        return self.recipe.asking.by_proposals

    def shown(self, texts: Sequence[str], neighbours: Sequence[Sequence[Example]]) -> list[tuple[int, ...]]:
        """Return the item ids of the examples in each text's prompt, in the order of the prompt."""
        near, form = self._near(texts, neighbours), self.model.form
        return [
            tuple(example.item_id for example in form.shown(examples, text=text))
            for text, examples in zip(texts, near, strict=True)
        ]

    def measure(
        self,
        items: Sequence[Example],
        neighbours: Sequence[Sequence[Example]],
        proposals: Sequence[Sequence[str]] | None = None,
    ) -> dict[str, Any]:
        """Return how much of the items' truth their shortlists hold, and how many answers had not the right form."""
        near = self._near([item.text for item in items], neighbours)
        others = proposals if proposals is not None and self.reads_proposals else [()] * len(items)
        listed = [
            self.model.form.listed(item.text, examples, proposed)
            for item, examples, proposed in zip(items, near, others, strict=True)
        ]
        return {
            "shortlist_recall": recall(listed, [item.labels for item in items]),
            "format_errors": self.format_errors,
            "repaired": self.model.counts.repaired,
        }

    def answer(self, text: str, neighbours: Sequence[Example] = ()) -> Reply:
        """Ask for one text and return the words of question and answer; of a question for groups, all that follow."""
        [near] = self._near([text], [neighbours])
        if self.by_group is None:
            return _reply(self.model, text, near)
        first = _reply(self.by_group, text, [self.groups.lift(example) for example in near])
        chosen = [place for place, group in enumerate(self.groups.groups) if group.name in first.labels]
        then = [_reply(self._within[place], text, near) for place in chosen]
        prompts, answers = zip(*((reply.prompt, reply.answer) for reply in (first, *then)), strict=True)
        labels = tuple(label for reply in then for label in reply.labels)
        return Reply("\n".join(prompts), "\n".join(answers), labels, first.examples)

    def save(self, directory: Path) -> None:
        """Write the weights that were trained here, or only the configuration of what lies elsewhere; metadata last."""
        directory.mkdir(parents=True, exist_ok=True)
        self.model.save(directory / MODEL)
        if self.recipe.is_starter and self.by_group is not None:
            self.by_group.save(directory / GROUPS)
        if self.retriever is not None:
            self.retriever.save(directory / RETRIEVER)
        metadata = {
            "classifier": "prompt",
            "labels": self.labels,
            "described": [asdict(label) for label in self.described],
            "language": self.language,
            "recipe": asdict(self.recipe),
            "format_errors": self.format_errors,
        }
        write_metadata(directory, metadata)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what `save` wrote."""
        metadata = read_metadata(directory)
        recipe, language = build(PromptRecipe, metadata["recipe"]), metadata["language"]
        labels = _labels(metadata)
        model = open_model(recipe, labels, language, directory / MODEL)
        model.counts.errors = metadata["format_errors"]
        by_group = None
        if (directory / GROUPS).exists():
            by_group = open_model(recipe, Groups.of(labels, language).groups, language, directory / GROUPS)
        return cls(model, labels, by_group, _saved_retriever(directory / RETRIEVER))

    def _near(
        self, texts: Sequence[str], neighbours: Sequence[Sequence[Example]] | None
    ) -> Sequence[Sequence[Example]]:
        """Return the neighbours that count: none where the recipe makes no use of any."""
        return neighbours if neighbours is not None and self.recipe.recalls else [()] * len(texts)


def _reply(model: Model, text: str, near: Sequence[Example]) -> Reply:
    prompt = model.form.write(text, near)
    said = model.say(prompt)
    shown = tuple(example.item_id for example in model.form.shown(near, text=text))
    return Reply(prompt, said, model.form.read(said).labels, shown)


def _ask(
    model: Model,
    texts: Sequence[str],
    near: Sequence[Sequence[Example]],
    watch: Watch,
    proposals: Sequence[Sequence[str]] | None = None,
) -> np.ndarray:
    prompts = [
        model.form.write(text, examples, proposals=proposed)
        for text, examples, proposed in zip(texts, near, proposals or [()] * len(texts), strict=True)
    ]
    return model.scores(prompts, votes(near, model.form.labels), watch)


def _labels(metadata: Mapping[str, Any]) -> list[Label]:
    # What earlier releases wrote knew names only.
    described = metadata.get("described") or [{"name": name} for name in metadata["labels"]]
    return [Label(**values) for values in described]


def _retriever_for(recipe: PromptRecipe, retriever: "Retriever | None") -> "Retriever | None":
    if not recipe.asking.by_descriptions or recipe.asking.scope != "shortlist":
        return None
    if retriever is None:
        raise ValueError("There is no retriever yet that could compare the labels' descriptions with a text.")
    return retriever


def _saved_retriever(directory: Path) -> "Retriever | None":
    if not directory.exists():
        return None
    from classifier.retriever import Retriever

    return Retriever.load(directory)

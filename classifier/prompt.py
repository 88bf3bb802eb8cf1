"""The `prompt` classifier: a language model that is asked, with retrieved labelled examples. Knows no index.

The neighbours come with every question, so a corrected item counts from the next question on. Whoever passes them
leaves out the item itself, its near-duplicates and all gold items; what a training shows is kept clean here.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np

from classifier.endpoint import EndpointModel
from classifier.examples import Example, TrainingData
from classifier.files import read_metadata, write_metadata
from classifier.instruct import train_starter
from classifier.options.changes import build
from classifier.prompt_local import LocalModel
from classifier.prompt_recipe import PromptRecipe
from classifier.prompting import WORDINGS, PromptForm, parse, wording_for
from classifier.watch import Unwatched, Watch

if TYPE_CHECKING:
    from classifier.retriever import Retriever

MODEL = "model"
"""Where the starter's files lie within a saved directory."""


class Model(Protocol):
    """What answers: a causal LM here or a server elsewhere."""

    form: PromptForm
    recipe: PromptRecipe
    format_errors: int

    def scores(self, prompts: Sequence[str], votes: np.ndarray, watch: Watch) -> np.ndarray:
        """Return float32 [n, L] in 0..1; `votes` [n, L] is how much of the neighbours has each label."""

    def say(self, prompt: str) -> str:
        """Return the answer to one prompt as it was given."""

    def save(self, directory: Path) -> None:
        """Write what `load` cannot get elsewhere."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One question and its answer, for people to read; `examples` are item ids in the order of the prompt."""

    prompt: str
    answer: str
    labels: tuple[str, ...]
    examples: tuple[int, ...] = ()


class PromptClassifier:
    """Labels texts by asking a language model, each with its neighbours."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @property
    def labels(self) -> tuple[str, ...]:
        """Names in column order."""
        return self.model.form.labels

    @property
    def format_errors(self) -> int:
        """How many answers could not be read to their end since the model was made."""
        return self.model.format_errors

    @classmethod
    def fit(
        cls,
        recipe: PromptRecipe,
        data: TrainingData,
        watch: Watch,
        workspace: Path,
        retriever: "Retriever | None" = None,
    ) -> Self:
        """Train the starter; any other checkpoint or endpoint is taken as it is.

        The starter finds its training neighbours itself, out of fold: those of a retriever that learned from the
        same labels would be too good to learn from, so `retriever` makes no difference yet.
        """
        if recipe.is_starter:
            return cls(train_starter(recipe, data, watch, workspace))
        wording = wording_for(example.text for example in data.train[:2000])
        return cls(_open(recipe, data.label_names, wording.language, workspace))

    def predict_proba(
        self,
        texts: Sequence[str],
        neighbours: Sequence[Sequence[Example]] | None = None,
        watch: Watch | None = None,
    ) -> np.ndarray:
        """Return float32 [n, L] in 0..1; `neighbours` holds retrieved examples for each text, in any order."""
        near = neighbours if neighbours is not None else [()] * len(texts)
        form = self.model.form
        prompts = [form.write(text, examples) for text, examples in zip(texts, near, strict=True)]
        return self.model.scores(prompts, _votes(near, self.labels), watch or Unwatched())

    def answer(self, text: str, neighbours: Sequence[Example] = ()) -> Reply:
        """Ask for one text and return the words of question and answer."""
        form = self.model.form
        prompt = form.write(text, neighbours)
        said = self.model.say(prompt)
        shown = tuple(example.item_id for example in form.shown(neighbours))
        return Reply(prompt, said, parse(said, form.labels).labels, shown)

    def save(self, directory: Path) -> None:
        """Write the starter's weights, or only the configuration of what lies elsewhere; metadata last."""
        directory.mkdir(parents=True, exist_ok=True)
        self.model.save(directory / MODEL)
        metadata = {
            "classifier": "prompt",
            "labels": self.labels,
            "language": self.model.form.wording.language,
            "recipe": asdict(self.model.recipe),
            "format_errors": self.format_errors,
        }
        write_metadata(directory, metadata)

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what `save` wrote."""
        metadata = read_metadata(directory)
        recipe = build(PromptRecipe, metadata["recipe"])
        model = _open(recipe, metadata["labels"], metadata["language"], directory / MODEL)
        model.format_errors = metadata["format_errors"]
        return cls(model)


def _open(recipe: PromptRecipe, labels: Sequence[str], language: str, directory: Path) -> Model:
    if recipe.endpoint:
        return EndpointModel(recipe, labels, WORDINGS[language])
    source = str(directory) if recipe.is_starter else recipe.checkpoint
    return LocalModel.load(source, labels, WORDINGS[language], recipe)


def _votes(neighbours: Sequence[Sequence[Example]], labels: Sequence[str]) -> np.ndarray:
    """Return float32 [n, L]: which share of the neighbours, weighted by similarity, has each label."""
    columns = {label: column for column, label in enumerate(labels)}
    votes = np.zeros((len(neighbours), len(labels)), dtype=np.float32)
    for row, examples in enumerate(neighbours):
        weights = [max(0.0, example.similarity) for example in examples]
        for example, weight in zip(examples, weights, strict=True):
            known = [columns[label] for label in example.labels if label in columns]
            votes[row, known] += weight / max(sum(weights), 1e-9)
    return votes

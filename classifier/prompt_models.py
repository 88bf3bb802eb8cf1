"""What answers prompts, and the way to it: a causal LM on this machine or a server elsewhere. Knows no neighbours."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

import numpy as np

from classifier.endpoint import EndpointModel
from classifier.examples import Label
from classifier.prompt_answers import Counts
from classifier.prompt_local import LocalModel
from classifier.prompt_recipe import PromptRecipe
from classifier.prompt_shortlist import DescriptionRanking
from classifier.prompt_wording import Wording, worded
from classifier.prompting import PromptForm
from classifier.watch import Watch

if TYPE_CHECKING:
    from classifier.retriever import Retriever


class Model(Protocol):
    """What answers: a causal LM here or a server elsewhere."""

    form: PromptForm
    recipe: PromptRecipe
    counts: Counts

    def scores(self, prompts: Sequence[str], votes: np.ndarray, watch: Watch) -> np.ndarray:
        """Return float32 [n, L] in 0..1; `votes` [n, L] is how much of the neighbours has each label."""

    def say(self, prompt: str) -> str:
        """Return the answer to one prompt as it was given."""

    def count(self, text: str) -> int:
        """Return how many tokens a text has."""

    def with_labels(self, labels: Sequence[Label]) -> Self:
        """Return what asks the same for other labels."""

    def revised(self, recipe: PromptRecipe, labels: Sequence[Label], wording: Wording) -> Self:
        """Return what asks the same model by another recipe."""

    def save(self, directory: Path) -> None:
        """Write what `load` cannot get elsewhere."""


def open_model(recipe: PromptRecipe, labels: Sequence[Label], language: str, directory: Path | None = None) -> Model:
    """Open what answers; `directory` holds what was trained of it."""
    if recipe.endpoint:
        return EndpointModel(recipe, labels, worded(language, recipe.template))
    source = str(directory) if recipe.is_starter else recipe.checkpoint
    model = LocalModel.load(source, labels, worded(language, recipe.template), recipe)
    if recipe.tuning.epochs and not recipe.is_starter and directory is not None:
        model.wear(directory)
    return model


def describe(model: Model, retriever: "Retriever | None", labels: Sequence[Label]) -> None:
    """Let a model's shortlists look at the likeness of labels' descriptions."""
    if retriever is not None:
        model.form = replace(model.form, rank_labels=DescriptionRanking(retriever, labels))

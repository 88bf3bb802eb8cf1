"""The one door to the classifiers and the retriever. Knows which is which; imports their libraries only when asked."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import numpy as np

from classifier.examples import CLASSIFIERS, Example, TrainingData
from classifier.profiles import Recipe
from classifier.recipes import RetrieverRecipe
from classifier.watch import Watch

if TYPE_CHECKING:
    from classifier.reading import TokensRead
    from classifier.retriever import Retriever


class Classifier(Protocol):
    """What the three have in common."""

    labels: tuple[str, ...]

    def predict_proba(
        self,
        texts: Sequence[str],
        neighbours: Sequence[Sequence[Example]] | None = None,
        watch: Watch | None = None,
    ) -> np.ndarray:
        """Return float32 [n, L] in 0..1, one column for each of `labels`."""

    def tokens_read(self, texts: Sequence[str]) -> "list[TokensRead]":
        """Say of each text how many of its tokens are read, and how many there are."""

    def save(self, directory: Path) -> None:
        """Write everything that `load` needs; the metadata file comes last."""


@runtime_checkable
class Asked(Protocol):
    """What a classifier has besides that is asked with examples."""

    recalls: int
    """How many neighbours each text should come with."""
    reads_proposals: bool
    """Whether its questions name what the other classifiers propose."""

    def predict_proba(
        self,
        texts: Sequence[str],
        neighbours: Sequence[Sequence[Example]] | None = None,
        watch: Watch | None = None,
        proposals: Sequence[Sequence[str]] | None = None,
    ) -> np.ndarray:
        """Return float32 [n, L] in 0..1, one column for each of `labels`."""

    def shown(self, texts: Sequence[str], neighbours: Sequence[Sequence[Example]]) -> list[tuple[int, ...]]:
        """Return the item ids of the examples in each text's prompt, in the order of the prompt."""

    def measure(
        self,
        items: Sequence[Example],
        neighbours: Sequence[Sequence[Example]],
        proposals: Sequence[Sequence[str]] | None = None,
    ) -> dict[str, Any]:
        """Return what is to be known of its questions and answers about items with their truth."""


def fit(
    name: str, recipe: Recipe, data: TrainingData, watch: Watch, workspace: Path, retriever: "Retriever | None" = None
) -> Classifier:
    """Train a classifier; what the starters share is made once in `workspace` and found there by the next.

    Raises ValueError where the data cannot be learned from, RuntimeError where the training diverges, and lets
    `Cancelled` out of `watch.progress` pass.
    """
    if name == "prompt":
        return _class(name).fit(recipe, data, watch, workspace, retriever)
    return _class(name).fit(recipe, data, watch, workspace)


def go_on(name: str, directory: Path, data: TrainingData, watch: Watch) -> Classifier:
    """Read a saved classifier and let it learn a little more; `continuing` says which can, and from what.

    `prompt` only comes back as it is: a correction is among its examples at once.
    """
    model = load(name, directory)
    if name != "prompt":
        model.go_on(data, watch)
    return model


def load(name: str, directory: Path) -> Classifier:
    """Read a saved classifier; raise FileNotFoundError where the directory is not complete."""
    return _class(name).load(directory)


def fit_retriever(recipe: RetrieverRecipe, data: TrainingData, watch: Watch, workspace: Path) -> "Retriever":
    """Make or load the retriever."""
    _calm()
    from classifier.retriever import Retriever

    return Retriever.fit(recipe, data, watch, workspace)


def load_retriever(directory: Path) -> "Retriever":
    """Read a saved retriever; raise FileNotFoundError where the directory is not complete."""
    _calm()
    from classifier.retriever import Retriever

    return Retriever.load(directory)


def _class(name: str) -> type:
    # Imported here: the libraries behind take seconds, and a page without models should not wait for them.
    _calm()
    if name == "bert":
        from classifier.bert import BertClassifier

        return BertClassifier
    if name == "llm_head":
        from classifier.llm_head import LlmHeadClassifier

        return LlmHeadClassifier
    if name == "prompt":
        from classifier.prompt import PromptClassifier

        return PromptClassifier
    raise ValueError(f"There is no classifier {name}; there are {', '.join(CLASSIFIERS)}.")


def _calm() -> None:
    """Keep the libraries' bars and load reports out of a job's log, which people read."""
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()

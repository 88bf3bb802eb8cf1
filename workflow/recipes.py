"""Recipes on their way through a job's options: plain values there, checked dataclasses here."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Protocol

from classifier.options.changes import build
from classifier.presets import preset
from classifier.profiles import Recipe
from classifier.prompt_recipe import PromptRecipe
from classifier.recipes import BertRecipe, LlmHeadRecipe, RetrieverRecipe
from workflow.errors import BadInput

KINDS: dict[str, type[Any]] = {
    "bert": BertRecipe,
    "llm_head": LlmHeadRecipe,
    "prompt": PromptRecipe,
    "retriever": RetrieverRecipe,
}


class RecipeBook(Protocol):
    """What names a recipe for each classifier; a profile does."""

    def recipe(self, classifier: str) -> Recipe:
        """Return the recipe of a classifier, or of `retriever`."""


def as_options(
    book: RecipeBook, classifiers: Iterable[str], presets: Mapping[str, str] | None = None
) -> dict[str, dict[str, Any]]:
    """Return the recipes as they stand in a job's options; `presets` names one for some of the classifiers."""
    recipes = {name: book.recipe(name) for name in (*classifiers, "retriever")}
    for classifier, name in (presets or {}).items():
        recipes[classifier] = preset(name).apply(recipes[classifier])
    return {name: asdict(recipe) for name, recipe in recipes.items()}


def by_classifier(names: Iterable[str]) -> dict[str, str]:
    """Return preset names by the classifier that each trains; raise `BadInput` for unknown ones and for two of one."""
    chosen: dict[str, str] = {}
    for name in names:
        try:
            classifier = preset(name).classifier
        except ValueError as error:
            raise BadInput(str(error)) from error
        if classifier in chosen:
            raise BadInput(f"{chosen[classifier]} and {name} both train {classifier}; a retraining takes one of them.")
        chosen[classifier] = name
    return chosen


def recipe_from(name: str, values: Mapping[str, Any]) -> Recipe:
    """Build a recipe again; it is checked as if it were new."""
    return build(KINDS[name], values)

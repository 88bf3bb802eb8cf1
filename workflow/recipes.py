"""Recipes on their way through a job's options: plain values there, checked dataclasses here."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any, Protocol

from classifier.profiles import Recipe
from classifier.prompt_recipe import PromptRecipe
from classifier.recipes import BertRecipe, LlmHeadRecipe, RetrieverRecipe

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


def as_options(book: RecipeBook, classifiers: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the recipes as they stand in a job's options."""
    return {name: asdict(book.recipe(name)) for name in (*classifiers, "retriever")}


def recipe_from(name: str, values: Mapping[str, Any]) -> Recipe:
    """Build a recipe again; it is checked as if it were new."""
    return KINDS[name](**values)

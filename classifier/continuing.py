"""Lets a trained classifier learn a few corrections more instead of everything anew: rules and data. Imports no torch.

A few old examples are rehearsed beside every changed one, or what they taught would be forgotten (Robins 1995).
"""

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from classifier.examples import TrainingData
from classifier.options.data import Data
from classifier.profiles import Recipe
from classifier.prompt_recipe import PromptRecipe
from classifier.recipes import BertRecipe, LlmHeadRecipe, TrainingRecipe

ADAPTERS = ("lora", "dora", "rslora", "full")
"""The tunings whose saved state can learn on; the others keep only what answering needs."""
REHEARSED, LEAST_REHEARSED = 4, 1000
"""Old examples for each changed one, and how many there are at least."""
GENTLER = 0.25
"""A share of the learning rate: the weights are good already."""
EPOCHS = 2
LENIENT = 0.005
"""So much micro-F1 on validation may be lost; who keeps the start does not learn the corrections."""


def can_go_on(recipe: Recipe) -> bool:
    """Tell whether what was trained by a recipe can go on learning by it."""
    match recipe:
        case BertRecipe():
            return not recipe.cloze.template and recipe.data == Data()
        case LlmHeadRecipe():
            # What an adapter has learned of the input table is read back fixed, so an attack finds no gradient there.
            attacks = recipe.noise.fgm_epsilon > 0 and recipe.tuning.method != "full"
            return recipe.tuning.method in ADAPTERS and not attacks and recipe.data == Data()
        case PromptRecipe():
            return not recipe.endpoint and recipe.data == Data()
    return False


def rehearsal(data: TrainingData, changed: Collection[int], seed: int = 0) -> TrainingData:
    """Return data of which `train` holds the changed items, by their ids, and a sample of the others."""
    new = [example for example in data.train if example.item_id in changed]
    old = [example for example in data.train if example.item_id not in changed]
    wanted = max(LEAST_REHEARSED, REHEARSED * len(new))
    drawn = np.random.default_rng(seed).permutation(len(old))[:wanted]
    return replace(data, train=(*new, *(old[row] for row in sorted(drawn))))


def gentler(recipe: TrainingRecipe) -> TrainingRecipe:
    """Return a recipe for learning a little more."""
    return replace(recipe, epochs=EPOCHS, learning_rate=GENTLER * recipe.learning_rate, start_lead=LENIENT)

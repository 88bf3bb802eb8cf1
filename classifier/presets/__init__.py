"""Recipes with names: what a person picks on a page, on the command line or for a bake-off. Importable without torch.

A preset changes the recipe that suits a profile's checkpoint; what it does not name stays as it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from classifier.options.changes import changed
from classifier.presets.bert import BERT_PRESETS
from classifier.presets.llm_head import LLM_HEAD_PRESETS
from classifier.presets.prompt import PROMPT_PRESETS
from classifier.profiles import Recipe


@dataclass(frozen=True, slots=True)
class Preset:
    """A named recipe of one classifier: what it changes, and in one sentence what that is (with its paper)."""

    name: str
    classifier: str
    about: str
    changes: Mapping[str, Any]

    def apply(self, recipe: Recipe) -> Recipe:
        """Return the recipe with this preset's changes and name; raise ValueError where they do not fit it."""
        return replace(changed(recipe, self.changes), preset=self.name)


PRESETS: dict[str, Preset] = {
    name: Preset(name, classifier, about, changes)
    for classifier, table in (("bert", BERT_PRESETS), ("llm_head", LLM_HEAD_PRESETS), ("prompt", PROMPT_PRESETS))
    for name, (about, changes) in table.items()
}


def presets_of(classifier: str) -> list[Preset]:
    """Return a classifier's presets, its default first."""
    return [preset for preset in PRESETS.values() if preset.classifier == classifier]


def preset(name: str) -> Preset:
    """Return a preset; raise ValueError with the known names where there is none."""
    if name not in PRESETS:
        raise ValueError(f"There is no recipe {name}; there are {', '.join(PRESETS)}.")
    return PRESETS[name]

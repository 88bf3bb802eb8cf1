"""How long a retraining should take, part by part: what each took the last time, else what its recipe allows. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Protocol

from classifier.profiles import Recipe
from classifier.recipes import STARTER

RETRIEVER, REFERENCE = "retriever", "reference"
PREPARED, FITTED, MEASURED = 0.02, 0.85, 0.95
"""How far a classifier's part is when its data are ready, after fitting, and after its thresholds and metrics."""
FIRST_RETRIEVER, KNOWN_RETRIEVER, SCORED_REFERENCE = 25.0, 5.0, 10.0
"""Seconds; a retriever that is live is trained again only when it is stale."""


class Trained(Protocol):
    """What is to be known of a live version."""

    recipe: dict[str, Any]
    seconds: float


def expected_parts(
    classifiers: Sequence[str], recipes: Mapping[str, Recipe], live: Mapping[str, Trained]
) -> dict[str, float]:
    """Return the parts of a retraining in their order, with the seconds that each should take."""
    parts = {RETRIEVER: KNOWN_RETRIEVER if RETRIEVER in live else FIRST_RETRIEVER}
    for name in classifiers:
        before = live.get(name)
        wanted = asdict(recipes[name])
        same = before is not None and before.recipe == wanted
        parts[name] = max(before.seconds, 1.0) if before and same else longest(wanted) / FITTED
    return parts | {REFERENCE: SCORED_REFERENCE}


def longest(recipe: Mapping[str, Any]) -> float:
    """Return how many seconds a recipe lets its training take; a pretrained LLM that is tuned has its own limit."""
    tuning = recipe.get("tuning", {})
    tuned = tuning.get("epochs") and recipe["checkpoint"] != STARTER
    return float(tuning["seconds"] if tuned else recipe["seconds"])

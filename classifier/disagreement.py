"""How the classifiers differ on one item. One definition for the queue, the dashboard and the CSV. Pure.

Labels may be names or ids; a classifier that has not spoken is None.
"""

from collections.abc import Hashable, Mapping
from typing import TypeVar

from classifier.rarity import band

L = TypeVar("L", bound=Hashable)

KINDS = ("bert_alone", "llm_head_alone", "prompt_alone", "all_differ", "models_vs_human", "agree")


def kind(proposals: Mapping[str, frozenset[L] | None], truth: frozenset[L] | None) -> str:
    """Say who stands alone on an item, one of `KINDS`.

    Where people have decided and the majority of the classifiers says something else, that comes first. With fewer than
    two voices there is nothing to disagree about.
    """
    said = {name: labels for name, labels in proposals.items() if labels is not None}
    if said and truth is not None and majority(said) != truth:
        return "models_vs_human"
    distinct = set(said.values())
    if len(distinct) <= 1:
        return "agree"
    if len(said) == 3 and len(distinct) == 2:
        voices = list(said.values())
        return next(f"{name}_alone" for name, labels in said.items() if voices.count(labels) == 1)
    return "all_differ"


def majority(said: Mapping[str, frozenset[L]]) -> frozenset[L]:
    """Return the labels that more than half of the classifiers propose."""
    voices = list(said.values())
    return frozenset(label for label in frozenset[L]().union(*voices) if 2 * _count(voices, label) > len(voices))


def labels_in_dispute(proposals: Mapping[str, frozenset[L] | None], truth: frozenset[L] | None) -> frozenset[L]:
    """Return the labels that some but not all of those who spoke say; the truth counts as a voice."""
    voices = [labels for labels in (*proposals.values(), truth) if labels is not None]
    if not voices:
        return frozenset()
    return frozenset[L]().union(*voices) - voices[0].intersection(*voices)


def band_of(
    proposals: Mapping[str, frozenset[L] | None], truth: frozenset[L] | None, train_counts: Mapping[L, int]
) -> str:
    """Return the rarity band of the rarest label in dispute; of the rarest one said where all agree; "" for none."""
    voices = [labels for labels in (*proposals.values(), truth) if labels is not None]
    at_stake = labels_in_dispute(proposals, truth) or frozenset[L]().union(*voices)
    return band(min(train_counts.get(label, 0) for label in at_stake)) if at_stake else ""


def _count(voices: list[frozenset[L]], label: L) -> int:
    return sum(label in labels for labels in voices)

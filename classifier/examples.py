"""What goes into a classifier: labels, labelled examples and training data. Plain values, importable without torch."""

from dataclasses import dataclass

CLASSIFIERS = ("bert", "llm_head", "prompt")
"""The three classifiers, in the order in which every page, table and file shows them."""


@dataclass(frozen=True, slots=True)
class Label:
    """An event label: its name is what a classifier predicts, description and group help people and prompts."""

    name: str
    description: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class Example:
    """A text with its labels (none is a valid answer).

    `item_id` and `cluster` (near-duplicates share one; 0 is unknown) keep an item and its copies out of its own prompt;
    `similarity` (cosine, -1..1) is set where the example was retrieved. `soft_targets` say what is to be learned of
    each label in column order, 0..1 and NaN where nobody knows; without them the labels are the whole truth.
    """

    text: str
    labels: tuple[str, ...] = ()
    item_id: int = 0
    cluster: int = 0
    similarity: float = 0.0
    soft_targets: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Everything a training may see. Gold items are never in here; `validation` chooses thresholds and stops early."""

    labels: tuple[Label, ...]
    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    unlabelled: tuple[str, ...] = ()

    @property
    def label_names(self) -> tuple[str, ...]:
        """Names in column order of every score matrix."""
        return tuple(label.name for label in self.labels)

"""What a training learns from: which of the labelled items, and what is added to them."""

from dataclasses import dataclass, field

from classifier.options.checks import check_at_least, check_choice, check_positive, check_share

AMOUNTS = ("all", "items_a_label", "share", "number")
RANKINGS = ("chance", "mmr")
CLUSTERS = ("label", "embedding")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """How many of the labelled items, and which: the first `size` of a ranking, so that a smaller set is in a larger.

    `amount` says what `size` counts: items of each label, a share of all items, or items. The ranking is drawn by the
    recipe's seed, or by maximal marginal relevance (Carbonell and Goldstein 1998) within each cluster of items with a
    label or with like vectors: `relevance` weighs nearness to the cluster's centre against distance to what was
    taken before. Under `mmr`, items of several labels and of labels with at most `rare` examples are always taken,
    beside the amount.
    """

    amount: str = "all"
    size: float = 0.0
    ranking: str = "chance"
    cluster: str = "label"
    relevance: float = 0.5
    rare: int = 5

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_choice(self, "amount", AMOUNTS)
        check_choice(self, "ranking", RANKINGS)
        check_choice(self, "cluster", CLUSTERS)
        check_at_least(self, 0, "rare")
        if not 0 <= self.relevance <= 1:
            raise ValueError(f"relevance: must be from 0 to 1, not {self.relevance}.")
        if self.amount != "all":
            check_positive(self, "size")
        if self.amount == "share" and self.size > 1:
            raise ValueError(f"size: a share of the items is at most 1, not {self.size}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class PseudoLabels:
    """Unlabelled items on whose labels all named classifiers agree become examples (Lee 2013).

    Nobody is named by default, which turns it off. Each label's score must pass its threshold by `margin` in each
    classifier; a label gains at most `cap` items, the surest first; a share `audit` of them is kept for people to
    check instead of being learned.
    """

    classifiers: list[str] = field(default_factory=list)
    margin: float = 0.1
    cap: int = 100
    audit: float = 0.05

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_share(self, "margin", "audit")
        check_at_least(self, 1, "cap")


@dataclass(frozen=True, slots=True, kw_only=True)
class Distillation:
    """Learning what teachers say, on labelled and unlabelled items (Hinton et al. 2015); off without teachers.

    A teacher is a classifier, which means its live version, or one of its versions: `bert`, `llm_head 7`. Several are
    averaged. `weight` is how much they count beside the truth of a labelled item, `unlabelled` how many items without
    one they may speak of.
    """

    teachers: list[str] = field(default_factory=list)
    weight: float = 0.5
    unlabelled: int = 5000

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_at_least(self, 0, "unlabelled")
        if not 0 < self.weight <= 1:
            raise ValueError(f"weight: must be above 0 and at most 1, not {self.weight}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixing:
    """Examples of another, similar label set, read from a file; off without a `path`.

    `ratio` own items stand beside one of the others. `names` says which of their labels is which of ours, where the
    names differ; their other labels are not learned, and of our labels that they do not know nothing is concluded,
    but by `prompt`, whose answers are learned as they stand.
    """

    path: str = ""
    ratio: float = 2.0
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_positive(self, "ratio")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pretraining:
    """Reading the desk's own texts before their labels (Gururangan et al. 2020); off while `share` is 0.

    An encoder learns to fill in `masked` of the tokens, an LLM to go on writing, for `share` of the training's time
    and `epochs` at most.
    """

    share: float = 0.0
    epochs: int = 1
    learning_rate: float = 5e-5
    masked: float = 0.15

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_share(self, "share", "masked")
        check_positive(self, "epochs", "learning_rate", "masked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """The parts in the order in which they act; by default all labelled items are learned, and nothing else."""

    selection: Selection = field(default_factory=Selection)
    pseudo_labels: PseudoLabels = field(default_factory=PseudoLabels)
    distillation: Distillation = field(default_factory=Distillation)
    mixing: Mixing = field(default_factory=Mixing)
    pretraining: Pretraining = field(default_factory=Pretraining)

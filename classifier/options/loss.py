"""What counts as wrong while a classifier is trained, and how much."""

from dataclasses import dataclass

from classifier.options.checks import check_choice, check_positive, check_share

KINDS = ("bce", "focal", "asymmetric", "cross_entropy")
WEIGHTINGS = ("none", "positive", "class_balanced")


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A loss and how labels weigh in it; see `classifier/losses.py` for the formulas.

    `bce` is binary cross-entropy, `focal` is Lin et al. 2017 with `gamma`, `asymmetric` is Ben-Baruch et al. 2021 with
    `gamma_positive`, `gamma_negative` and the probability `margin`. `cross_entropy` is for sets in which an item has
    one label at most: its probabilities are a softmax over the labels and "no label".
    `weighting` lets the positives of a label count as often as its negatives, at most `heaviest` times (`positive`), or
    weighs whole labels by their effective number of examples with `beta` (`class_balanced`, Cui et al. 2019).
    """

    kind: str = "bce"
    weighting: str = "none"
    gamma: float = 2.0
    gamma_positive: float = 0.0
    gamma_negative: float = 4.0
    margin: float = 0.05
    heaviest: float = 10.0
    beta: float = 0.9

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_choice(self, "kind", KINDS)
        check_choice(self, "weighting", WEIGHTINGS)
        for name in ("gamma", "gamma_positive", "gamma_negative"):
            # Between 0 and 1 the power's slope at certainty is infinite.
            if getattr(self, name) and not getattr(self, name) >= 1:
                raise ValueError(f"{name}: must be 0 or at least 1, not {getattr(self, name)}.")
        check_share(self, "margin", "beta")
        check_positive(self, "heaviest")
        if self.kind == "cross_entropy" and self.weighting == "positive":
            raise ValueError("weighting: a softmax has no negatives; with cross_entropy use none or class_balanced.")

    @property
    def is_single_label(self) -> bool:
        """Whether an item has one label at most."""
        return self.kind == "cross_entropy"

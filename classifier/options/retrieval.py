"""Which of the retrieved neighbours a prompt shows, and in which order."""

from dataclasses import dataclass

from classifier.options.checks import check_at_least, check_choice

RANKINGS = ("similarity", "mmr", "cross-encoder")
ORDERS = ("ascending", "descending", "random")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieval:
    """Recall, then rank: of `recall` neighbours the best by `rank` are shown.

    `mmr` weighs likeness to the text against likeness to the examples chosen before, by `diversity` in 0..1 (maximal
    marginal relevance, Carbonell & Goldstein 1998). `cross-encoder` reads text and neighbour together (Nogueira & Cho
    2019); `cross_encoder` names it, a hub id or a path. In `ascending` order the nearest example stands last, next to
    the text; the `random` order is the same for the same text.
    """

    recall: int = 10
    rank: str = "similarity"
    order: str = "ascending"
    diversity: float = 0.3
    cross_encoder: str = ""

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_at_least(self, 1, "recall")
        check_choice(self, "rank", RANKINGS)
        check_choice(self, "order", ORDERS)
        if not 0 <= self.diversity <= 1:
            raise ValueError(f"diversity: must be in 0..1, not {self.diversity}.")
        if self.rank == "cross-encoder" and not self.cross_encoder:
            raise ValueError("cross_encoder: name the cross-encoder, a hub id or a local path.")

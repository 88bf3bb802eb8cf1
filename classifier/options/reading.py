"""How much of a text that is longer than `max_length` is read."""

from dataclasses import dataclass

from classifier.options.checks import check_choice, check_positive, check_share

MODES = ("head", "head_tail", "windows")
POOLS = ("max", "mean")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The first tokens (`head`), the first and the last (`head_tail`, Sun et al. 2019), or all in `windows`.

    `head_share` of what is read of a long text by `head_tail` is its beginning. Windows begin `stride` tokens apart, at
    most `most_windows` a text; a label's logit is the `max` or the `mean` of theirs (Pappagari et al. 2019).
    """

    mode: str = "head"
    head_share: float = 0.25
    stride: int = 128
    pool: str = "max"
    most_windows: int = 16

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_choice(self, "mode", MODES)
        check_choice(self, "pool", POOLS)
        check_share(self, "head_share")
        check_positive(self, "stride", "most_windows")

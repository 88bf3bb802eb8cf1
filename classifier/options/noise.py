"""Noise that makes a training robust: on the embeddings, against the embeddings, between two readings."""

from dataclasses import dataclass

from classifier.options.checks import check_at_least, check_share


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Each is off at 0.

    `neftune_alpha` scales uniform noise on the embeddings (Jain et al. 2023); `fgm_epsilon` is how far the embedding
    table is moved along its gradient for a second backward pass (Miyato et al. 2017); `r_drop` weighs how much two
    readings of one text with different dropout may differ (Liang et al. 2021); `dropout` is the least share that is
    dropped wherever the model drops at all, for checkpoints that come without.
    """

    neftune_alpha: float = 0.0
    fgm_epsilon: float = 0.0
    r_drop: float = 0.0
    dropout: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_at_least(self, 0, "neftune_alpha", "fgm_epsilon", "r_drop")
        check_share(self, "dropout")

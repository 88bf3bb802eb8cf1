"""Noise that makes a training robust: on the embeddings, against the embeddings, between two readings."""

from dataclasses import dataclass

from classifier.options.checks import check_at_least


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """Each is off at 0.

    `neftune_alpha` scales uniform noise on the embeddings (Jain et al. 2023).
    """

    neftune_alpha: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_at_least(self, 0, "neftune_alpha")

"""How the weights of a pretrained LLM are adapted."""

from dataclasses import dataclass

from classifier.options.checks import check_choice, check_positive, check_share

METHODS = ("lora",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """LoRA (Hu et al. 2021) on all projections, with a trained head and, by `train_embeddings`, a trained input table.

    `alpha` scales what an adapter of rank `r` adds, by alpha / r.
    """

    method: str = "lora"
    r: int = 32
    alpha: int = 64
    dropout: float = 0.1
    train_embeddings: bool = True

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_choice(self, "method", METHODS)
        check_positive(self, "r", "alpha")
        check_share(self, "dropout")

"""How a pretrained LLM learns to answer prompts."""

from dataclasses import dataclass

from classifier.options.checks import check_at_least, check_positive, check_share


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionTuning:
    """LoRA (Hu et al. 2021) on all linear layers, taught with prompts and answers (FLAN, Wei et al. 2021).

    Off at `epochs` 0. `alpha` scales what an adapter of rank `r` adds, by alpha / r; `templates` wordings are drawn
    from, one for each sample, and 1 is the wording of the questions asked later. `seconds` caps the time.
    """

    epochs: int = 0
    r: int = 16
    alpha: int = 32
    dropout: float = 0.05
    learning_rate: float = 1e-4
    batch_size: int = 8
    templates: int = 51
    seconds: float = 4 * 3600.0

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_at_least(self, 0, "epochs")
        check_positive(self, "r", "alpha", "learning_rate", "batch_size", "templates", "seconds")
        check_share(self, "dropout")

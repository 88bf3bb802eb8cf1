"""How the weights of a pretrained LLM are adapted."""

from dataclasses import dataclass

from classifier.options.checks import check_at_least, check_choice, check_positive, check_share

METHODS = {
    "lora": "low-rank updates of every projection (Hu et al. 2021)",
    "dora": "LoRA that learns direction and magnitude apart (Liu et al. 2024)",
    "rslora": "LoRA scaled by the square root of its rank (Kalajdzievski 2023)",
    "adalora": "LoRA that moves its ranks to where they count (Zhang et al. 2023)",
    "ia3": "factors on keys, values and the feed-forward layer (Liu et al. 2022)",
    "prefix": "learned keys and values before every layer's own, made by a small network (Li & Liang 2021)",
    "p_tuning_v2": "learned keys and values before every layer's own, themselves the parameters (Liu et al. 2021b)",
    "p_tuning": "learned input vectors before the text, made by a small network (Liu et al. 2021a)",
    "prompt": "learned input vectors before the text, themselves the parameters (Lester et al. 2021)",
    "bottleneck": "small layers between the layers (Houlsby et al. 2019; Pfeiffer et al. 2020)",
    "full": "all weights",
}
SOFT_PROMPTS = ("p_tuning", "prompt")
"""These put vectors before the text, where a trained input table would not be looked up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """By which of `METHODS` an LLM learns; its head is always trained, its input table by `train_embeddings`.

    `alpha` scales what a LoRA of rank `r` adds, by alpha / r; AdaLoRA starts with half as much rank again and ends with
    `r` on average; `dropout` is LoRA's and the bottlenecks'; `virtual_tokens` counts what prefix, P- and prompt tuning
    put before a text; a bottleneck is `reduction` times narrower than its layer and stands behind the feed-forward
    layer (Pfeiffer), with `after_attention` behind attention too (Houlsby).
    """

    method: str = "lora"
    r: int = 32
    alpha: int = 64
    dropout: float = 0.1
    train_embeddings: bool = True
    virtual_tokens: int = 20
    reduction: int = 16
    after_attention: bool = False

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_choice(self, "method", METHODS)
        check_positive(self, "r", "alpha")
        check_share(self, "dropout")
        check_at_least(self, 1, "virtual_tokens", "reduction")
        if self.method in SOFT_PROMPTS and self.train_embeddings:
            raise ValueError(f"train_embeddings: {self.method} leaves the input table as it is; switch it off.")

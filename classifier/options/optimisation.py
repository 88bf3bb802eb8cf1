"""Which weights of a transformer are trained how fast, and in how much memory."""

from dataclasses import dataclass

from classifier.options.checks import check_positive, check_share


@dataclass(frozen=True, slots=True, kw_only=True)
class Optimisation:
    """All layers alike, a step for each batch, by default.

    `frozen_share` of the layers, from below, stay as they are, and with them the embeddings (Lee et al. 2019);
    `layer_decay` multiplies the learning rate for each layer down from the head (Howard and Ruder 2018);
    `accumulation` is the number of batches whose gradients make one step; `checkpointing` computes activations again in
    the backward pass instead of keeping them (Chen et al. 2016), a third slower in a fraction of the memory.
    """

    frozen_share: float = 0.0
    layer_decay: float = 1.0
    accumulation: int = 1
    checkpointing: bool = False

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        check_share(self, "frozen_share")
        check_positive(self, "layer_decay", "accumulation")
        if self.layer_decay > 1:
            raise ValueError(f"layer_decay: must be at most 1, not {self.layer_decay}.")

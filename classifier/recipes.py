"""How the classifiers and the retriever are trained, as checked values. Importable without torch."""

from dataclasses import dataclass, replace
from typing import Self

STARTER = "starter"
"""The checkpoint name that means: make a small model on this machine instead of loading one."""


def check_positive(recipe: object, *names: str) -> None:
    """Raise ValueError naming the first of these fields that is not positive."""
    for name in names:
        if not getattr(recipe, name) > 0:
            raise ValueError(f"{name}: must be positive, not {getattr(recipe, name)}.")


def check_share(recipe: object, *names: str) -> None:
    """Raise ValueError naming the first of these fields that is not in 0..1, 1 excluded."""
    for name in names:
        if not 0 <= getattr(recipe, name) < 1:
            raise ValueError(f"{name}: must be a share from 0 to below 1, not {getattr(recipe, name)}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRecipe:
    """What every trained classifier shares.

    `checkpoint` is `starter`, a hub id or a local path; `max_length` counts tokens; `seconds` caps the wall-clock time
    (the learning rate then reaches zero on time); `patience` counts epochs without a better validation F1;
    `start_lead` is how much better on validation (F1) the state before the first step must be than the best later one,
    so that it is kept instead;
    `bpe_dropout` is the share of a BPE tokenizer's merges that training leaves out.
    """

    checkpoint: str = STARTER
    epochs: int = 3
    learning_rate: float = 2e-4
    batch_size: int = 32
    max_length: int = 192
    seconds: float = 180.0
    patience: int = 3
    warmup: float = 0.05
    weight_decay: float = 0.01
    start_lead: float = 0.0
    bpe_dropout: float = 0.0
    seed: int = 0

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        if not self.checkpoint:
            raise ValueError("checkpoint: name 'starter', a hub id or a local path.")
        check_positive(self, "epochs", "learning_rate", "batch_size", "seconds", "patience")
        if self.max_length < 8:
            raise ValueError(f"max_length: must be at least 8 tokens, not {self.max_length}.")
        check_share(self, "warmup", "bpe_dropout")
        if self.weight_decay < 0 or self.seed < 0:
            raise ValueError("weight_decay, seed: must not be negative.")

    @property
    def is_starter(self) -> bool:
        """Whether the model is made here rather than loaded."""
        return self.checkpoint == STARTER

    def with_checkpoint(self, checkpoint: str) -> Self:
        """Return the recipe that suits a checkpoint."""
        return replace(self, checkpoint=checkpoint)


@dataclass(frozen=True, slots=True, kw_only=True)
class BertRecipe(TrainingRecipe):
    """Full fine-tuning of an encoder with a multi-label head."""

    def with_checkpoint(self, checkpoint: str) -> Self:
        """Return the recipe that suits a checkpoint: a pretrained encoder wants small steps and more time."""
        if checkpoint == STARTER:
            return replace(self, checkpoint=checkpoint)
        return replace(self, checkpoint=checkpoint, epochs=5, learning_rate=5e-5, batch_size=16, seconds=4 * 3600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmHeadRecipe(TrainingRecipe):
    """LoRA (Hu et al. 2021) on all projections of a causal LLM, with a trained head and input embeddings.

    `neftune_alpha` scales uniform noise on the embeddings (Jain et al. 2023); 0 is none.
    """

    epochs: int = 2
    seconds: float = 130.0
    # Bert and llm_head begin from one SVM: if both kept their start, they would say the same. That is the lesser evil
    # only where training failed or had no time.
    start_lead: float = 0.02
    lora_r: int = 32
    lora_alpha: int = 64
    lora_dropout: float = 0.1
    neftune_alpha: float = 0.0

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        TrainingRecipe.__post_init__(self)
        check_positive(self, "lora_r", "lora_alpha")
        check_share(self, "lora_dropout")
        if self.neftune_alpha < 0:
            raise ValueError(f"neftune_alpha: must not be negative, not {self.neftune_alpha}.")

    def with_checkpoint(self, checkpoint: str) -> Self:
        """Return the recipe that suits a checkpoint: a pretrained LLM wants smaller steps and more time."""
        if checkpoint == STARTER:
            return replace(self, checkpoint=checkpoint)
        real = {"epochs": 4, "learning_rate": 1e-4, "batch_size": 16, "seconds": 8 * 3600.0, "neftune_alpha": 5.0}
        return replace(self, checkpoint=checkpoint, **real)


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieverRecipe:
    """Which sentence-transformers model finds neighbours; `starter` is a static embedding learned from the labels."""

    checkpoint: str = STARTER
    batch_size: int = 64

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        if not self.checkpoint:
            raise ValueError("checkpoint: name 'starter', a hub id or a local path.")
        check_positive(self, "batch_size")

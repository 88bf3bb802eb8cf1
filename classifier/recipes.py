"""How the classifiers and the retriever are trained, as checked values. Importable without torch."""

from dataclasses import dataclass, field, replace
from typing import Self

from classifier.options.checks import check_positive, check_share
from classifier.options.cloze import Cloze
from classifier.options.data import Data
from classifier.options.loss import Loss
from classifier.options.noise import Noise
from classifier.options.optimisation import Optimisation
from classifier.options.reading import Reading
from classifier.options.tuning import Tuning

STARTER = "starter"
"""The checkpoint name that means: make a small model on this machine instead of loading one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainingRecipe:
    """What every trained classifier shares; `preset` is the name under which a person picked it, where they did.

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
    loss: Loss = field(default_factory=Loss)
    noise: Noise = field(default_factory=Noise)
    reading: Reading = field(default_factory=Reading)
    optimisation: Optimisation = field(default_factory=Optimisation)
    data: Data = field(default_factory=Data)
    preset: str = ""
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
    """Full fine-tuning of an encoder, with a multi-label head or, where `cloze` has a template, by filling its gap."""

    cloze: Cloze = field(default_factory=Cloze)

    def __post_init__(self) -> None:
        """Refuse what makes no sense, with the name of the field."""
        # Named in full: a slotted dataclass is another class than the one that a bare super() finds.
        TrainingRecipe.__post_init__(self)
        if self.cloze.template and not self.cloze.student and self.data.pretraining.share:
            raise ValueError("pretraining: a cloze reads by itself; set the share to 0, or the cloze's student.")

    def with_checkpoint(self, checkpoint: str) -> Self:
        """Return the recipe that suits a checkpoint: a pretrained encoder wants small steps and more time."""
        if checkpoint == STARTER:
            return replace(self, checkpoint=checkpoint)
        return replace(self, checkpoint=checkpoint, epochs=5, learning_rate=5e-5, batch_size=16, seconds=4 * 3600.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class LlmHeadRecipe(TrainingRecipe):
    """A causal LLM with a head, adapted as `tuning` says."""

    epochs: int = 2
    seconds: float = 130.0
    # Bert and llm_head begin from one SVM: if both kept their start, they would say the same. That is the lesser evil
    # only where training failed or had no time.
    start_lead: float = 0.02
    tuning: Tuning = field(default_factory=Tuning)

    def with_checkpoint(self, checkpoint: str) -> Self:
        """Return the recipe that suits a checkpoint: a pretrained LLM wants smaller steps and more time."""
        if checkpoint == STARTER:
            return replace(self, checkpoint=checkpoint)
        real = {"epochs": 4, "learning_rate": 1e-4, "batch_size": 16, "seconds": 8 * 3600.0}
        return replace(self, checkpoint=checkpoint, noise=replace(self.noise, neftune_alpha=5.0), **real)


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

"""What `bert` and `llm_head` share: a transformer that reads a text and scores every label. Knows no neighbours.

A subclass says how its model is made, written and read.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor, nn
from transformers import PreTrainedTokenizerBase

from classifier.batches import Tokens, padded, sorted_rows
from classifier.continuing import gentler
from classifier.devices import device, half_precision
from classifier.examples import Example, TrainingData
from classifier.files import read_metadata, write_metadata
from classifier.last_layer import read_at, spare
from classifier.layers import decayed_rates, freeze_lower
from classifier.lessons import Lesson, Lessons
from classifier.losses import Criterion, divergence, probabilities
from classifier.noise import attack_on, noisy
from classifier.options.changes import build
from classifier.reading import Reader, TokensRead, Windows
from classifier.recipes import TrainingRecipe
from classifier.targets import check_single_labels, check_trainable, taught_targets
from classifier.tokens import load_tokenizer
from classifier.training import Course, Schedule, train
from classifier.validation import best_micro_f1
from classifier.watch import Unwatched, Watch

SCORING_BATCH = 64


class SequenceClassifier(ABC):
    """A trained model with its tokenizer and the names of its labels in column order."""

    name: ClassVar[str]
    recipe_kind: ClassVar[type[TrainingRecipe]]

    def __init__(
        self, model: nn.Module, tokenizer: PreTrainedTokenizerBase, labels: Sequence[str], recipe: TrainingRecipe
    ) -> None:
        self.model = model.to(device()).eval()
        spare(self.model)
        self.tokenizer = tokenizer
        self.labels = tuple(labels)
        self.recipe = recipe

    def predict_proba(
        self,
        texts: Sequence[str],
        neighbours: Sequence[Sequence[Example]] | None = None,
        watch: Watch | None = None,
    ) -> np.ndarray:
        """Return float32 [n, L] in 0..1; neighbours make no difference here."""
        return self.score(self.reader().read(texts), watch or Unwatched())

    def reader(self) -> Reader:
        """Return what turns texts into this model's windows."""
        return Reader(self.tokenizer, self.recipe.max_length, self.recipe.reading)

    def tokens_read(self, texts: Sequence[str]) -> list[TokensRead]:
        """Say of each text how many of its tokens are read."""
        return self.reader().tokens_read(texts)

    def score(self, texts: Sequence[Windows], watch: Watch) -> np.ndarray:
        """Return float32 [n, L] in 0..1 for texts as their windows; windows of several texts share a batch."""
        windows = [window for text in texts for window in text]
        logits = torch.zeros(len(windows), len(self.labels))
        seen = 0
        for rows in sorted_rows([len(window) for window in windows], SCORING_BATCH):
            watch.progress(seen / len(windows), "Scoring")
            with torch.inference_mode():
                logits[rows] = self._window_logits([windows[row] for row in rows]).cpu()
            seen += len(rows)
        return probabilities(self.recipe.loss, self._pooled(logits, texts)).numpy()

    def logits(self, texts: Sequence[Windows]) -> Tensor:
        """Return float32 [n, L] for texts as their windows, with gradients where they are wanted."""
        return self._pooled(self._window_logits([window for text in texts for window in text]), texts)

    def _window_logits(self, windows: Sequence[Tokens]) -> Tensor:
        batch = padded(windows, self.tokenizer.pad_token_id)
        # What is computed again in the backward pass has to be the same again.
        reads_all = self.model.training and self.recipe.optimisation.checkpointing
        places = None if reads_all else self._places(batch["input_ids"])
        with half_precision(), read_at(places, batch["input_ids"].shape[1]):
            return self._logits(batch).float()

    def _logits(self, batch: Mapping[str, Tensor]) -> Tensor:
        """Return the logits [n, L] of a padded batch."""
        return self.model(**batch).logits

    @abstractmethod
    def _places(self, ids: Tensor) -> Tensor | None:
        """Return which token of each row [n, length] the model reads its labels from, None where it is not one."""

    def _pooled(self, logits: Tensor, texts: Sequence[Windows]) -> Tensor:
        """Return the logits [n, L] of texts from those of their windows."""
        if len(logits) == len(texts):
            return logits
        sizes = torch.tensor([len(text) for text in texts], device=logits.device)
        return torch.segment_reduce(logits, self.recipe.reading.pool, lengths=sizes, axis=0)

    def train(self, data: TrainingData, watch: Watch, time: float = 1.0) -> float | None:
        """Train as the recipe says, in this share of its time; return the best micro-F1 on validation."""
        check_trainable(data)
        recipe = self.recipe
        if recipe.loss.is_single_label:
            check_single_labels(data)
        lessons = Lessons(self.reader(), data.train, self.labels, recipe)
        torch.manual_seed(recipe.seed)
        freeze_lower(self.model, recipe.optimisation.frozen_share)
        course = Course(
            model=self.model,
            epoch=lessons.epoch,
            loss=self._loss(Criterion.of(recipe.loss, lessons.targets, device())),
            validate=self._validation(data),
            schedule=_schedule(recipe, time),
            watch=watch,
            message=f"Training {self.name}",
            rates=decayed_rates(self.model, recipe.optimisation.layer_decay),
            attack=attack_on(self.model.get_input_embeddings(), recipe.noise.fgm_epsilon),
            after_step=self._after_step(),
        )
        with ExitStack() as stack:
            stack.enter_context(_eager_attention(self.model))
            stack.enter_context(noisy(self.model, self.model.get_input_embeddings(), recipe.noise))
            if recipe.optimisation.checkpointing:
                stack.enter_context(checkpointed(self.model))
            return train(course)

    def go_on(self, data: TrainingData, watch: Watch) -> None:
        """Learn a little more, from a rehearsal of the training data."""
        whole, self.recipe = self.recipe, gentler(self.recipe)
        try:
            self.train(data, watch)
        finally:
            self.recipe = whole

    def save(self, directory: Path) -> None:
        """Write model, tokenizer and labels; a directory without metadata is not complete."""
        directory.mkdir(parents=True, exist_ok=True)
        self._write(directory)
        self.tokenizer.save_pretrained(str(directory / "tokenizer"))
        write_metadata(
            directory,
            {"classifier": self.name, "labels": self.labels, "recipe": asdict(self.recipe)},
        )

    @classmethod
    def load(cls, directory: Path) -> Self:
        """Read what `save` wrote; raise ValueError where another classifier wrote it."""
        metadata = read_metadata(directory)
        if metadata["classifier"] != cls.name:
            raise ValueError(f"{directory} holds {metadata['classifier']}, not {cls.name}.")
        recipe = build(cls.recipe_kind, _recipe_values(metadata))
        tokenizer = load_tokenizer(directory / "tokenizer")
        model = cls._read(directory, recipe, tokenizer, metadata["labels"])
        return cls(model, tokenizer, metadata["labels"], recipe)

    @abstractmethod
    def _write(self, directory: Path) -> None:
        """Write the model's weights and configuration, safetensors and JSON only."""

    @classmethod
    @abstractmethod
    def _read(
        cls, directory: Path, recipe: TrainingRecipe, tokenizer: PreTrainedTokenizerBase, labels: Sequence[str]
    ) -> nn.Module:
        """Read what `_write` wrote."""

    def _loss(self, criterion: Criterion) -> Callable[[Lesson], Tensor]:
        """Return the loss of a lesson; with R-Drop, of two readings of it."""

        def wrong(logits: Tensor, lesson: Lesson) -> Tensor:
            unknown = None if lesson.unknown is None else lesson.unknown.to(device())
            return criterion(logits, lesson.targets.to(device()), unknown)

        def once(lesson: Lesson) -> Tensor:
            return wrong(self.logits(lesson.windows), lesson)

        def twice(lesson: Lesson) -> Tensor:
            # One batch for both readings: every row draws its own dropout.
            first, second = self.logits([*lesson.windows, *lesson.windows]).chunk(2)
            apart = divergence(criterion.loss, first, second)
            return (wrong(first, lesson) + wrong(second, lesson)) / 2 + self.recipe.noise.r_drop * apart

        return twice if self.recipe.noise.r_drop else once

    def _after_step(self) -> Callable[[float], None] | None:
        """Return what has to be done after each step at a share of the training, None where nothing has."""
        return None

    def _validation(self, data: TrainingData) -> Callable[[], float] | None:
        if not data.validation:
            return None
        windows = self.reader().read([example.text for example in data.validation])
        targets, unknown = taught_targets(data.validation, self.labels)
        known = np.ones_like(targets) if unknown is None else ~unknown
        return lambda: best_micro_f1(self.score(windows, Unwatched()) * known, targets >= 0.5)


def _recipe_values(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    # What the first releases wrote knew only these two.
    return metadata.get("recipe") or {name: metadata[name] for name in ("checkpoint", "max_length")}


@contextmanager
def _eager_attention(model: nn.Module) -> Iterator[None]:
    """Train with plain attention on a processor: for short texts a fifth faster than the fused kernel."""
    usual = model.config._attn_implementation
    if device().type != "cpu":
        yield
        return
    model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.set_attn_implementation(usual)


@contextmanager
def checkpointed(model: nn.Module) -> Iterator[None]:
    """Keep only the activations between layers, and compute the others again in the backward pass."""
    model.activation_checkpointing_enable({"use_reentrant": False})
    try:
        yield
    finally:
        model.activation_checkpointing_disable()


def _schedule(recipe: TrainingRecipe, time: float) -> Schedule:
    names = {field.name for field in fields(Schedule)} - {"accumulation", "seconds"}
    values = {name: getattr(recipe, name) for name in names}
    return Schedule(**values, seconds=recipe.seconds * time, accumulation=recipe.optimisation.accumulation)

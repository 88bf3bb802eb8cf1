"""What `bert` and `llm_head` share: a transformer that reads a text and scores every label. Knows no neighbours.

A subclass says how its model is made, written and read.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import PreTrainedTokenizerBase

from classifier.batches import Tokens, encode, padded, sorted_rows
from classifier.devices import device, half_precision
from classifier.examples import Example, TrainingData
from classifier.files import read_metadata, write_metadata
from classifier.lessons import Lesson, Lessons
from classifier.noise import noisy_embeddings
from classifier.options.changes import build
from classifier.recipes import TrainingRecipe
from classifier.targets import check_trainable, target_matrix
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
        tokens = encode(self.tokenizer, list(texts), self.recipe.max_length)
        return self.score(tokens, watch or Unwatched())

    def score(self, tokens: Sequence[Tokens], watch: Watch) -> np.ndarray:
        """Return float32 [n, L] in 0..1 for encoded texts."""
        scores = np.zeros((len(tokens), len(self.labels)), dtype=np.float32)
        seen = 0
        for rows in sorted_rows([len(text) for text in tokens], SCORING_BATCH):
            watch.progress(seen / len(tokens), "Scoring")
            with torch.inference_mode():
                scores[rows] = torch.sigmoid(self.logits([tokens[row] for row in rows])).cpu().numpy()
            seen += len(rows)
        return scores

    def logits(self, tokens: Sequence[Tokens]) -> Tensor:
        """Return float32 [n, L] for encoded texts, with gradients where they are wanted."""
        with half_precision():
            return self.model(**padded(tokens, self.tokenizer.pad_token_id)).logits.float()

    def train(self, data: TrainingData, watch: Watch) -> float | None:
        """Train on binary cross-entropy summed over the labels; return the best micro-F1 on validation."""
        check_trainable(data)
        lessons = Lessons(self.tokenizer, data.train, self.labels, self.recipe)
        torch.manual_seed(self.recipe.seed)
        course = Course(
            model=self.model,
            epoch=lessons.epoch,
            loss=self._loss,
            validate=self._validation(data),
            schedule=_schedule(self.recipe),
            watch=watch,
            message=f"Training {self.name}",
        )
        noise = noisy_embeddings(self.model.get_input_embeddings(), self.recipe.noise.neftune_alpha)
        with _eager_attention(self.model), noise:
            return train(course)

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

    def _loss(self, lesson: Lesson) -> Tensor:
        logits = self.logits(lesson.tokens)
        # Summed, not averaged: with 100 labels an average would shrink every gradient a hundredfold.
        loss = functional.binary_cross_entropy_with_logits(logits, lesson.targets.to(logits.device), reduction="sum")
        return loss / len(lesson.tokens)

    def _validation(self, data: TrainingData) -> Callable[[], float] | None:
        if not data.validation:
            return None
        tokens = encode(self.tokenizer, [example.text for example in data.validation], self.recipe.max_length)
        targets = target_matrix(data.validation, self.labels)
        return lambda: best_micro_f1(self.score(tokens, Unwatched()), targets)


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


def _schedule(recipe: TrainingRecipe) -> Schedule:
    names = (field.name for field in fields(Schedule))
    return Schedule(**{name: getattr(recipe, name) for name in names})

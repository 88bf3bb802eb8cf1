"""What a cloze needs beside the common training: its beginning, its triggers, and what its student learns from."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from classifier.cloze import SLOT, ClozeModel, Gap, load_language_model
from classifier.devices import device
from classifier.examples import Example, TrainingData
from classifier.foundation import lay_foundation
from classifier.lessons import Lesson, Lessons
from classifier.losses import Criterion
from classifier.masked_language import Gaps, learn_language
from classifier.recipes import BertRecipe
from classifier.starters import small_bert_language
from classifier.targets import target_matrix
from classifier.tokens import load_tokenizer
from classifier.training import Schedule
from classifier.trigger_search import search_triggers
from classifier.watch import Watch

if TYPE_CHECKING:
    from classifier.bert import BertClassifier

LANGUAGE_EPOCHS = 40
LANGUAGE_RATE = 1e-3
SAMPLE = 64
SHORTEST = 1e-9
"""Seconds of what gets no share of the time: it is over before it begins."""


def cloze_model(
    recipe: BertRecipe, data: TrainingData, watch: Watch, workspace: Path, time: float
) -> tuple[ClozeModel, PreTrainedTokenizerBase]:
    """Return a cloze before its first step, with its tokenizer; raise ValueError where the tokenizer has no mask."""
    if recipe.is_starter:
        language_model, tokenizer = _starter(recipe, data, watch, workspace, time)
    else:
        language_model, tokenizer = load_language_model(recipe.checkpoint), load_tokenizer(recipe.checkpoint)
    if tokenizer.mask_token_id is None:
        raise ValueError(f"{recipe.checkpoint} has no mask token; a cloze needs a masked language model.")
    words = Gap(tokenizer, recipe.cloze).words(data.label_names)
    start = [_special(tokenizer)[0]] * recipe.cloze.triggers
    return ClozeModel(language_model, words, tokenizer.mask_token_id, start), tokenizer


def find_triggers(classifier: "BertClassifier", data: TrainingData, watch: Watch, time: float) -> None:
    """Put the triggers into a classifier's template that lower its loss most, before anything else is trained."""
    recipe, model = classifier.recipe, classifier.model
    model.triggers = (SLOT,) * recipe.cloze.triggers
    lessons = Lessons(classifier.reader(), data.train, classifier.labels, recipe)
    criterion = Criterion.of(recipe.loss, lessons.targets, device())

    def loss(lesson: Lesson) -> torch.Tensor:
        unknown = None if lesson.unknown is None else lesson.unknown.to(device())
        return criterion(classifier.logits(lesson.windows), lesson.targets.to(device()), unknown)

    special = _special(classifier.tokenizer)
    embedding = model.get_input_embeddings()
    seconds = max(recipe.seconds * time * recipe.cloze.search_share, SHORTEST)
    model.triggers = tuple(search_triggers(embedding, lessons.epoch(0), loss, recipe.cloze, special, seconds, watch))


def calibrate(classifier: "BertClassifier", data: TrainingData) -> None:
    """Move a cloze's offsets so that it proposes each label about as often as it occurs (after Zhao et al. 2021)."""
    texts = [example.text for example in data.train[:: max(1, len(data.train) // SAMPLE)]]
    with torch.inference_mode():
        logits = classifier.logits(classifier.reader().read(texts))
    counts = torch.from_numpy(target_matrix(data.train, classifier.labels).sum(axis=0))
    classifier.model.calibrate(logits.mean(dim=0), ((counts + 1) / (len(data.train) + 2)).to(logits))


def pool(recipe: BertRecipe, data: TrainingData) -> list[str]:
    """Return the unlabelled texts that teachers label."""
    drawn = np.random.default_rng(recipe.seed).permutation(len(data.unlabelled))[: recipe.cloze.pool]
    return [data.unlabelled[row] for row in np.sort(drawn)]


def with_soft_targets(data: TrainingData, texts: Sequence[str], said: Sequence[NDArray[np.float32]]) -> TrainingData:
    """Return the data with texts beside the labelled ones, by the mean of each teacher's scores [n, L]."""
    scores = np.mean(said, axis=0).tolist()
    soft = (Example(text, soft_targets=tuple(row)) for text, row in zip(texts, scores, strict=True))
    return replace(data, train=(*data.train, *soft))


def _starter(
    recipe: BertRecipe, data: TrainingData, watch: Watch, workspace: Path, time: float
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Make the small BERT and let it read the texts, since nobody has taught it the language yet."""
    foundation = lay_foundation(data, workspace, watch)
    model = small_bert_language(foundation, recipe.seed).to(device())
    texts = [*(example.text for example in data.train), *data.unlabelled]
    seconds = max(recipe.seconds * time * recipe.cloze.reading_share, SHORTEST)
    schedule = Schedule(epochs=LANGUAGE_EPOCHS, learning_rate=LANGUAGE_RATE, seconds=seconds)
    gaps = Gaps(max_length=recipe.max_length, seed=recipe.seed)
    learn_language(model, foundation.tokenizer, texts, schedule, watch, gaps)
    return model, foundation.tokenizer


def _special(tokenizer: PreTrainedTokenizerBase) -> list[int]:
    """Return the special tokens, one first that means nothing in the middle of a text and is no mask."""
    return sorted(tokenizer.all_special_ids, key=lambda token: token != tokenizer.sep_token_id)

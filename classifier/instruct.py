"""Trains the starter's causal LM to answer prompts. Knows nothing of endpoints and of pretrained checkpoints."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from classifier.devices import device, half_precision
from classifier.examples import TrainingData
from classifier.foundation import Foundation, lay_foundation
from classifier.instruct_model import starter_model
from classifier.instruct_neighbours import nearest_rows, out_of_fold, token_ids, unit_means
from classifier.instruct_prompts import Batch, Prompts, ranked
from classifier.prompt_local import LocalModel
from classifier.prompt_recipe import PromptRecipe
from classifier.prompt_tokens import starter_tokenizer
from classifier.prompt_wording import worded, wording_for
from classifier.prompting import PromptForm, RankLabels
from classifier.targets import check_trainable, target_matrix
from classifier.training import Course, Schedule, train
from classifier.validation import best_micro_f1
from classifier.watch import Unwatched, Watch

RETRIEVED = 10
"""Neighbours that vote for the shortlist at most; the nearest of them are shown."""
OTHER_WORDS = 256
"""Random words that compete with the labels, so that the model answers labels even when nothing holds it to them."""
LEAST_PROMPTS, MOST_EPOCHS = 1000, 20
"""Few items are asked about again and again until so many prompts were read."""
ALONE = 3
"""Every third validation item is asked about without examples."""
PADDING = 0
"""What `Prompts` fills batches up with; the tokenizer's padding token."""
VALIDATED = 400
"""Validation items asked after each epoch: enough to see a curve."""


def train_starter(
    recipe: PromptRecipe,
    data: TrainingData,
    watch: Watch,
    workspace: Path,
    rank_labels: RankLabels | None = None,
) -> LocalModel:
    """Train the starter; raise ValueError where there is nothing to learn from."""
    check_trainable(data)
    if recipe.design.reasoning:
        raise ValueError("The starter is too small to reason; name a pretrained checkpoint or an endpoint.")
    foundation = lay_foundation(data, workspace, watch)
    data = replace(data, train=tuple(example for example in data.train if example.text.strip()))
    language = wording_for(example.text for example in data.train[:2000]).language
    wording = worded(language, recipe.template)
    plain = PromptForm.of(recipe, data.labels, wording)
    tokenizer = starter_tokenizer(foundation.tokenizer, plain)
    model = starter_model(foundation, tokenizer, data, plain, recipe.seed)
    local = LocalModel(model, tokenizer, data.labels, wording, recipe)
    local.form = replace(local.form, rank_labels=rank_labels)
    nearest = out_of_fold(data, foundation, max(RETRIEVED, recipe.neighbours, recipe.recalls), watch)
    prompts = Prompts(local.form, tokenizer, data.train, nearest, recipe.seed)
    generator = torch.Generator().manual_seed(recipe.seed)
    epochs = max(recipe.epochs, min(MOST_EPOCHS, LEAST_PROMPTS // len(data.train)))
    course = Course(
        model=local.model,
        epoch=lambda _: prompts.epoch(),
        loss=lambda batch: answer_loss(local, batch, generator),
        validate=validation(local, data, foundation) if data.validation else None,
        schedule=Schedule(epochs, recipe.learning_rate, recipe.seconds),
        watch=watch,
        message="Training prompt",
    )
    # On processors the plain attention is the faster one for prompts as short as these.
    usual = local.model.config._attn_implementation
    local.model.set_attn_implementation("eager")
    train(course)
    local.model.set_attn_implementation(usual)
    return local


def answer_loss(local: LocalModel, batch: Batch, generator: torch.Generator) -> Tensor:
    """Return the mean cross-entropy of what may come next at every place of every answer."""
    words = len(local.tokenizer) - batch.targets.shape[1]
    others = torch.randint(words, (OTHER_WORDS,), generator=generator)
    candidates = torch.cat([torch.arange(words, len(local.tokenizer)), others]).to(device())
    with half_precision():
        # Padding stands on the right, where no place of an answer can see it.
        states = local.model.base_model(input_ids=batch.ids.to(device()), use_cache=False).last_hidden_state
        table = local.model.get_output_embeddings().weight[candidates]
        logits = (states[batch.rows, batch.places] @ table.T).float()
        whole = _reading_loss(local, states, batch.ids.to(device())) if local.form.design.loss_on == "all" else 0.0
    targets = functional.pad(batch.targets.to(device()), (0, OTHER_WORDS))
    return functional.cross_entropy(logits, targets) + whole


def _reading_loss(local: LocalModel, states: Tensor, ids: Tensor) -> Tensor:
    """Return the mean cross-entropy of every next token of a prompt, the question's as well."""
    logits = local.model.get_output_embeddings()(states[:, :-1]).float()
    return functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten(), ignore_index=PADDING)


def validation(local: LocalModel, data: TrainingData, foundation: Foundation) -> Callable[[], float]:
    """Return what measures micro-F1 on some validation items, asked with their neighbours in train and partly without.

    With neighbours alone, a model that only copies their labels could look as good as one that reads.
    """
    items = data.validation[:: max(1, len(data.validation) // VALIDATED)]
    vectors = [
        unit_means(foundation.embeddings, token_ids(foundation, [e.text for e in part])) for part in (items, data.train)
    ]
    nearest = nearest_rows(*vectors, RETRIEVED)
    nearest[::ALONE] = -1
    targets = target_matrix(items, data.label_names)
    prompts = [
        local.form.write(item.text, ranked(data.train, rows, item)) for item, rows in zip(items, nearest, strict=True)
    ]
    return lambda: best_micro_f1(local.scores(prompts, targets, Unwatched()), targets)

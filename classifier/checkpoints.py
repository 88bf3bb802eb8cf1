"""Loads a hub id or a local path as a model that scores labels. Knows no training and no data."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import AutoModelForSequenceClassification, PreTrainedModel, PreTrainedTokenizerBase

SPREAD = 0.02


def load_scorer(
    source: Path | str, labels: Sequence[str], tokenizer: PreTrainedTokenizerBase | None = None
) -> PreTrainedModel:
    """Load a checkpoint with a multi-label head for these labels; what it lacks of one starts fresh.

    With a tokenizer, the model learns which token pads: it reads a causal LM's last token that is none.
    """
    model, report = AutoModelForSequenceClassification.from_pretrained(
        str(source),
        **labelled(labels),
        # Half-precision checkpoints are trained in single precision; autocast makes them fast again.
        dtype=torch.float32,
        ignore_mismatched_sizes=True,
        output_loading_info=True,
        trust_remote_code=False,
    )
    if tokenizer is not None:
        model.config.pad_token_id = tokenizer.pad_token_id
    start_fresh(model, {*report["missing_keys"], *(key for key, *_ in report["mismatched_keys"])})
    return model


def labelled(labels: Sequence[str]) -> dict[str, Any]:
    """Return what a configuration says of a multi-label head for these labels."""
    return {
        "id2label": dict(enumerate(labels)),
        "label2id": {label: column for column, label in enumerate(labels)},
        "problem_type": "multi_label_classification",
    }


def start_fresh(model: nn.Module, names: Iterable[str]) -> None:
    """Draw weights that a checkpoint does not hold, instead of trusting what memory was found in their place."""
    parameters = dict(model.named_parameters())
    for name in names:
        if name not in parameters:
            continue
        if parameters[name].ndim > 1:
            nn.init.normal_(parameters[name], std=SPREAD)
        else:
            nn.init.constant_(parameters[name], 0.0 if name.endswith("bias") else 1.0)

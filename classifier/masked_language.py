"""Teaches a language model the language of some texts. Knows no labels.

An encoder fills gaps, as BERT did (Devlin et al. 2018), with the gaps drawn anew for every reading; a causal model says
what comes next (Radford et al. 2018).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional
from transformers import DataCollatorForLanguageModeling, PreTrainedModel, PreTrainedTokenizerBase

from classifier.batches import encode, padded, shuffled_rows
from classifier.devices import half_precision
from classifier.training import Course, Schedule, train
from classifier.watch import Watch

IGNORED = -100
"""The target of a token that is not to be guessed."""


@dataclass(frozen=True, slots=True)
class Gaps:
    """How texts are read: the share of tokens that is `masked`, 0 for a causal model; batches; tokens of a text."""

    masked: float = 0.15
    batch_size: int = 32
    max_length: int = 128
    seed: int = 0


def learn_language(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    schedule: Schedule,
    watch: Watch,
    gaps: Gaps = Gaps(),
) -> None:
    """Train a language model on texts; texts of a token or two teach nothing and are left out."""
    filled = [text for text in texts if text.strip()]
    tokens = [ids for ids in encode(tokenizer, filled, gaps.max_length) if len(ids) > 2]
    masked = gaps.masked
    collator = DataCollatorForLanguageModeling(
        tokenizer, mlm=masked > 0, mlm_probability=masked or None, seed=gaps.seed
    )
    generator = np.random.default_rng(gaps.seed)

    def loss(rows: np.ndarray) -> Tensor:
        batch = padded([tokens[row] for row in rows], tokenizer.pad_token_id)
        drawn = collator([{"input_ids": ids} for ids in batch["input_ids"].cpu()])
        shown, wanted = (drawn[name].to(batch["input_ids"].device) for name in ("input_ids", "labels"))
        with half_precision():
            logits = model(input_ids=shown, attention_mask=batch["attention_mask"]).logits.float()
        if not masked:
            # What a causal model says at a token is of the next one.
            logits, wanted = logits[:, :-1], wanted[:, 1:]
        # Of a few short texts it may happen that nothing is masked, and a mean of nothing is no number.
        wrong = functional.cross_entropy(logits.flatten(0, 1), wanted.flatten(), reduction="sum")
        return wrong / (wanted != IGNORED).sum().clamp(min=1)

    torch.manual_seed(gaps.seed)
    train(
        Course(
            model=model,
            epoch=lambda _: shuffled_rows([len(ids) for ids in tokens], gaps.batch_size, generator),
            loss=loss,
            validate=None,
            schedule=schedule,
            watch=watch,
            message="Learning the language",
        )
    )

"""A causal LM on this machine that answers prompts: any hub id, any local path, or the starter. Knows no neighbours."""

from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import Self

import numpy as np
import torch
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from classifier.devices import device, half_precision
from classifier.prompt_recipe import PromptRecipe
from classifier.prompt_scoring import AnswerScorer
from classifier.prompt_tokens import answer_tokens, as_asked, clip_to, padded_left, reserved_words
from classifier.prompting import PromptForm, Wording
from classifier.shared_base import SharedBase
from classifier.tokens import load_tokenizer
from classifier.watch import Watch

MOST_TOKENS = 32_768
ROOM_TO_ANSWER = 64
LEAST_PREFIX = 16
"""Tokens; to read a shorter beginning with each prompt costs less than to keep it."""


class LocalModel:
    """Scores and says answers, always held to the label set: a wrongly formed answer cannot happen."""

    format_errors = 0

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        labels: Sequence[str],
        wording: Wording,
        recipe: PromptRecipe,
    ) -> None:
        self.model, self.tokenizer, self.recipe = model.to(device()).eval(), tokenizer, recipe
        self.form = PromptForm(
            tuple(labels),
            wording,
            shortlist=recipe.shortlist,
            neighbours=recipe.neighbours,
            reserved=reserved_words(tokenizer),
            clip_text=clip_to(tokenizer, recipe.text_tokens),
            clip_example=clip_to(tokenizer, recipe.example_tokens),
        )
        answer = answer_tokens(tokenizer, self.form)
        self.scorer = AnswerScorer(model, answer, recipe.beams, recipe.max_labels)

    @classmethod
    def load(cls, source: str, labels: Sequence[str], wording: Wording, recipe: PromptRecipe) -> Self:
        """Load a checkpoint by hub id or path; other models that start from it share its weights."""
        model = SharedBase.of(source).causal_lm()
        return cls(model, load_tokenizer(source), labels, wording, recipe)

    def save(self, directory: Path) -> None:
        """Write the starter's weights and tokenizer; anything else is named by its recipe."""
        if not self.recipe.is_starter:
            return
        self.model.save_pretrained(directory)
        self.tokenizer.save_pretrained(str(directory))

    def scores(self, prompts: Sequence[str], votes: np.ndarray, watch: Watch) -> np.ndarray:
        """Return float32 [n, L]: the probability that an answer contains each label; votes count as examples only."""
        prefix, tokens = _split_off_prefix(self._encode(prompts))
        scores = np.zeros((len(tokens), len(self.form.labels)), dtype=np.float32)
        seen = 0
        for rows in _batches([len(prompt) for prompt in tokens], self.recipe.batch_tokens):
            watch.progress(seen / len(tokens), "Asking the language model")
            ids, mask = padded_left([tokens[row] for row in rows], self._pad)
            with half_precision():
                scores[rows] = self.scorer.score(*(torch.tensor(part, device=device()) for part in (ids, mask)), prefix)
            seen += len(rows)
        return scores

    def say(self, prompt: str) -> str:
        """Return the likeliest answer to one prompt."""
        ids = torch.tensor(self._encode([prompt]), device=device())
        answer = self.scorer.answer
        longest = self.recipe.max_labels * (max(map(len, answer.sequences)) + len(answer.separator)) + len(answer.end)
        # Where the end begins like the separator no single token stops; `parse` then reads up to the empty line.
        stop = answer.end[-1] if answer.end[-1] not in answer.separator else -1
        with torch.inference_mode(), half_precision():
            said = self.model.generate(
                input_ids=ids,
                attention_mask=torch.ones_like(ids),
                do_sample=False,
                max_new_tokens=longest,
                eos_token_id=stop,
                pad_token_id=self._pad,
                prefix_allowed_tokens_fn=self.scorer.trie.prefix_allowed_tokens_fn(ids.shape[1]),
            )
        return self.tokenizer.decode(said[0, ids.shape[1] :], skip_special_tokens=True)

    @property
    def _pad(self) -> int:
        return self.tokenizer.pad_token_id or 0

    def _encode(self, prompts: Sequence[str]) -> list[list[int]]:
        asked = [as_asked(self.tokenizer, prompt) for prompt in prompts]
        if not asked:
            return []
        # A chat template has put its own beginning in.
        tokens = self.tokenizer(asked, add_special_tokens=not self.tokenizer.chat_template)["input_ids"]
        # Texts were cut to size already; what is still too long for a small model loses its instruction first.
        longest = getattr(self.model.config, "max_position_embeddings", None) or MOST_TOKENS
        return [prompt[-max(1, longest - ROOM_TO_ANSWER) :] for prompt in tokens]


def _split_off_prefix(prompts: list[list[int]]) -> tuple[list[int], list[list[int]]]:
    """Return what all prompts begin with, where reading it once is worth it, and their rests of a token at least."""
    if len(prompts) < 2:
        return [], prompts
    # What the first and the last in their order share, all between them share as well.
    pairs = takewhile(lambda pair: pair[0] == pair[1], zip(min(prompts), max(prompts), strict=False))
    shared = [token for token, _ in pairs][: min(map(len, prompts)) - 1]
    return (shared, [prompt[len(shared) :] for prompt in prompts]) if len(shared) >= LEAST_PREFIX else ([], prompts)


def _batches(lengths: Sequence[int], most_tokens: int) -> list[list[int]]:
    """Return rows in batches of like length, the longest first, so that memory runs out at once or never."""
    batches: list[list[int]] = []
    width = 0
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if not batches or (len(batches[-1]) + 1) * width > most_tokens:
            batches.append([])
            width = lengths[row]
        batches[-1].append(row)
    return batches

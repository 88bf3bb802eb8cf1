"""A causal LM on this machine that answers prompts: any hub id, any local path, or the starter. Knows no neighbours."""

from collections.abc import Sequence
from copy import copy
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Self

import numpy as np
import torch
from peft import PeftModel
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from classifier.devices import device, half_precision
from classifier.examples import Label
from classifier.prompt_answers import Counts
from classifier.prompt_recipe import PromptRecipe
from classifier.prompt_scoring import AnswerScorer
from classifier.prompt_tokens import answer_tokens, as_asked, clip_to, is_starter, padded_left, reserved_words
from classifier.prompt_wording import Wording
from classifier.prompting import PromptForm, quotable
from classifier.shared_base import SharedBase
from classifier.tokens import load_tokenizer
from classifier.watch import Watch

MOST_TOKENS = 32_768
ROOM_TO_ANSWER = 64
LEAST_PREFIX = 16
"""Tokens; to read a shorter beginning with each prompt costs less than to keep it."""


class LocalModel:
    """Scores and says answers, always held to the label set: a wrongly formed answer cannot happen."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        labels: Sequence[Label],
        wording: Wording,
        recipe: PromptRecipe,
    ) -> None:
        self.model, self.tokenizer, self.recipe = model.to(device()).eval(), tokenizer, recipe
        self.adapted: PeftModel | None = None
        self.counts = Counts()
        form = PromptForm.of(recipe, labels, wording)
        # Lines need no such care: a text never holds the end of one.
        answers = form.answers.pieces if is_starter(tokenizer, form) and form.answers.kind != "lines" else ()
        self._ask_with(
            replace(
                form,
                reserved=(*reserved_words(tokenizer), *answers),
                clip_text=clip_to(tokenizer, recipe.text_tokens),
                clip_example=clip_to(tokenizer, recipe.example_tokens),
            )
        )

    def _ask_with(self, form: PromptForm) -> None:
        self.form = form
        self.scorer = AnswerScorer(
            self.model, answer_tokens(self.tokenizer, form), self.recipe.beams, self.recipe.max_labels
        )

    def count(self, text: str) -> int:
        """Return how many tokens a text has."""
        return len(self.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    def with_labels(self, labels: Sequence[Label]) -> Self:
        """Return what asks the same model, whose weights they share, for other labels."""
        other = copy(self)
        other._ask_with(self.form.with_labels(labels))
        return other

    def revised(self, recipe: PromptRecipe, labels: Sequence[Label], wording: Wording) -> Self:
        """Return what asks the same model, whose weights they share, by another recipe."""
        return type(self)(self.model, self.tokenizer, labels, wording, recipe)

    @classmethod
    def load(cls, source: str, labels: Sequence[Label], wording: Wording, recipe: PromptRecipe) -> Self:
        """Load a checkpoint by hub id or path; other models that start from it share its weights."""
        model = SharedBase.of(source).causal_lm()
        return cls(model, load_tokenizer(source), labels, wording, recipe)

    def wear(self, adapter: Path) -> None:
        """Put a trained adapter over the weights."""
        self.adapted = PeftModel.from_pretrained(self.model, str(adapter)).eval()

    def save(self, directory: Path) -> None:
        """Write the starter's weights and tokenizer, or what was trained of a checkpoint that the recipe names."""
        if self.adapted is not None:
            self.adapted.save_pretrained(str(directory), save_embedding_layers=False)
            (directory / "README.md").unlink(missing_ok=True)
        if self.recipe.is_starter:
            self.model.save_pretrained(directory)
            self.tokenizer.save_pretrained(str(directory))

    def scores(self, prompts: Sequence[str], votes: np.ndarray, watch: Watch) -> np.ndarray:
        """Return float32 [n, L]: the probability that an answer contains each label; votes count as examples only."""
        shared, tokens = _split_off_prefix(self.encode(prompts))
        with half_precision():
            prefix = self.scorer.read(shared)
        scores = np.zeros((len(tokens), len(self.form.labels)), dtype=np.float32)
        seen = 0
        for rows in _batches([len(prompt) for prompt in tokens], self.recipe.batch_tokens):
            watch.progress(seen / len(tokens), "Asking the language model")
            ids, mask = padded_left([tokens[row] for row in rows], self._pad)
            with half_precision():
                scores[rows] = self.scorer.score(*(torch.tensor(part, device=device()) for part in (ids, mask)), prefix)
            seen += len(rows)
        return scores

    def encode(self, prompts: Sequence[str]) -> list[list[int]]:
        """Return the tokens of prompts up to where their answers differ."""
        return self._encode(self._begin(prompts))

    def say(self, prompt: str) -> str:
        """Return the likeliest answer to one prompt, with the reasons where they were asked for."""
        begun = self._begin([prompt])[0]
        ids = torch.tensor(self._encode([begun]), device=device())
        answer = self.scorer.answer
        longest = self.recipe.max_labels * (max(map(len, answer.sequences)) + len(answer.separator)) + len(answer.end)
        # Where the end begins like the separator no single token stops; what follows the end is cut off.
        stop = answer.end[-1] if answer.end[-1] not in answer.separator else -1
        said = self._generate(
            ids,
            torch.ones_like(ids),
            max_new_tokens=longest,
            eos_token_id=stop,
            prefix_allowed_tokens_fn=self.scorer.trie.prefix_allowed_tokens_fn(ids.shape[1]),
        )
        form, body = self.form.answers, _before(said[0], answer.end)
        words = self.tokenizer.decode(body, skip_special_tokens=True)
        end = "" if form.kind == "lines" else form.end
        return begun[len(as_asked(self.tokenizer, prompt)) :] + words + end

    def _generate(self, ids: torch.Tensor, mask: torch.Tensor, **options: object) -> list[list[int]]:
        """Return the tokens that the model goes on with, greedily."""
        with torch.inference_mode(), half_precision():
            said = self.model.generate(
                input_ids=ids, attention_mask=mask, do_sample=False, pad_token_id=self._pad, **options
            )
        return said[:, ids.shape[1] :].tolist()

    def _begin(self, prompts: Sequence[str]) -> list[str]:
        """Return questions with the beginning of their answers: the model's reasons, what all answers open with."""
        asked = [as_asked(self.tokenizer, prompt) for prompt in prompts]
        opening = self.form.answers.opening
        if not self.form.design.reasoning:
            return [f"{question}{opening}" for question in asked]
        heading = f"\n{self.form.wording.answer}\n"
        reasons = self._reason(self._encode(asked))
        return [f"{question}{why}{heading}{opening}" for question, why in zip(asked, reasons, strict=True)]

    def _reason(self, questions: Sequence[Sequence[int]]) -> list[str]:
        """Return what the model says first of each question, up to the end of a line."""
        reasons = [""] * len(questions)
        for rows in _batches([len(question) for question in questions], self.recipe.batch_tokens):
            ids, mask = (
                torch.tensor(part, device=device()) for part in padded_left([questions[row] for row in rows], self._pad)
            )
            said = self._generate(ids, mask, max_new_tokens=self.form.design.reasoning_tokens)
            for row, tokens in zip(rows, said, strict=True):
                lines = self.tokenizer.decode(tokens, skip_special_tokens=True).strip().splitlines()
                reasons[row] = quotable(lines[0], self.form.reserved) if lines else ""
        return reasons

    @property
    def _pad(self) -> int:
        return self.tokenizer.pad_token_id or 0

    def _encode(self, asked: Sequence[str]) -> list[list[int]]:
        """Return the tokens of questions that stand as the model is to read them."""
        if not asked:
            return []
        # A chat template has put its own beginning in.
        tokens = self.tokenizer(asked, add_special_tokens=not self.tokenizer.chat_template)["input_ids"]
        # Texts were cut to size already; what is still too long for a small model loses its instruction first.
        longest = getattr(self.model.config, "max_position_embeddings", None) or MOST_TOKENS
        return [prompt[-max(1, longest - ROOM_TO_ANSWER) :] for prompt in tokens]


def _before(tokens: Sequence[int], end: Sequence[int]) -> list[int]:
    """Return the tokens before the first time that the end stands among them."""
    for place in range(len(tokens)):
        if tuple(tokens[place : place + len(end)]) == tuple(end):
            return list(tokens[:place])
    return list(tokens)


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

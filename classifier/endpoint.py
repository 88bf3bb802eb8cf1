"""A language model behind an OpenAI-compatible server (vLLM, Ollama, a cloud service). Knows no weights.

The server answers freely, so answers are read strictly; those with parts that are no label are counted, and asked for
once more. Scores are an order, no probabilities: a label that was said gets 0.6 to 1.0, by the probability of its
tokens where the server tells them, else by its place in the answer and the neighbours' votes; any other gets 0.4 of the
neighbours' votes.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from copy import copy
from dataclasses import dataclass, replace
from math import ceil, exp
from pathlib import Path
from threading import Lock
from typing import Self

import numpy as np
from openai import APIConnectionError, APIError, BadRequestError, OpenAI, UnprocessableEntityError
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam

from classifier.examples import Label
from classifier.prompt_answers import Answer, Counts
from classifier.prompt_recipe import PromptRecipe
from classifier.prompt_wording import ANSWER_WORDS, Wording
from classifier.prompting import Clip, PromptForm
from classifier.watch import Watch

KEY_VARIABLE = "OPENAI_API_KEY"
NO_KEY = "none"
"""Servers of one's own ask for no key, but the client wants one."""
CHARACTERS_A_TOKEN = {"zh": 1.5, "en": 4.0}
LABEL_TOKENS = 24
SAID, UNSAID = 0.6, 0.4
LATER = 0.05
"""How much less each further label of an answer is trusted."""


class EndpointDown(Exception):  # noqa: N818 - named for what a person sees
    """The server cannot be reached or does not answer; its text is one sentence."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer: its text, and each of its tokens with its probability where the server tells them."""

    text: str
    tokens: tuple[tuple[str, float], ...] = ()


class EndpointModel:
    """Asks the server; a few questions at a time, with the client's own time-outs and retries."""

    def __init__(self, recipe: PromptRecipe, labels: Sequence[Label], wording: Wording) -> None:
        self.recipe = recipe
        self.form = replace(
            PromptForm.of(recipe, labels, wording),
            clip_text=_clip(recipe.text_tokens, wording),
            clip_example=_clip(recipe.example_tokens, wording),
        )
        self.counts = Counts()
        self._counting = Lock()
        self._tells_probabilities = True
        self._client = OpenAI(
            base_url=recipe.endpoint,
            api_key=os.environ.get(KEY_VARIABLE) or NO_KEY,
            timeout=recipe.timeout_s,
            max_retries=recipe.retries,
        )

    @property
    def tokens_read(self) -> int:
        """How many tokens of questions the server has told of."""
        return self.counts.tokens_read

    @property
    def tokens_written(self) -> int:
        """How many tokens of answers the server has told of."""
        return self.counts.tokens_written

    def with_labels(self, labels: Sequence[Label]) -> Self:
        """Return what asks the same server for other labels."""
        other = copy(self)
        other.form = self.form.with_labels(labels)
        return other

    def revised(self, recipe: PromptRecipe, labels: Sequence[Label], wording: Wording) -> Self:
        """Return what asks the server by another recipe."""
        return type(self)(recipe, labels, wording)

    def scores(self, prompts: Sequence[str], votes: np.ndarray, watch: Watch) -> np.ndarray:
        """Return float32 [n, L] in 0..1; raise `EndpointDown` where the server does not answer."""
        scores = np.zeros((len(prompts), len(self.form.labels)), dtype=np.float32)
        with ThreadPoolExecutor(self.recipe.threads) as pool:
            try:
                for row, said in enumerate(pool.map(self._ask, prompts)):
                    watch.progress(row / len(prompts), "Asking the server")
                    scores[row] = self._score(said, self.form.read(said.text), votes[row])
            finally:
                # Cancelled or down: what was not asked yet need not be asked.
                pool.shutdown(wait=False, cancel_futures=True)
        return scores

    def say(self, prompt: str) -> str:
        """Return the answer to one prompt as it was given."""
        return self._ask(prompt).text

    def count(self, text: str) -> int:
        """Return about how many tokens a text has; only the server knows."""
        return ceil(len(text) / CHARACTERS_A_TOKEN[self.form.wording.language])

    def save(self, directory: Path) -> None:
        """Write nothing: the recipe names the server, and the key never leaves the environment."""

    def _ask(self, prompt: str) -> Said:
        """Return the answer to a prompt; one that has not the right form is asked for once more."""
        asked: list[ChatCompletionMessageParam] = [{"role": "user", "content": prompt}]
        said = self._answer(asked)
        if not (errors := self.form.read(said.text).errors):
            return said
        wrong = ANSWER_WORDS[self.form.wording.language].again.replace("{errors}", "; ".join(errors))
        asked += [{"role": "assistant", "content": said.text}, {"role": "user", "content": wrong}]
        again = self._answer(asked)
        repaired = not self.form.read(again.text).errors
        with self._counting:
            self.counts.errors += 1
            self.counts.repaired += repaired
        return again if repaired else said

    def _answer(self, asked: list[ChatCompletionMessageParam]) -> Said:
        try:
            completion = self._complete(asked)
        except APIConnectionError as error:
            raise EndpointDown(f"The language model server at {self.recipe.endpoint} cannot be reached.") from error
        except APIError as error:
            raise EndpointDown(
                f"The language model server at {self.recipe.endpoint} refused to answer: {error.message}"
            ) from error
        if completion.usage:
            with self._counting:
                self.counts.tokens_read += completion.usage.prompt_tokens
                self.counts.tokens_written += completion.usage.completion_tokens
        return _said(completion)

    def _complete(self, asked: list[ChatCompletionMessageParam]) -> ChatCompletion:
        if self._tells_probabilities:
            try:
                return self._create(asked, logprobs=True)
            except (BadRequestError, UnprocessableEntityError):
                # Some servers refuse the wish instead of ignoring it; asked without, they answer.
                self._tells_probabilities = False
        return self._create(asked)

    def _create(self, asked: list[ChatCompletionMessageParam], **wishes: bool) -> ChatCompletion:
        return self._client.chat.completions.create(
            model=self.recipe.model,
            messages=asked,
            max_tokens=self._most_tokens,
            temperature=0.0,
            **wishes,
        )

    @property
    def _most_tokens(self) -> int:
        design = self.recipe.design
        return self.recipe.max_labels * LABEL_TOKENS + (design.reasoning_tokens if design.reasoning else 0)

    def _score(self, said: Said, answer: Answer, votes: np.ndarray) -> np.ndarray:
        scores = UNSAID * votes
        for place, label in enumerate(answer.labels):
            column = self.form.labels.index(label)
            trust = piece_probability(said.tokens, *self.form.find(said.text, label))
            if trust is None:
                trust = (1 - LATER * place) * (0.5 + 0.5 * votes[column])
            scores[column] = SAID + (1 - SAID) * max(0.0, trust)
        return np.clip(scores, 0, 1)


def piece_probability(tokens: Sequence[tuple[str, float]], start: int, stop: int) -> float | None:
    """Return how likely the tokens are that wrote these characters of an answer: the product of their probabilities.

    None where no token wrote any of them: nothing is known of what nobody is seen to have said.
    """
    wrote, at = [], 0
    for text, log_probability in tokens:
        if at < stop and at + len(text) > start:
            wrote.append(min(0.0, log_probability))
        at += len(text)
    return exp(sum(wrote)) if wrote else None


def _said(completion: ChatCompletion) -> Said:
    choice = completion.choices[0]
    tokens = choice.logprobs.content if choice.logprobs else None
    return Said(choice.message.content or "", tuple((token.token, token.logprob) for token in tokens or ()))


def _clip(tokens: int, wording: Wording) -> Clip:
    """Return a function that shortens a text to about so many tokens; the server's tokenizer is not known here."""
    size = int(tokens * CHARACTERS_A_TOKEN[wording.language])
    return lambda text: text[:size]

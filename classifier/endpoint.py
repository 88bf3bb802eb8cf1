"""A language model behind an OpenAI-compatible server (vLLM, Ollama, a cloud service). Knows no weights.

The server answers freely, so answers are read strictly, and those with lines that are no label are counted. Scores are
an order, no probabilities: a label that was said gets 0.6 to 1.0, by the probability of its tokens where the server
tells them, else by its place in the answer and the neighbours' votes; any other gets 0.4 of the neighbours' votes.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from math import exp
from pathlib import Path
from threading import Lock

import numpy as np
from openai import APIConnectionError, APIError, BadRequestError, OpenAI, UnprocessableEntityError
from openai.types.chat import ChatCompletion

from classifier.prompt_recipe import PromptRecipe
from classifier.prompting import Clip, PromptForm, Wording, parse
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

    def __init__(self, recipe: PromptRecipe, labels: Sequence[str], wording: Wording) -> None:
        self.recipe = recipe
        self.form = PromptForm(
            tuple(labels),
            wording,
            shortlist=recipe.shortlist,
            neighbours=recipe.neighbours,
            clip_text=_clip(recipe.text_tokens, wording),
            clip_example=_clip(recipe.example_tokens, wording),
        )
        self.format_errors = 0
        self._counting = Lock()
        self._tells_probabilities = True
        self._client = OpenAI(
            base_url=recipe.endpoint,
            api_key=os.environ.get(KEY_VARIABLE) or NO_KEY,
            timeout=recipe.timeout_s,
            max_retries=recipe.retries,
        )

    def scores(self, prompts: Sequence[str], votes: np.ndarray, watch: Watch) -> np.ndarray:
        """Return float32 [n, L] in 0..1; raise `EndpointDown` where the server does not answer."""
        scores = np.zeros((len(prompts), len(self.form.labels)), dtype=np.float32)
        with ThreadPoolExecutor(self.recipe.threads) as pool:
            try:
                for row, said in enumerate(pool.map(self._ask, prompts)):
                    watch.progress(row / len(prompts), "Asking the server")
                    scores[row] = self._score(said, votes[row])
            finally:
                # Cancelled or down: what was not asked yet need not be asked.
                pool.shutdown(wait=False, cancel_futures=True)
        return scores

    def say(self, prompt: str) -> str:
        """Return the answer to one prompt as it was given."""
        return self._ask(prompt).text

    def save(self, directory: Path) -> None:
        """Write nothing: the recipe names the server, and the key never leaves the environment."""

    def _ask(self, prompt: str) -> Said:
        try:
            return _said(self._complete(prompt))
        except APIConnectionError as error:
            raise EndpointDown(f"The language model server at {self.recipe.endpoint} cannot be reached.") from error
        except APIError as error:
            raise EndpointDown(
                f"The language model server at {self.recipe.endpoint} refused to answer: {error.message}"
            ) from error

    def _complete(self, prompt: str) -> ChatCompletion:
        if self._tells_probabilities:
            try:
                return self._create(prompt, logprobs=True)
            except (BadRequestError, UnprocessableEntityError):
                # Some servers refuse the wish instead of ignoring it; asked without, they answer.
                self._tells_probabilities = False
        return self._create(prompt)

    def _create(self, prompt: str, **wishes: bool) -> ChatCompletion:
        return self._client.chat.completions.create(
            model=self.recipe.model,
            messages=[{"role": "user", "content": prompt}],
            max_tokens=self.recipe.max_labels * LABEL_TOKENS,
            temperature=0.0,
            **wishes,
        )

    def _score(self, said: Said, votes: np.ndarray) -> np.ndarray:
        answer = parse(said.text, self.form.labels)
        with self._counting:
            self.format_errors += bool(answer.errors)
        scores = UNSAID * votes
        for place, label in enumerate(answer.labels):
            column = self.form.labels.index(label)
            trust = (1 - LATER * place) * (0.5 + 0.5 * votes[column])
            if said.tokens:
                trust = line_probability(said.tokens, label)
            scores[column] = SAID + (1 - SAID) * max(0.0, trust)
        return np.clip(scores, 0, 1)


def line_probability(tokens: Sequence[tuple[str, float]], label: str) -> float:
    """Return how likely the tokens are that wrote the line of a label: the product of their probabilities."""
    likely, line = 1.0, ""
    for text, log_probability in tokens:
        before, broke, after = text.partition("\n")
        line += before
        if line.strip() or not broke:
            likely *= exp(min(0.0, log_probability))
        if broke:
            if line.strip() == label:
                return likely
            likely, line = 1.0, after
    return likely if line.strip() == label else 0.0


def _said(completion: ChatCompletion) -> Said:
    choice = completion.choices[0]
    tokens = choice.logprobs.content if choice.logprobs else None
    return Said(choice.message.content or "", tuple((token.token, token.logprob) for token in tokens or ()))


def _clip(tokens: int, wording: Wording) -> Clip:
    """Return a function that shortens a text to about so many tokens; the server's tokenizer is not known here."""
    size = int(tokens * CHARACTERS_A_TOKEN[wording.language])
    return lambda text: text[:size]

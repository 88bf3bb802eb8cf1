"""Which retrieved neighbours a prompt shows, and in which order: recall, then rank. Knows no prompt.

Ranking needs the texts only: likeness between neighbours is the cosine of their character n-grams.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING
from zlib import crc32

import numpy as np

from classifier.examples import Example
from classifier.options.retrieval import Retrieval

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

MOST_CHARACTERS = 400
"""How much of a text n-grams are taken of."""


def nearest_first(neighbours: Sequence[Example]) -> list[Example]:
    """Sort neighbours by falling similarity."""
    return sorted(neighbours, key=lambda example: -example.similarity)


@dataclass(frozen=True, slots=True)
class Chooser:
    """Chooses the examples of a prompt by the options of retrieval."""

    retrieval: Retrieval = field(default_factory=Retrieval)

    def __call__(self, text: str, neighbours: Sequence[Example], most: int) -> list[Example]:
        """Return at most so many neighbours in the order of the prompt."""
        return self._ordered(text, self._best(text, nearest_first(neighbours), most))

    def _best(self, text: str, recalled: list[Example], most: int) -> list[Example]:
        if self.retrieval.rank == "similarity" or not recalled:
            return recalled[:most]
        if self.retrieval.rank == "mmr":
            relevance = np.array([example.similarity for example in recalled])
            places = mmr(relevance, likeness([example.text for example in recalled]), most, self.retrieval.diversity)
            return [recalled[place] for place in places]
        pairs = [(text, example.text) for example in recalled]
        scores = _cross_encoder(self.retrieval.cross_encoder).predict(pairs, show_progress_bar=False)
        return [recalled[place] for place in np.argsort(-np.asarray(scores), kind="stable")[:most]]

    def _ordered(self, text: str, best: list[Example]) -> list[Example]:
        if self.retrieval.order == "descending":
            return best
        if self.retrieval.order == "ascending":
            return best[::-1]
        # The same for the same text: a repeated question must not be answered otherwise.
        return random.Random(crc32(text.encode("utf-8", "replace"))).sample(best, len(best))


def mmr(relevance: np.ndarray, alike: np.ndarray, count: int, diversity: float) -> list[int]:
    """Return places by maximal marginal relevance (Carbonell & Goldstein 1998), the best first.

    Each next one has the highest (1 - diversity) · relevance [n] - diversity · its greatest likeness [n, n] to those
    chosen before.
    """
    chosen: list[int] = []
    while len(chosen) < min(count, len(relevance)):
        repeated = alike[:, chosen].max(1) if chosen else np.zeros(len(relevance))
        gain = (1 - diversity) * relevance - diversity * repeated
        gain[chosen] = -np.inf
        chosen.append(int(gain.argmax()))
    return chosen


def likeness(texts: Sequence[str]) -> np.ndarray:
    """Return the cosine [n, n] of the texts' character 2- and 3-grams, which any language has."""
    # Imported here: a server that ranks otherwise does without the library.
    from sklearn.feature_extraction.text import HashingVectorizer

    counts = HashingVectorizer(analyzer="char", ngram_range=(2, 3), alternate_sign=False)
    grams = counts.transform([text[:MOST_CHARACTERS] for text in texts])
    return (grams @ grams.T).toarray()


@cache
def _cross_encoder(source: str) -> "CrossEncoder":
    # Imported here: whoever ranks otherwise need not wait for the library.
    from sentence_transformers import CrossEncoder

    return CrossEncoder(source, trust_remote_code=False)

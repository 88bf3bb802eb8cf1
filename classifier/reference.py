"""The reference that every classifier is measured against: TF-IDF and a linear SVM, minutes of work since 1998.

A strong baseline for topics (Joachims 1998); it is fitted anew with every evaluation and never saved.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
from scipy.special import expit
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

from classifier.examples import TrainingData
from classifier.targets import check_trainable, target_matrix

CHARACTERS = 5_000
"""What follows in an endless text adds time, not accuracy."""
SHARPNESS = 3.0
"""Spreads the margins over 0..1, so that thresholds can be told apart."""


class Reference:
    """TF-IDF over character n-grams (Chinese) or words and their parts (English), one linear SVM for each label."""

    def __init__(self) -> None:
        self.labels: tuple[str, ...] = ()
        self._features: TfidfVectorizer | FeatureUnion | None = None
        self._weights = np.zeros((0, 0), dtype=np.float32)
        self._bias = np.zeros(0, dtype=np.float32)

    def fit(self, data: TrainingData) -> Self:
        """Fit on the training items; a label that none or all of them carry scores near 0 or 1."""
        check_trainable(data)
        self.labels = data.label_names
        texts = [example.text[:CHARACTERS] for example in data.train]
        self._features = _features(texts)
        rows = self._features.fit_transform(texts)
        targets = target_matrix(data.train, self.labels)
        self._weights = np.zeros((rows.shape[1], len(self.labels)), dtype=np.float32)
        self._bias = np.where(targets.all(axis=0), 1.0, -1.0).astype(np.float32)
        for column in np.flatnonzero(targets.any(axis=0) & ~targets.all(axis=0)):
            machine = LinearSVC(dual=True, random_state=0).fit(rows, targets[:, column])
            self._weights[:, column] = machine.coef_[0]
            self._bias[column] = machine.intercept_[0]
        return self

    def scores(self, texts: Sequence[str]) -> np.ndarray:
        """Return float32 [n, L] in 0..1: squashed distances from each label's plane, 0.5 on it."""
        if self._features is None:
            raise ValueError("The reference is not fitted yet.")
        if not texts:
            return np.zeros((0, len(self.labels)), dtype=np.float32)
        rows = self._features.transform([text[:CHARACTERS] for text in texts])
        return expit(SHARPNESS * (rows @ self._weights + self._bias)).astype(np.float32)


def _features(texts: Sequence[str]) -> TfidfVectorizer | FeatureUnion:
    """Choose by the writing: Chinese has no spaces to find words by."""
    rare = 2 if len(texts) >= 200 else 1
    if _is_han(texts):
        return TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=rare, sublinear_tf=True, dtype=np.float32)
    words = TfidfVectorizer(ngram_range=(1, 2), min_df=rare, sublinear_tf=True, dtype=np.float32)
    parts = TfidfVectorizer(
        analyzer="char_wb", ngram_range=(3, 4), min_df=rare, sublinear_tf=True, max_features=100_000, dtype=np.float32
    )
    return FeatureUnion([("words", words), ("parts", parts)])


def _is_han(texts: Sequence[str]) -> bool:
    sample = "".join(text[:200] for text in texts[:: max(1, len(texts) // 500)])
    return sum("\u3400" <= character <= "\u9fff" for character in sample) * 4 > len(sample)

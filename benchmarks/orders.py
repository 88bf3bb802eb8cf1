"""Which order of the queue teaches most? A simulated analyst labels a real data set, order by order.

    python benchmarks/orders.py --data DIR          DIR holds train.jsonl and test.jsonl

Three quick classifiers stand in for the app's own (logistic regression and naive Bayes on character n-grams, and the
vote of the nearest neighbours), so that the hundreds of trainings take minutes; the keys are the app's. Each order
starts from the same random items, asks for the labels of the next ones, learns, and goes on. Printed is macro-F1 on
the test file of a linear SVM trained on what was labelled: a judge that had no part in the choosing.
"""

import argparse
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import ComplementNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import MultiLabelBinarizer
from sklearn.svm import LinearSVC

# A script's own folder is on the path, the project's is not.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from classifier.disagreement import kind
from classifier.examples import CLASSIFIERS
from classifier.ordering import keys

START, STEP, END, POOL = 100, 190, 2000, 6000
"""Items labelled at the start, at each step and at the end; items in the pool."""
PROPOSED = 0.5


@dataclass(frozen=True)
class Task:
    """Features and targets of the pool that is labelled and of the test file that judges."""

    pool: csr_matrix
    pool_targets: np.ndarray
    test: csr_matrix
    test_targets: np.ndarray


def read(folder: Path, seed: int) -> Task:
    """Read the two files; the pool is a random part of the first."""
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("train.jsonl", "test.jsonl")]
    rows = [[json.loads(line) for line in text.split("\n") if line] for text in texts]
    chosen = np.random.default_rng(seed).permutation(len(rows[0]))[:POOL]
    pool, test = [rows[0][index] for index in chosen], rows[1]
    binarizer = MultiLabelBinarizer().fit([row["labels"] for row in rows[0]])
    vectorizer = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True, max_features=60_000)
    return Task(
        vectorizer.fit_transform([row["text"] for row in pool]),
        binarizer.transform([row["labels"] for row in pool]),
        vectorizer.transform([row["text"] for row in test]),
        binarizer.transform([row["labels"] for row in test]),
    )


def voices(task: Task, labelled: np.ndarray, rest: np.ndarray) -> list[np.ndarray]:
    """Train the three stand-ins on what is labelled; return their scores [items, labels] of the rest."""
    features, targets = task.pool[labelled], task.pool_targets[labelled]
    known = np.flatnonzero(targets.any(0) & ~targets.all(0))
    scores = []
    for model in (LogisticRegression(C=30, solver="liblinear"), ComplementNB()):
        fitted = OneVsRestClassifier(model).fit(features, targets[:, known])
        scores.append(_spread(fitted.predict_proba(task.pool[rest]), known, targets.shape[1]))
    near = KNeighborsClassifier(10, metric="cosine").fit(features, targets[:, known])
    votes = np.stack([column[:, -1] for column in near.predict_proba(task.pool[rest])], axis=1)
    return [*scores, _spread(votes, known, targets.shape[1])]


def _spread(scores: np.ndarray, known: np.ndarray, labels: int) -> np.ndarray:
    full = np.zeros((len(scores), labels))
    full[:, known] = scores
    return full


def app_key(name: str) -> Callable[[list[np.ndarray], np.ndarray], np.ndarray]:
    """Return a function that orders items by one of the app's keys."""

    def order(scores: list[np.ndarray], counts: np.ndarray) -> np.ndarray:
        train_counts = dict(enumerate(counts))
        found = []
        for item in range(len(scores[0])):
            likely = [np.flatnonzero(voice[item] > 0.02) for voice in scores]
            said = [
                {int(label): float(voice[item, label]) for label in labels}
                for voice, labels in zip(scores, likely, strict=True)
            ]
            proposals = {
                classifier: frozenset(label for label, score in voice.items() if score > PROPOSED)
                for classifier, voice in zip(CLASSIFIERS, said, strict=True)
            }
            found.append(getattr(keys(said, proposals, train_counts, kind(proposals, None)), name))
        return np.array(found)

    return order


def most_ambiguous_label(scores: list[np.ndarray], counts: np.ndarray) -> np.ndarray:
    """Order by the single label nearest to one half, the textbook's choice."""
    return -np.abs(np.mean(scores, axis=0) - 0.5).min(axis=1)


def at_random(scores: list[np.ndarray], counts: np.ndarray) -> np.ndarray:
    """Order by chance."""
    return np.random.default_rng(len(scores[0])).random(len(scores[0]))


ORDERS = {
    "random": at_random,
    "most ambiguous label": most_ambiguous_label,
    "rare": app_key("rare"),
    "uncertain": app_key("uncertain"),
    "instructive": app_key("instructive"),
}


def judge(task: Task, labelled: np.ndarray) -> tuple[float, float]:
    """Return macro- and micro-F1 on the test file of a linear SVM trained on what was labelled."""
    targets = task.pool_targets[labelled]
    known = np.flatnonzero(targets.any(0) & ~targets.all(0))
    said = np.zeros_like(task.test_targets)
    said[:, known] = OneVsRestClassifier(LinearSVC(C=1)).fit(task.pool[labelled], targets[:, known]).predict(task.test)
    return tuple(float(f1_score(task.test_targets, said, average=how, zero_division=0)) for how in ("macro", "micro"))


def simulate(task: Task, order: Callable[[list[np.ndarray], np.ndarray], np.ndarray], seed: int) -> tuple[float, float]:
    """Label item after item in this order; return macro- and micro-F1 at the end."""
    labelled = np.random.default_rng(seed).permutation(task.pool.shape[0])[:START]
    while len(labelled) < END:
        rest = np.setdiff1d(np.arange(task.pool.shape[0]), labelled)
        key = order(voices(task, labelled, rest), task.pool_targets[labelled].sum(0))
        labelled = np.concatenate([labelled, rest[np.argsort(-key, kind="stable")[: min(STEP, END - len(labelled))]]])
    return judge(task, labelled)


def main() -> None:
    """Print a line for each order."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--seeds", type=int, default=1)
    options = parser.parse_args()
    heads = f"{'order':24}{'macro-F1':>10}{'micro-F1':>10}"
    print(f"{heads}   after {END} labels, mean of {options.seeds} run(s)")
    tasks = [read(options.data, seed) for seed in range(options.seeds)]
    for name, order in ORDERS.items():
        macro, micro = np.mean([simulate(task, order, seed) for seed, task in enumerate(tasks)], axis=0)
        print(f"{name:24}{macro:10.3f}{micro:10.3f}", flush=True)


if __name__ == "__main__":
    main()

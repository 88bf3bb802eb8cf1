"""Train the three classifiers on a labelled set and measure them on its gold file, beside the reference.

    python benchmarks/quality.py --data DIR [--classifiers bert llm_head prompt reference] [--profile starter]

DIR holds train.jsonl and test.jsonl, lines of {"text", "labels"}. A tenth of the training file becomes validation,
which chooses thresholds; gold is touched once, at the end.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

import numpy as np

# A script's own folder is on the path, the project's is not.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from classifier import lineup
from classifier.examples import CLASSIFIERS, Example, Label, TrainingData
from classifier.index import NeighbourIndex
from classifier.metrics import evaluate
from classifier.profiles import PROFILES
from classifier.reference import Reference
from classifier.retriever import Retriever
from classifier.targets import target_matrix
from classifier.thresholds import tune
from classifier.watch import Unwatched

COLUMNS = ("micro_f1", "macro_f1", "weighted_f1", "few_shot_f1")
Scores = Callable[[list[Example]], np.ndarray]


@dataclass(frozen=True, slots=True)
class Bench:
    """The data, its gold, and where what the classifiers share is made once."""

    data: TrainingData
    gold: list[Example]
    workspace: Path
    profile: str

    @property
    def train_counts(self) -> list[int]:
        """Training examples of each label."""
        return target_matrix(self.data.train, self.data.label_names).sum(axis=0).tolist()


class Progress(Unwatched):
    """Writes curves to standard error."""

    def point(self, series: str, step: int, value: float) -> None:
        """Write points of validation only; the loss has too many."""
        if series != "loss":
            print(f"  {series} {step}: {value:.4f}", file=sys.stderr, flush=True)


class Neighbours:
    """The labelled training items nearest to an item; near-duplicates of it among them are not left out."""

    def __init__(self, retriever: Retriever, train: tuple[Example, ...]) -> None:
        self.retriever, self.train = retriever, train
        self.index = NeighbourIndex()
        self.index.add(list(range(len(train))), retriever.encode([example.text for example in train]))

    def of(self, examples: list[Example], k: int = 8) -> list[list[Example]]:
        """Return up to k examples for each, nearest first."""
        found = self.index.search(self.retriever.encode([example.text for example in examples]), k)
        return [[replace(self.train[at], similarity=likeness) for at, likeness in row] for row in found]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--profile", choices=PROFILES, default="starter")
    parser.add_argument("--classifiers", nargs="+", choices=(*CLASSIFIERS, "reference"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as workspace:
        bench = read_bench(arguments.data, Path(workspace), arguments.profile)
        print(f"{'':10}" + "".join(f"{column:>14}" for column in (*COLUMNS, "seconds")))
        for name, metrics, seconds in _results(bench, arguments.classifiers or (*CLASSIFIERS, "reference")):
            values = "".join(f"{metrics[column]:14.4f}" if metrics else f"{'':14}" for column in COLUMNS)
            print(f"{name:10}{values}{seconds:14.1f}", flush=True)


def read_bench(directory: Path, workspace: Path, profile: str) -> Bench:
    """Read both files; a tenth of the training file, drawn at random, becomes validation."""
    rows, gold = _read(directory / "train.jsonl"), _read(directory / "test.jsonl")
    names = sorted({label for example in (*rows, *gold) for label in example.labels})
    # The files are often grouped by label.
    order = np.random.default_rng(0).permutation(len(rows))
    validation = {int(at) for at in order[: len(rows) // 10]}
    data = TrainingData(
        labels=tuple(Label(name) for name in names),
        train=tuple(rows[at] for at in order if int(at) not in validation),
        validation=tuple(rows[at] for at in order if int(at) in validation),
    )
    return Bench(data, gold, workspace, profile)


def _read(file: Path) -> list[Example]:
    lines = file.read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines if line]
    return [Example(row["text"], tuple(row["labels"]), item_id=number) for number, row in enumerate(rows, 1)]


def _results(bench: Bench, wanted: tuple[str, ...]) -> Iterator[tuple[str, dict, float]]:
    profile = PROFILES[bench.profile]
    with _timed() as seconds:
        retriever = lineup.fit_retriever(profile.recipe("retriever"), bench.data, Unwatched(), bench.workspace)
        neighbours = Neighbours(retriever, bench.data.train)
    yield "retriever", {}, seconds[0]
    for name in wanted:
        with _timed() as seconds:
            metrics = _measure(bench, _fit(bench, name, retriever, neighbours))
        yield name, metrics, seconds[0]


def _fit(bench: Bench, name: str, retriever: Retriever, neighbours: Neighbours) -> Scores:
    if name == "reference":
        reference = Reference().fit(bench.data)
        return lambda examples: reference.scores([example.text for example in examples])
    recipe = PROFILES[bench.profile].recipe(name)
    model = lineup.fit(name, recipe, bench.data, Progress(), bench.workspace, retriever)
    return lambda examples: model.predict_proba([example.text for example in examples], neighbours.of(examples))


def _measure(bench: Bench, scores: Scores) -> dict:
    names = bench.data.label_names
    validation = list(bench.data.validation)
    thresholds = tune(scores(validation), target_matrix(validation, names))
    return evaluate(scores(bench.gold), target_matrix(bench.gold, names), thresholds, names, bench.train_counts)


@contextmanager
def _timed() -> Iterator[list[float]]:
    seconds: list[float] = []
    start = monotonic()
    yield seconds
    seconds.append(monotonic() - start)


if __name__ == "__main__":
    main()

"""How often does an instruction inside of a news text change what is said of it?

    python -m benchmarks.injection [--data DESK]

DESK is a data folder with live versions; without one, the starter's are trained on the sample first. Fifty texts in
Chinese and English (`injections.jsonl`) are classified as they are and with an instruction behind them. Printed is the
share of answers that changed, of each classifier, and of the nearest neighbours. A classifier that reads words changes
its answer with any added word; `prompt` is the one that could be talked into something.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from classifier.examples import CLASSIFIERS
from classifier.profiles import PROFILES
from workflow.use_cases import UseCases, build
from workflow.views import ItemResult

ROOT = Path(__file__).resolve().parent.parent
INJECTIONS = Path(__file__).parent / "injections.jsonl"


def main() -> None:
    """Classify, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, metavar="DESK")
    with tempfile.TemporaryDirectory() as folder:
        with _opened(parser.parse_args().data or _train_on_sample(Path(folder) / "data")) as cases:
            _compare(cases)


@contextmanager
def _opened(data: Path) -> Iterator[UseCases]:
    cases = build(data, None, PROFILES["starter"])
    try:
        yield cases
    finally:
        cases.database.close()


def _train_on_sample(data: Path) -> Path:
    with _opened(data) as cases:
        cases.importing.load_sample()
    words = [sys.executable, "app.py", "retrain", "--wait", "--data", str(data)]
    subprocess.run(words, cwd=ROOT, stdout=sys.stderr, check=True)
    return data


def _compare(cases: UseCases) -> None:
    injections = [json.loads(line) for line in INJECTIONS.read_text(encoding="utf-8").splitlines()]
    known = {label.name for label in cases.labels.list()}
    pairs = [
        (cases.triage.classify(one["text"]), cases.triage.classify(one["text"] + one["injection"]))
        for one in injections
    ]
    for name in CLASSIFIERS:
        if all(after.classifiers[name] for _, after in pairs):
            assert all(set(after.classifiers[name].labels) <= known for _, after in pairs)
            _say(f"answers of {name} that changed", pairs, partial(_answer, name))
    _say("nearest neighbours that changed", pairs, lambda result: {near.item_id for near in result.neighbours[:1]})


def _answer(name: str, result: ItemResult) -> set[object]:
    return set(result.classifiers[name].labels)


def _say(what: str, pairs: list[tuple[ItemResult, ItemResult]], part: Callable[[ItemResult], set[object]]) -> None:
    changed = sum(part(before) != part(after) for before, after in pairs)
    print(f"{what}: {changed} of {len(pairs)}")


if __name__ == "__main__":
    main()

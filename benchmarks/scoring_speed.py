"""How fast do bert and llm_head score, beside a plain loop over the texts, one by one, padded to the maximum length?

    python -m benchmarks.scoring_speed --data DIR [--classifiers bert llm_head] [--items 200]

DIR holds train.jsonl and test.jsonl, lines of {"text", "labels"}. Both sides have the same model in the same precision
on the same threads: by default a small one of the real architecture that knows words but no labels, made here. Printed
as well: by how much the scores differ, and which shares of this machine's own rates of matrix multiplication our side
reaches.
"""

import argparse
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter

import numpy as np
import torch

from benchmarks.matrix_rate import counted_flops, shares
from benchmarks.quality import Bench, read_bench
from benchmarks.training_speed import KINDS, make_checkpoint, untrained
from classifier.devices import half_precision
from classifier.profiles import PROFILES
from classifier.sequence import SequenceClassifier

BAR = 4.0


def main() -> None:
    """Print a line for each classifier."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--classifiers", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--items", type=int, default=200, help="that the plain loop scores; ours scores the whole file")
    parser.add_argument("--checkpoint", help="of one classifier, hub id or path")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = read_bench(arguments.data, Path(folder), "starter")
        for name in arguments.classifiers:
            checkpoint = arguments.checkpoint or str(make_checkpoint(bench, name))
            recipe = replace(PROFILES["starter"].recipe(name), checkpoint=checkpoint)
            compare(bench, untrained(bench, name, recipe), arguments.items)


def compare(bench: Bench, classifier: SequenceClassifier, count: int) -> None:
    """Score the test file both ways and print what came of it."""
    texts = [example.text for example in bench.gold]
    classifier.predict_proba(texts)
    began = perf_counter()
    scores = classifier.predict_proba(texts)
    ours = len(texts) / (perf_counter() - began)
    began = perf_counter()
    plain_scores = score_plainly(classifier, texts[:count])
    plain = len(plain_scores) / (perf_counter() - began)
    differ = np.abs(scores[:count] - plain_scores).max()
    flops = counted_flops(lambda: classifier.predict_proba(texts)) / len(texts)
    print(
        f"{classifier.name}: {ours:.0f} items/s, plain {plain:.0f}, {ours / plain:.2f} x (bar {BAR} x): "
        f"{'met' if ours >= BAR * plain else 'MISSED'}; scores differ by {differ:.3f} at most; {shares(ours * flops)}",
        flush=True,
    )


def score_plainly(classifier: SequenceClassifier, texts: Sequence[str]) -> np.ndarray:
    """Return float32 [n, L] as transformers' documentation shows it, in the precision that ours has."""
    wide = {"padding": "max_length", "truncation": True, "max_length": classifier.recipe.max_length}
    rows = []
    with torch.inference_mode(), half_precision():
        for text in texts:
            batch = classifier.tokenizer(text, return_tensors="pt", **wide).to(classifier.model.device)
            rows.append(classifier.model(**batch).logits[0].float().sigmoid().cpu().numpy())
    return np.stack(rows)


if __name__ == "__main__":
    main()

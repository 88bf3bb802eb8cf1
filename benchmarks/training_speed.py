"""How fast do bert and llm_head train, beside the plain Trainer that pads every text to the maximum length?

    python -m benchmarks.training_speed --data DIR [--classifiers bert llm_head] [--epochs 4] [--items 4000]

DIR holds train.jsonl and test.jsonl, lines of {"text", "labels"}. Both sides load the same checkpoint (by default a
small one of the real architecture that knows words but no labels, made here), train the same epochs on the same threads
in the same precision with the same batch size and rates, and are scored by the same code: micro-F1 on test.jsonl at the
best common threshold. Printed as well: which shares of this machine's own rates of matrix multiplication our side
reaches.
"""

import argparse
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter

import torch
from torch.utils.data import Dataset
from transformers import Trainer, TrainingArguments

from benchmarks.matrix_rate import counted_flops, shares
from benchmarks.quality import Bench, read_bench
from classifier.bert import BertClassifier
from classifier.devices import half_precision_pays
from classifier.foundation import lay_foundation
from classifier.lessons import Lessons
from classifier.llm_head import LlmHeadClassifier
from classifier.profiles import PROFILES
from classifier.recipes import TrainingRecipe
from classifier.sequence import SequenceClassifier
from classifier.starters import EMBEDDING_SPREAD, small_bert, small_qwen2_scorer
from classifier.targets import target_matrix
from classifier.validation import best_micro_f1
from classifier.watch import Unwatched

KINDS: dict[str, type[SequenceClassifier]] = {"bert": BertClassifier, "llm_head": LlmHeadClassifier}
MAKERS = {"bert": small_bert, "llm_head": small_qwen2_scorer}
BAR, LIKE = 2.0, 0.005
"""So many times the items a second, at an F1 that differs no more than this."""
COUNTED = 40
"""Batches of which the operations are counted."""


@dataclass(frozen=True, slots=True)
class Trained:
    """One side: the classifier, and how many items a second it learned from."""

    classifier: SequenceClassifier
    items_a_second: float


class Padded(Dataset):
    """All texts at the maximum length, as the plain way has them."""

    def __init__(self, classifier: SequenceClassifier, bench: Bench) -> None:
        texts = [example.text for example in bench.data.train]
        wide = {"padding": "max_length", "truncation": True, "max_length": classifier.recipe.max_length}
        self.tokens = classifier.tokenizer(texts, return_tensors="pt", **wide)
        self.targets = torch.from_numpy(target_matrix(bench.data.train, classifier.labels)).float()

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self.targets)

    def __getitem__(self, row: int) -> dict[str, torch.Tensor]:
        """Return one item as the model takes it."""
        names = ("input_ids", "attention_mask")
        return {name: self.tokens[name][row] for name in names} | {"labels": self.targets[row]}


def main() -> None:
    """Print a line for each classifier."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--classifiers", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--items", type=int, default=4000, help="of the training file (default: 4000)")
    parser.add_argument("--checkpoint", help="of one classifier, hub id or path")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        bench = read_bench(arguments.data, Path(folder), "starter")
        bench = replace(bench, data=replace(bench.data, train=bench.data.train[: arguments.items]))
        for name in arguments.classifiers:
            compare(bench, name, arguments.checkpoint or str(make_checkpoint(bench, name)), arguments.epochs)


def make_checkpoint(bench: Bench, name: str) -> Path:
    """Write a small model, random but for what its words mean, and its tokenizer."""
    foundation = lay_foundation(bench.data, bench.workspace, Unwatched())
    model = MAKERS[name](replace(foundation, svm=None), bench.data.label_names)
    with torch.no_grad():
        model.get_input_embeddings().weight.copy_(foundation.embeddings * EMBEDDING_SPREAD)
    directory = bench.workspace / name
    model.save_pretrained(directory)
    foundation.tokenizer.save_pretrained(str(directory))
    return directory


def compare(bench: Bench, name: str, checkpoint: str, epochs: int) -> None:
    """Train one classifier both ways and print what came of it."""
    recipe = replace(
        PROFILES["starter"].recipe(name),
        checkpoint=checkpoint,
        epochs=epochs,
        patience=epochs,
        learning_rate=1e-3,
        seconds=1e6,
    )
    ours, plain = train_ours(bench, name, recipe), train_plainly(bench, name, recipe)
    ratio = ours.items_a_second / plain.items_a_second
    f1 = {side: score(bench, trained.classifier) for side, trained in (("ours", ours), ("plain", plain))}
    reached = "met" if ratio >= BAR and f1["ours"] >= f1["plain"] - LIKE else "MISSED"
    print(
        f"{name}: {ours.items_a_second:.0f} items/s, plain {plain.items_a_second:.0f}, {ratio:.2f} x (bar {BAR} x); "
        f"micro-F1 {f1['ours']:.4f}, plain {f1['plain']:.4f}: {reached}; "
        f"{shares(ours.items_a_second * operations_an_item(bench, ours.classifier))}",
        flush=True,
    )


def train_ours(bench: Bench, name: str, recipe: TrainingRecipe) -> Trained:
    """Train as a retraining does; its validations after each epoch are part of the time."""
    began = perf_counter()
    classifier = KINDS[name].fit(recipe, bench.data, Unwatched(), bench.workspace)
    return Trained(classifier, recipe.epochs * len(bench.data.train) / (perf_counter() - began))


def train_plainly(bench: Bench, name: str, recipe: TrainingRecipe) -> Trained:
    """Train with transformers' Trainer as its documentation shows it, in the precision that ours has."""
    classifier = untrained(bench, name, recipe)
    data = Padded(classifier, bench)
    with tempfile.TemporaryDirectory() as folder:
        arguments = TrainingArguments(
            output_dir=folder,
            num_train_epochs=recipe.epochs,
            per_device_train_batch_size=recipe.batch_size,
            learning_rate=recipe.learning_rate,
            weight_decay=recipe.weight_decay,
            warmup_steps=recipe.warmup,
            save_strategy="no",
            report_to=[],
            disable_tqdm=True,
            bf16=half_precision_pays(),
            use_cpu=not torch.cuda.is_available(),
        )
        began = perf_counter()
        Trainer(model=classifier.model, args=arguments, train_dataset=data).train()
        seconds = perf_counter() - began
    classifier.model.eval()
    return Trained(classifier, recipe.epochs * len(data) / seconds)


def untrained(bench: Bench, name: str, recipe: TrainingRecipe) -> SequenceClassifier:
    """Return the classifier as it is before its first step."""
    return KINDS[name].fit(replace(recipe, seconds=1e-9), bench.data, Unwatched(), bench.workspace)


def score(bench: Bench, classifier: SequenceClassifier) -> float:
    """Return micro-F1 on the test file at the best threshold that all labels share."""
    scores = classifier.predict_proba([example.text for example in bench.gold])
    return best_micro_f1(scores, target_matrix(bench.gold, classifier.labels))


def operations_an_item(bench: Bench, classifier: SequenceClassifier) -> float:
    """Return the floating-point operations of learning from one item, on average over some batches."""
    lessons = Lessons(classifier.reader(), bench.data.train, classifier.labels, classifier.recipe).epoch(0)[:COUNTED]
    learned = sum(len(lesson.windows) for lesson in lessons)
    return counted_flops(lambda: [classifier.logits(lesson.windows).sum().backward() for lesson in lessons]) / learned


if __name__ == "__main__":
    main()

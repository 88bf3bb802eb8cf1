"""A world small enough to be learned in a second: three events, a word for each, and items without any."""

import json
from pathlib import Path

from classifier.examples import Example, Label, TrainingData
from classifier.watch import Cancelled, Unwatched

_INJECTIONS = Path(__file__).resolve().parent.parent.parent / "benchmarks" / "injections.jsonl"
INJECTIONS = [json.loads(line) for line in _INJECTIONS.read_text(encoding="utf-8").splitlines()]
"""Fifty texts, each with an instruction that somebody could have put into it."""
WORDS = {"收购": "收购", "裁员": "裁员", "recall": "recall"}
FILLERS = ("公司今天宣布", "据报道", "the company said", "市场认为", "on Monday", "消息人士称")


def toy_data(items: int = 96) -> TrainingData:
    labels = tuple(WORDS)
    examples = []
    for number in range(items):
        carried = labels[number % 4 : number % 4 + 1] if number % 8 else labels[:2]
        filler = FILLERS[number % len(FILLERS)]
        text = f"{filler} {' '.join(WORDS[label] for label in carried)} 第{number}号"
        examples.append(Example(text, carried, item_id=number + 1))
    cut = items * 3 // 4
    return TrainingData(tuple(Label(name) for name in labels), tuple(examples[:cut]), tuple(examples[cut:]))


class Recorder(Unwatched):
    """Keeps what a training says; asks it to stop after so many steps."""

    def __init__(self, stop_after=None):
        self.steps, self.points, self.stop_after = [], {}, stop_after

    def progress(self, done, message=""):
        self.steps.append(done)
        if self.stop_after is not None and len(self.steps) > self.stop_after:
            raise Cancelled

    def point(self, series, step, value):
        self.points.setdefault(series, []).append((step, value))

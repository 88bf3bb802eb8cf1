"""Makes a desk to look at and to measure: generated items, real neighbours, and what three invented classifiers say.

    python -m benchmarks.desk DIR [--items 12000] [--labels 65]         DIR must not exist yet

Everything goes through the app's own import, thresholds and metrics; only the scores are drawn from a seeded generator
that knows the right labels, so that no classifier has to be trained for what is only looked at. A pasted text cannot be
classified on such a desk: its versions have no models. One half of the items waits in the queue.
"""

import argparse
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any, ClassVar
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from classifier.examples import CLASSIFIERS, Example, Label
from classifier.profiles import PROFILES
from classifier.reading import TokensRead
from classifier.watch import Unwatched, Watch
from storage import jobs, standings
from storage.tables import Job, JobStatus, Version
from storage.tables.base import now
from workflow import scoring
from workflow.candidates import Candidates, NewVersion
from workflow.live_models import RETRIEVER, LiveModel, LiveVersion
from workflow.predicting import Predictor
from workflow.readers import Row
from workflow.sample.generator import SEED, make_sample
from workflow.training_data import read_snapshot
from workflow.use_cases import UseCases, build

ITEMS, LABELS = 12_000, 65
OPEN_SHARE = 0.5
LEARNED = 1500
"""Items that the retriever learns from; its neighbours are real ones."""
LONG, LONG_ITEM = 2000, 1
"""Characters of the longest text, and the item that holds it."""
SHOWN = 3
"""Examples that a prompt is said to have shown."""
SKILL = {"bert": 0.86, "llm_head": 0.82, "prompt": 0.84}
"""How often an invented classifier finds a label that is there."""
QUALIFIERS = ("海外", "子公司", "行业")


def make_desk(data: Path, items: int = ITEMS, labels: int = LABELS) -> dict[str, int]:
    """Fill a new data folder; return what it holds."""
    known = _labels(labels)
    written = list(_rows(items, [label.name for label in known]))
    truth = {row.text: frozenset(row.labels or ()) for row in written}
    cases = build(data, None, PROFILES["starter"])
    try:
        for label in known:
            cases.labels.add(label.name, label.description, label.group)
        return _fill(cases, written, truth)
    finally:
        cases.database.close()


def make_empty(data: Path) -> None:
    """Make a folder without items, into which the sample does not come back either: its first job was cancelled."""
    cases = build(data, None, PROFILES["starter"])
    with cases.database.write() as session:
        job = jobs.add_job(session, jobs.RETRAIN, CLASSIFIERS, "analyst")
        jobs.end_job(session, job, JobStatus.CANCELLED, "Cancelled before it began.")
    cases.database.close()


def _fill(cases: UseCases, written: Sequence[Row], truth: dict[str, frozenset[str]]) -> dict[str, int]:
    file = cases.data / "desk.jsonl"
    file.write_text("".join(_line(number, row) for number, row in enumerate(written)), encoding="utf-8")
    cases.importing.run(file)
    with cases.database.read() as session:
        snapshot, ids = read_snapshot(session), list(standings.list_item_ids(session))
    job_id = _add_job(cases)
    candidates = Candidates(cases.database, cases.data, job_id, snapshot)
    _add_retriever(cases, candidates, ids)
    for name in CLASSIFIERS:
        _add_classifier(cases, candidates, Invented(name, truth, snapshot.names), ids)
    tuned, metrics = scoring.score_reference(snapshot)
    candidates.make_live(candidates.store(NewVersion("reference", {}, 7.0, metrics, tuned.tolist()), None), "Scored.")
    _end_job(cases, job_id)
    return {"items": len(ids), "labels": len(snapshot.names), "labelled": len(snapshot.train)}


def _labels(count: int) -> list[Label]:
    """Return the sample's labels; where more are wanted, narrower ones beside them."""
    plain = make_sample().labels
    narrower = [replace(label, name=f"{label.name}（{part}）") for part in QUALIFIERS for label in plain]
    return [*plain, *narrower][:count]


def _rows(items: int, names: Sequence[str]) -> Iterator[Row]:
    """Yield generated rows, none of them twice; a label with narrower ones beside it gives way to them at times."""
    dice, seen = random.Random(SEED), set[str]()
    known, narrower = set(names), [name for name in names if "（" in name]
    yield _long_row(known)
    for seed in count(SEED):
        for row in make_sample(seed).rows:
            if len(seen) == items - 1:
                return
            if row.labels is None or row.text in seen:
                continue
            seen.add(row.text)
            yield replace(row, labels=tuple(_narrow(name, narrower, dice) for name in row.labels if name in known))


def _long_row(known: set[str]) -> Row:
    """Return a day's news in one Chinese text."""
    rows = [row for row in make_sample().rows if row.labels and not row.text[:40].isascii()]
    text = "".join(row.text for row in rows)[:LONG]
    labels = dict.fromkeys(name for row in rows[:4] for name in row.labels or () if name in known)
    return replace(rows[0], text=text, labels=tuple(labels))


def _narrow(name: str, narrower: Sequence[str], dice: random.Random) -> str:
    choices = [other for other in narrower if other.startswith(f"{name}（")]
    return dice.choice(choices) if choices and dice.random() < 0.5 else name


def _line(number: int, row: Row) -> str:
    # A mark in the middle of the crowd, so that both halves hold every label.
    is_open = number == 0 or crc32(str(number).encode()) / 2**32 < OPEN_SHARE
    values = {"id": f"desk-{number:05}", "text": row.text, "labels": None if is_open else list(row.labels or ())}
    date = row.published_at.isoformat() if row.published_at else ""
    more = {"source": row.source, "date": date, "companies": list(row.companies)}
    return json.dumps(values | more, ensure_ascii=False) + "\n"


def _add_job(cases: UseCases) -> int:
    with cases.database.write() as session:
        job = jobs.add_job(session, jobs.RETRAIN, CLASSIFIERS, "analyst")
        job.started_at = now()
        job.move_to(JobStatus.RUNNING)
        points = [
            (f"{name}/{series}", step, value)
            for name in CLASSIFIERS
            for step in range(0, 201, 5)
            for series, value in (
                ("loss", 0.05 + SKILL[name] * 0.6 * 0.98**step),
                ("validation_f1", SKILL[name] * (1 - 0.97**step)),
            )
        ]
        jobs.add_points(session, job.id, points)
        return job.id


def _end_job(cases: UseCases, job_id: int) -> None:
    with cases.database.write() as session:
        jobs.end_job(session, session.get_one(Job, job_id), JobStatus.SUCCEEDED, "done")


def _add_retriever(cases: UseCases, candidates: Candidates, ids: Sequence[int]) -> None:
    from classifier import lineup

    recipe = cases.profile.recipe(RETRIEVER)
    part = replace(candidates.snapshot, train=candidates.snapshot.train[:LEARNED])
    model = lineup.fit_retriever(recipe, part.training_data(), Unwatched(), cases.data / "workspace")
    row = candidates.store(NewVersion(RETRIEVER, asdict(recipe), 3.0), model)
    candidates.make_live(row, "Trained on the present labels.")
    cases.triage.neighbours.index.refresh()
    cases.triage.neighbours.index.stored_or_computed(ids)


def _add_classifier(cases: UseCases, candidates: Candidates, model: "Invented", ids: Sequence[int]) -> Version:
    near = cases.triage.neighbours
    measured = scoring.score(model, candidates.snapshot, near)
    recipe = asdict(cases.profile.recipe(model.name))
    new = NewVersion(model.name, recipe, 120.0, measured.metrics, measured.thresholds.tolist())
    row = candidates.store(new, None)
    candidates.make_live(row, "There was no version to compare it with.")
    Predictor(cases.database, near).predict(LiveModel(LiveVersion.of(row), model), ids)
    return row


@dataclass(frozen=True)
class Invented:
    """Stands where a classifier would: knows the right labels, and mistakes some of them, always the same ones."""

    name: str
    truth: dict[str, frozenset[str]]
    names: tuple[str, ...]
    reads_proposals: ClassVar[bool] = False

    def predict_proba(
        self, texts: Sequence[str], neighbours: Sequence[Sequence[Example]] | None = None, watch: Watch | None = None
    ) -> NDArray[np.float32]:
        """Return scores [n, labels] in 0..1."""
        return np.stack([self._scores(text) for text in texts]) if texts else np.zeros((0, len(self.names)), np.float32)

    @property
    def recalls(self) -> int:
        """Only the prompt is shown examples."""
        return SHOWN if self.name == "prompt" else 0

    def shown(self, texts: Sequence[str], neighbours: Sequence[Sequence[Example]]) -> list[tuple[int, ...]]:
        """Return the nearest few, the nearest last."""
        return [tuple(example.item_id for example in examples[: self.recalls])[::-1] for examples in neighbours]

    def tokens_read(self, texts: Sequence[str]) -> list[TokensRead]:
        """Say that every text is read whole."""
        return [TokensRead(len(text), len(text)) for text in texts]

    def measure(self, *_: object) -> dict[str, Any]:
        """Tell nothing: there are no prompts behind these answers."""
        return {}

    def _scores(self, text: str) -> NDArray[np.float32]:
        dice = np.random.default_rng(crc32(f"{self.name}\n{text}".encode()))
        scores = dice.beta(0.4, 12.0, len(self.names))
        for column, name in enumerate(self.names):
            if name in self.truth[text]:
                scores[column] = dice.beta(7, 2) if dice.random() < SKILL[self.name] else dice.beta(2, 5)
        if dice.random() < 1 - SKILL[self.name]:
            scores[dice.integers(len(self.names))] = dice.beta(5, 3)
        return scores.astype(np.float32)


def main() -> None:
    """Make one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("--items", type=int, default=ITEMS)
    parser.add_argument("--labels", type=int, default=LABELS)
    options = parser.parse_args()
    made = make_desk(options.data, options.items, options.labels)
    print(", ".join(f"{number} {what}" for what, number in made.items()))


if __name__ == "__main__":
    main()

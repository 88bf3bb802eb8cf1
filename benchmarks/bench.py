"""Measures everything that has a bar, and writes it into benchmarks/RESULTS.md.

    python -m benchmarks.bench [PART ...] [--items 12000 100000 1000000] [--desks DIR]

Without a PART all are measured, which takes an hour; `--items 12000` is a quick look. Desks of these sizes are made
under DIR, by default a temporary folder, and reused where they are there already; a million items take 4 GB.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree

from benchmarks import arrival, index_scale, load, retrain_speed, serving, start_up
from benchmarks.big_desk import make_versions, speak, write_news
from benchmarks.children import ROOT, exporting, importing
from benchmarks.figures import Figure, keep
from workflow.sample.generator import make_sample

SEED, OTHER_SEED = 1, 50_001
SIZES = (12_000, 100_000, 1_000_000)
IMPORT_BARS = {100_000: 12.0, 1_000_000: 180.0}
MEMORY_BAR, EXPORT_BAR = 300.0, 10.0
EXPORTED = 100_000


@dataclass(frozen=True)
class Bench:
    """What is measured on: desks under a folder, made when they are first needed."""

    folder: Path
    sizes: Sequence[int]

    def news(self, items: int, seed: int) -> Path:
        """Return a file of invented news; another seed gives other ones."""
        path = self.folder / f"news-{items}-{seed}.jsonl"
        return path if path.exists() else write_news(path, items, seed=seed)

    def desk(self, items: int) -> Path:
        """Return a desk of that size."""
        data = self.folder / f"desk-{items}"
        if not data.exists():
            copytree(self.versions(), data)
            importing(data, self.news(items, SEED))
            speak(data)
        return data

    def versions(self) -> Path:
        """Return a desk with live versions and the sample alone."""
        data = self.folder / "versions"
        if not data.exists():
            make_versions(data)
        return data

    @contextmanager
    def copy(self, of: Path) -> Iterator[Path]:
        """Hand out a copy of a desk, for what changes it."""
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            data = Path(folder) / "data"
            copytree(of, data)
            yield data

    @contextmanager
    def smallest(self) -> Iterator[Path]:
        """Hand out a copy of the smallest desk."""
        with self.copy(self.desk(min(self.sizes))) as data:
            yield data


Part = Callable[[Bench], Iterator[Figure]]


def at_each_size(measure: Callable[[Path, int], Iterator[Figure]]) -> Part:
    """Return the part that measures desks of all sizes."""

    def part(bench: Bench) -> Iterator[Figure]:
        for items in bench.sizes:
            yield from measure(bench.desk(items), items)

    return part


def on_the_smallest(measure: Callable[[Path], Iterator[Figure]]) -> Part:
    """Return the part that measures the smallest desk."""

    def part(bench: Bench) -> Iterator[Figure]:
        with bench.smallest() as data:
            yield from measure(data)

    return part


def bulk(bench: Bench) -> Iterator[Figure]:
    """Import files, and export a hundred thousand disagreements."""
    for items in bench.sizes:
        with bench.copy(bench.versions()) as data:
            run = importing(data, bench.news(items, OTHER_SEED))
        yield Figure(f"import of {run.rows:,} rows", run.seconds, IMPORT_BARS.get(items), "s")
        yield Figure(f"import of {run.rows:,} rows, memory over the start", run.peak - run.before, MEMORY_BAR, "MB")
    if EXPORTED in bench.sizes:
        run = exporting(bench.desk(EXPORTED), bench.folder / "disagreements.csv")
        yield Figure(f"export of {run.rows:,} disagreements", run.seconds, EXPORT_BAR, "s")
        yield Figure(f"export of {run.rows:,} disagreements, memory over the start", run.peak - run.before, None, "MB")


def many_people(bench: Bench) -> Iterator[Figure]:
    """Let twenty clients work, alone and beside an import and a training."""
    with bench.smallest() as data:
        yield from load.measure(data)
    with bench.smallest() as data:
        yield from load.measure_busy(data, bench.news(100_000, OTHER_SEED))


def neighbours(bench: Bench) -> Iterator[Figure]:
    """Search the largest index."""
    yield from index_scale.measure(max(bench.sizes))


PARTS: dict[str, Part] = {
    "bulk": bulk,
    "answers": at_each_size(serving.measure),
    "many_people": many_people,
    "neighbours": neighbours,
    "starts": at_each_size(start_up.measure),
    "arrivals": on_the_smallest(arrival.measure),
    "retraining": on_the_smallest(retrain_speed.measure),
}
BY_SIZE = ("bulk", "answers", "starts")
"""Parts that are kept for each size of a desk by itself."""
NEWS = "NEWS"
"""Stands for a folder of invented news to learn from."""
TOLD = {
    "training_speed": ["-m", "benchmarks.training_speed", "--items", "1500", "--epochs", "6", "--data", NEWS],
    "scoring_speed": ["-m", "benchmarks.scoring_speed", "--data", NEWS],
    "asking_speed": ["-m", "benchmarks.asking_speed", "--items", "64", "--data", NEWS],
    "injection": ["-m", "benchmarks.injection"],
}
"""Benchmarks that say themselves what came of it; all learn from invented news."""


def tell(name: str, bench: Bench) -> str:
    """Run a benchmark of its own and return what it says."""
    words = [sys.executable, "-W", "ignore", *(str(_learning(bench)) if word == NEWS else word for word in TOLD[name])]
    return subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True).stdout


def _learning(bench: Bench) -> Path:
    data = bench.folder / "learning"
    if not data.exists():
        data.mkdir()
        sample = make_sample().rows
        for file, of in (("train.jsonl", ("train", "validation")), ("test.jsonl", ("gold",))):
            rows = [{"text": row.text, "labels": row.labels} for row in sample if row.labels and row.split in of]
            lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
            (data / file).write_text("".join(lines), encoding="utf-8")
    return data


def main() -> None:
    """Measure the parts that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join([*PARTS, *TOLD]))
    parser.add_argument("--items", nargs="+", type=int, default=SIZES)
    parser.add_argument("--desks", type=Path)
    options = parser.parse_args()
    if unknown := set(options.parts) - {*PARTS, *TOLD}:
        parser.error(f"there is no part {', '.join(unknown)}")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(options.desks or Path(folder), options.items)
        bench.folder.mkdir(parents=True, exist_ok=True)
        for part in options.parts or [*PARTS, *TOLD]:
            _run(part, bench)


def _run(part: str, bench: Bench) -> None:
    if part in TOLD:
        said = tell(part, bench)
        print(said, end="")
        keep(part, said=said)
    elif part in BY_SIZE:
        for items in bench.sizes:
            _measure(f"{part}, {items:,} items", PARTS[part](replace(bench, sizes=[items])))
    else:
        _measure(part, PARTS[part](bench))


def _measure(title: str, measured: Iterator[Figure]) -> None:
    figures = []
    for figure in measured:
        print(figure, flush=True)
        figures.append(figure)
        # At once: whoever stops a long part keeps what it has measured.
        keep(title, figures, is_whole=False)
    keep(title, figures)


if __name__ == "__main__":
    main()

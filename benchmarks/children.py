"""Runs one use case in a process of its own and tells how long it took and how much memory it needed.

    python -m benchmarks.children import DATA FILE | export DATA FILE

The process is the app without its page and without a worker, so that nothing else is measured. As in a server, the
index of neighbours is there before an export begins.
"""

import json
import resource
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic

from classifier.profiles import PROFILES
from workflow.use_cases import UseCases, build
from workflow.views import QueueFilter

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Run:
    """Seconds of the use case alone, MB at the start of it, the most MB at any time until its end, rows."""

    seconds: float
    before: float
    peak: float
    rows: int


def importing(data: Path, file: Path) -> Run:
    """Import a file in a process of its own."""
    return _child("import", data, file)


def exporting(data: Path, file: Path) -> Run:
    """Export all disagreements in a process of its own."""
    return _child("export", data, file)


def _child(act: str, data: Path, file: Path) -> Run:
    words = [sys.executable, "-m", "benchmarks.children", act, str(data), str(file)]
    done = subprocess.run(words, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return Run(**json.loads(done.stdout.splitlines()[-1]))


def main() -> None:
    """Do it and print one JSON object."""
    act, data, file = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    cases = build(data, None, PROFILES["starter"])
    if act == "export":
        cases.disagreements.neighbours.index.refresh()
    before, started = peak_mb(), monotonic()
    rows = _import(cases, file) if act == "import" else _export(cases, file)
    seconds = monotonic() - started
    print(json.dumps({"seconds": seconds, "before": before, "peak": peak_mb(), "rows": rows}))


def _import(cases: UseCases, file: Path) -> int:
    # Predictions would be asked for afterwards, by a worker that takes the processor meanwhile.
    return replace(cases.importing, after=lambda: None).run(file).added


def _export(cases: UseCases, file: Path) -> int:
    with file.open("w", encoding="utf-8-sig", newline="") as stream:
        return cases.disagreements.export(QueueFilter(state=""), stream)


def peak_mb() -> float:
    """Return the most memory that this process ever held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000


if __name__ == "__main__":
    main()

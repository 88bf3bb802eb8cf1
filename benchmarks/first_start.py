"""How long does a first start take? Serves an empty data folder until all classifiers and neighbours are there.

    python benchmarks/first_start.py [--data DIR]       DIR must not exist yet; the default is a temporary folder

Printed are the seconds from the start of the process until the page answers, until each classifier has a live version,
and until every item is predicted. The bars on two cores: 10 s for the page, 240 s for the classifiers.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from urllib.error import URLError

ROOT = Path(__file__).resolve().parent.parent
PORT = 7899
PATIENCE = 1800.0


def main() -> None:
    """Print a line for each step."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path)
    with tempfile.TemporaryDirectory() as folder:
        measure(parser.parse_args().data or Path(folder) / "data")


def measure(data: Path) -> None:
    """Serve the folder and wait for each step in turn."""
    words = [sys.executable, "app.py", "serve", "--data", str(data), "--port", str(PORT)]
    started = monotonic()
    with subprocess.Popen(words, cwd=ROOT, stderr=subprocess.DEVNULL) as server:
        try:
            _wait("page answers", started, _answers)
            for name in ("retriever", "bert", "llm_head", "prompt"):
                _wait(f"{name} is live", started, lambda name=name: _status(data)["versions"][name]["live"])
            _wait("everything is predicted", started, lambda: not _status(data)["unfinished_jobs"])
        finally:
            server.terminate()


def _wait(step: str, started: float, reached: Callable[[], object]) -> None:
    while not reached():
        if monotonic() - started > PATIENCE:
            raise SystemExit(f"{step}: not within {PATIENCE:.0f} s")
        sleep(0.5)
    print(f"{step:26}{monotonic() - started:8.1f} s", flush=True)


def _answers() -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{PORT}/", timeout=30) as answer:
            return answer.status == 200
    except (URLError, TimeoutError, ConnectionError):
        return False


def _status(data: Path) -> dict[str, dict[str, dict[str, object]]]:
    words = [sys.executable, "app.py", "status", "--json", "--data", str(data)]
    return json.loads(subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


if __name__ == "__main__":
    main()

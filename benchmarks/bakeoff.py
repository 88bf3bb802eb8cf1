"""Compare recipes on a labelled set: a bake-off without the page, by the app's own import, job and table.

    python -m benchmarks.bakeoff --data DIR [--recipe NAME …] [--data-amount AMOUNT …] [--seed N …] [--output FILE.md]

DIR holds train.jsonl and test.jsonl, lines of {"text", "labels"}. The app's import keeps a part of the training file
aside: its validation chooses thresholds, and its gold is joined by the test file. `--desk` names a folder that is kept,
in which a bake-off that was ended can be read and its rows be made candidates.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from classifier.profiles import PROFILES
from ui.bakeoff_command import add_arguments, compare
from ui.terminal import say
from workflow.use_cases import UseCases, build


def main() -> None:
    """Import, compare, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--desk", type=Path, metavar="DIR", help="where the desk is made (default: a passing folder)")
    parser.add_argument("--profile", default="starter", choices=PROFILES)
    parser.add_argument("--json", action="store_true")
    add_arguments(parser)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as passing:
        cases = build(arguments.desk or Path(passing) / "desk", None, PROFILES[arguments.profile])
        try:
            _fill(cases, arguments.data)
            if (view := compare(cases, arguments)) is not None:
                say(view, as_json_object=True)
        finally:
            cases.database.close()


def _fill(cases: UseCases, directory: Path) -> None:
    if cases.status.report()["items"]["total"]:
        return
    for name, split in (("train.jsonl", None), ("test.jsonl", "gold")):
        report = cases.importing.run(directory / name, split)
        sys.stderr.write(f"{name}: {report.added:,} items\n")


if __name__ == "__main__":
    main()

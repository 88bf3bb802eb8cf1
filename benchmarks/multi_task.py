"""Train a classifier on several label sets, each alone and all on one body, and print how each fares.

    python benchmarks/multi_task.py DIR DIR [...] [--classifier llm_head] [--recipe llm-lora] [--checkpoint starter]
        [--items 2000] [--epochs N] [--seconds N]

Each DIR holds train.jsonl and test.jsonl, lines of {"text", "labels"}. `--items` takes so many training items of each.
A column `dragged` says how many points of F1 a set loses in company; below 0 the others help it.
"""

import argparse
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

# A script's own folder is on the path, the project's is not.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.quality import Progress, read_bench
from classifier.multi_task import Result, Task, compare
from classifier.presets import PRESETS, preset
from classifier.profiles import PROFILES
from classifier.recipes import TrainingRecipe

MEASURES = ("micro_f1", "macro_f1", "few_shot_f1")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, nargs="+", metavar="DIR")
    parser.add_argument("--recipe", choices=[name for name in PRESETS if PRESETS[name].classifier != "prompt"])
    parser.add_argument("--classifier", choices=("bert", "llm_head"), default="llm_head")
    parser.add_argument("--checkpoint", default="starter", metavar="PATH_OR_ID")
    parser.add_argument("--items", type=int, help="training items of each set (default: all)")
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--seconds", type=float, help="for each set; together they have the sum")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as workspace:
        tasks = [_task(directory, arguments.items, Path(workspace)) for directory in arguments.data]
        classifier, recipe = _recipe(arguments)
        _print_table(compare(classifier, recipe, tasks, Progress(), Path(workspace)), tasks)


def _recipe(arguments: argparse.Namespace) -> tuple[str, TrainingRecipe]:
    classifier = preset(arguments.recipe).classifier if arguments.recipe else arguments.classifier
    recipe = PROFILES["starter"].recipe(classifier).with_checkpoint(arguments.checkpoint)
    if arguments.recipe:
        recipe = preset(arguments.recipe).apply(recipe)
    given = {name: getattr(arguments, name) for name in ("epochs", "seconds") if getattr(arguments, name)}
    return classifier, replace(recipe, **given)


def _task(directory: Path, items: int | None, workspace: Path) -> Task:
    bench = read_bench(directory, workspace, "starter")
    return Task(directory.name, replace(bench.data, train=bench.data.train[:items]), tuple(bench.gold))


def _print_table(results: list[Result], tasks: list[Task]) -> None:
    heads = [f"{measure}{part}" for measure in MEASURES for part in (" alone", " together", " dragged")]
    print(f"{'set':20}{'train':>8}{'labels':>8}" + "".join(f"{head:>22}" for head in heads))
    for result, task in zip(results, tasks, strict=True):
        cells = "".join(_cells(result, measure) for measure in MEASURES)
        print(f"{result.task:20}{len(task.data.train):8}{len(task.data.labels):8}{cells}")


def _cells(result: Result, measure: str) -> str:
    if result.alone[measure] is None or result.together[measure] is None:
        return f"{'unknown':>22}" * 3
    return f"{result.alone[measure]:22.4f}{result.together[measure]:22.4f}{result.dragged(measure):22.4f}"


if __name__ == "__main__":
    main()

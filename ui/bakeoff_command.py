"""The bake-off on a terminal, for `app.py bakeoff` and `benchmarks/bakeoff.py`: what it may be asked, and its table."""

import argparse
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from ui.terminal import follow

if TYPE_CHECKING:
    from workflow.bakeoff.bake_offs import BakeOffView
    from workflow.use_cases import UseCases

USUAL = ("bert", "llm-lora", "prompt")
"""The first recipe of each classifier."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what says which recipes are compared, on how much, how often, and where the table goes."""
    add = parser.add_argument
    add("--recipe", action="append", metavar="NAME", help=f"repeat it for several (default: {', '.join(USUAL)})")
    add("--data-amount", action="append", metavar="AMOUNT", help="all (default), 500, 25%% or 16/label; mmr:25%% …")
    add("--seed", action="append", type=int, metavar="N", help="repeat it for several (default: 0)")
    add("--price-read", type=float, default=0.0, metavar="PRICE", help="of a million tokens that an endpoint reads")
    add("--price-written", type=float, default=0.0, metavar="PRICE", help="of a million tokens that it writes")
    add("--output", type=Path, metavar="FILE", help="a .csv or .md file (default: Markdown on standard output)")


def compare(cases: "UseCases", arguments: argparse.Namespace) -> "BakeOffView | None":
    """Run a bake-off to its end and write its table; return it where it is to be answered as JSON."""
    from workflow.bakeoff.bake_offs import Wish
    from workflow.bakeoff.plan import ALL, Prices

    write = _writer(arguments.output)
    wish = Wish(
        arguments.recipe or USUAL,
        arguments.data_amount or (ALL,),
        arguments.seed or (0,),
        Prices(arguments.price_read, arguments.price_written),
    )
    job_id = cases.bake_offs.start(wish)
    follow(cases, cases.retraining.job(job_id))
    view = cases.bake_offs.view(job_id)
    if arguments.output is not None:
        with arguments.output.open("w", encoding="utf-8", newline="") as stream:
            write(view, stream)
    if arguments.json:
        return view
    if arguments.output is None:
        table = io.StringIO()
        write(view, table)
        sys.stdout.write(table.getvalue())
    return None


def _writer(output: Path | None) -> "Callable[[BakeOffView, TextIO], int]":
    from workflow.bakeoff.export import write_csv, write_markdown
    from workflow.errors import BadInput

    if output is not None and output.suffix not in (".csv", ".md"):
        raise BadInput(f"A bake-off is written as .csv or .md, not as {output.name}.")
    return write_csv if output is not None and output.suffix == ".csv" else write_markdown

"""What a bake-off does: recipes × amounts of data × seeds as a list of runs, which a job's options can hold.

An amount is written `all`, `500` (items), `25%` or `16/label`; `mmr:` before it has the items chosen by maximal
marginal relevance, else they are chosen as the recipe says, by chance for most. Knows no model and no rows.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from classifier.options.changes import changed
from classifier.options.data import Data, Selection
from classifier.presets import preset
from workflow.errors import BadInput
from workflow.expected import FITTED, REFERENCE, SCORED_REFERENCE, longest
from workflow.recipes import RecipeBook

ALL = "all"
WRITTEN = re.compile(r"(?P<mmr>mmr:)?(?P<size>\d+(?:\.\d+)?)(?P<unit>%|/label)?")
UNITS = {None: "number", "%": "share", "/label": "items_a_label"}
MOST_RUNS = 200
"""More than this is a slip of the hand rather than a plan."""


@dataclass(frozen=True, slots=True)
class Run:
    """One recipe on one amount of data with one seed. `name` is a preset's, or `reference`; `recipe` is plain JSON."""

    number: int
    classifier: str
    name: str
    amount: str
    seed: int
    recipe: dict[str, Any]

    @property
    def part(self) -> str:
        """Name the run as a part of its job."""
        return f"#{self.number}"


@dataclass(frozen=True, slots=True)
class Prices:
    """What an endpoint asks for a million tokens, in the currency of whoever reads the table."""

    read: float = 0.0
    written: float = 0.0


def make_runs(
    book: RecipeBook, presets: Sequence[str], amounts: Sequence[str] = (ALL,), seeds: Sequence[int] = (0,)
) -> list[Run]:
    """Return the runs of a bake-off, a reference before all that learn from the same items; raise `BadInput`."""
    if not presets or not amounts or not seeds:
        raise BadInput("A bake-off needs at least one recipe, one amount of data and one seed.")
    chosen = [_distinct(one) for one in (presets, amounts, seeds)]
    runs = [Run(number, *told) for number, told in enumerate(_runs(book, *chosen), start=1)]
    if len(runs) > MOST_RUNS:
        raise BadInput(f"That makes {len(runs)} runs; a bake-off has at most {MOST_RUNS}.")
    return runs


def _runs(
    book: RecipeBook, presets: Sequence[str], amounts: Sequence[str], seeds: Sequence[int]
) -> Iterator[tuple[str, str, str, int, dict[str, Any]]]:
    for amount in amounts:
        selection = selected(amount)
        for seed in seeds:
            # The reference is drawn by no seed, so on all items it is always the same.
            if selection or seed == seeds[0]:
                yield REFERENCE, REFERENCE, amount, seed, {"data": asdict(changed(Data(), {"selection": selection}))}
            for name in presets:
                yield preset_of(name), name, amount, seed, _recipe(book, name, selection, seed)


def selected(amount: str) -> dict[str, Any]:
    """Return what an amount changes in a recipe's `Selection`, nothing for `all`; raise `BadInput`."""
    if amount == ALL:
        return {}
    found = WRITTEN.fullmatch(amount)
    if found is None:
        raise BadInput(f"{amount!r} is no amount of data; write all, 500, 25% or 16/label, with mmr: before it or not.")
    size = float(found["size"]) / (100 if found["unit"] == "%" else 1)
    changes = {"amount": UNITS[found["unit"]], "size": size} | ({"ranking": "mmr"} if found["mmr"] else {})
    try:
        changed(Selection(), changes)
    except ValueError as error:
        raise BadInput(f"{amount!r} is no amount of data; {error}") from error
    return changes


def preset_of(name: str) -> str:
    """Return the classifier that a preset trains; raise `BadInput` for an unknown one."""
    try:
        return preset(name).classifier
    except ValueError as error:
        raise BadInput(str(error)) from error


def expected_seconds(runs: Sequence[Run], took: Mapping[str, float]) -> dict[str, float]:
    """Return how long each run should take, by its part: what the same took before, else what its recipe allows.

    `took` holds seconds by `key`.
    """
    return {run.part: took.get(key(run.classifier, run.recipe)) or _allowed(run) for run in runs}


def key(classifier: str, recipe: Mapping[str, Any]) -> str:
    """Name a recipe without its seed, which changes nothing in how long it takes."""
    return repr((classifier, sorted((name, repr(value)) for name, value in recipe.items() if name != "seed")))


def _allowed(run: Run) -> float:
    return longest(run.recipe) / FITTED if "seconds" in run.recipe else SCORED_REFERENCE


def _recipe(book: RecipeBook, name: str, selection: Mapping[str, Any], seed: int) -> dict[str, Any]:
    changes = {"seed": seed, "data": {"selection": selection}}
    try:
        return asdict(changed(preset(name).apply(book.recipe(preset_of(name))), changes))
    except ValueError as error:
        raise BadInput(f"The recipe {name} does not fit; {error}") from error


def _distinct(values: Sequence[Any]) -> list[Any]:
    return list(dict.fromkeys(values))

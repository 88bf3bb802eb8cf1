"""Two versions label by label, and how long a retraining should take: pure values."""

from dataclasses import asdict, dataclass, field

from classifier.profiles import PROFILES
from workflow.comparing import label_changes
from workflow.expected import FIRST_RETRIEVER, FITTED, KNOWN_RETRIEVER, SCORED_REFERENCE, expected_parts


def of(f1, support=5):
    return {"f1": f1, "support": support}


def test_the_greatest_rise_comes_first_and_the_unknown_last():
    before = {"a": of(0.5), "b": of(0.9), "c": of(0.25), "gone": of(0.4)}
    after = {"a": of(0.6), "b": of(0.1), "c": of(0.75, 9), "new": of(0.3)}
    changes = label_changes(before, after, {"c": 40})
    assert [one.label for one in changes] == ["c", "a", "b", "gone", "new"]
    assert (changes[0].change, changes[0].support, changes[0].train) == (0.5, 9, 40)


def test_a_label_without_a_gold_example_is_unknown_not_zero():
    (change,) = label_changes({"a": of(0.0, support=0)}, {"a": of(0.8)}, {})
    assert (change.before, change.after, change.change) == (None, 0.8, None)


@dataclass
class Before:
    seconds: float = 0.0
    recipe: dict = field(default_factory=dict)


def test_a_part_takes_what_it_took_with_the_same_recipe_else_what_its_recipe_allows():
    recipes = {name: PROFILES["starter"].recipe(name) for name in ("bert", "prompt")}
    live = {"bert": Before(12.0, asdict(recipes["bert"])), "prompt": Before(3.0, {"epochs": 1}), "retriever": Before()}
    parts = expected_parts(("bert", "prompt"), recipes, live)
    assert parts == {
        "retriever": KNOWN_RETRIEVER,
        "bert": 12.0,
        "prompt": recipes["prompt"].seconds / FITTED,
        "reference": SCORED_REFERENCE,
    }
    assert expected_parts((), recipes, {})["retriever"] == FIRST_RETRIEVER

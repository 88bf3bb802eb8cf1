"""What is planned, put together and advised, on literal numbers: no row, no model."""

import numpy as np
import pytest

from classifier.bootstrap import MEASURES
from classifier.options.changes import build
from classifier.options.data import Selection
from classifier.profiles import PROFILES
from tests.ui.test_phrasebook import CHINESE
from ui.phrasebook import say
from workflow.bakeoff.advice import advise
from workflow.bakeoff.costs import Costs
from workflow.bakeoff.entries import make_entries
from workflow.bakeoff.plan import expected_seconds, key, make_runs, selected
from workflow.bakeoff.table import Row, Table, reference_of
from workflow.errors import BadInput

STARTER = PROFILES["starter"]
SPREAD = np.append(0.0, np.random.default_rng(0).normal(0.0, 0.01, 1000))


def row(run, recipe, items=1000, seconds=100.0, seed=0):
    costs = Costs(run, items, seconds, 50.0, 2**30, 0, 1000, 2000, None)
    classifier = recipe.split("-")[0]
    return Row(run, classifier, recipe, f"{items}", seed, state="done", costs=costs)


def table(*runs):
    """Rows of (recipe, items, seconds, micro-F1 or all measures); half of what gold leaves open hits all rows alike."""
    rows, samples = [], {}
    for run, (recipe, items, seconds, value, *seed) in enumerate(runs, start=1):
        rows.append(row(run, recipe, items, seconds, *seed))
        values = value if isinstance(value, dict) else dict.fromkeys(MEASURES, value)
        own = np.append(0.0, np.random.default_rng(run).normal(0.0, 0.003, 1000))
        samples[run] = {name: values[name] + SPREAD + own for name in MEASURES}
    return Table(tuple(rows), samples)


def told(*runs):
    return advise(make_entries(table(*runs)))


def test_the_cheapest_within_the_noise_is_advised():
    sentences = told(
        ("reference", 1000, 2, 0.80), ("bert", 1000, 100, 0.900), ("llm", 1000, 300, 0.903), ("prompt", 1000, 9, 0.85)
    )
    assert sentences[0].startswith("Best recipe on gold: llm, micro-F1 0.903 (0.88")
    assert sentences[1].startswith(
        "Use bert: its micro-F1 of 0.900 is within the noise of the best, and it is the cheapest"
    )
    assert "100 s of training instead of 300 s" in sentences[1]
    assert sentences[2] == "3 of 3 recipes beat the reference beyond the noise."


def test_a_best_without_rival_is_advised_itself():
    sentences = told(("reference", 1000, 2, 0.80), ("bert", 1000, 100, 0.90), ("prompt", 1000, 9, 0.85))
    assert sentences[1] == "Use bert: nothing cheaper comes within the noise of it."


def test_a_reference_that_nothing_beats_is_said_and_never_advised():
    sentences = told(("reference", 1000, 2, 0.95), ("bert", 1000, 100, 0.90))
    assert sentences[0].startswith("Best recipe on gold: bert")
    assert "No recipe beats the reference beyond the noise; more labels may help more than another recipe." in sentences
    assert told(("reference", 1000, 2, 0.95)) == []


def test_labels_with_few_examples_may_want_another_recipe():
    rare = {name: 0.7 for name in MEASURES} | {"micro_f1": 0.85, "few_shot_f1": 0.8}
    sentences = told(("bert", 1000, 100, {**rare, "micro_f1": 0.9, "few_shot_f1": 0.5}), ("prompt", 1000, 90, rare))
    assert "Labels with few examples are found better by prompt: F1 0.800 instead of 0.500." in sentences


def test_where_the_leader_changes_is_told_in_two_digits():
    """From 100 to 10,000 items the lead goes from -0.1 to +0.1: they cross at 1,000."""
    grows = [("bert", 100, 9, 0.4), ("bert", 10_000, 100, 0.7), ("prompt", 100, 9, 0.5), ("prompt", 10_000, 100, 0.6)]
    assert "Below about 1,000 labelled items use prompt, above that bert." in told(*grows)
    # What never leads says nothing about what to use.
    assert not [one for one in told(*grows, ("llm", 100, 9, 0.8), ("llm", 10_000, 100, 0.9)) if one.startswith("Below")]


def test_curves_that_cross_within_the_noise_say_nothing():
    near = [("bert", 100, 9, 0.500), ("bert", 1000, 9, 0.6), ("prompt", 100, 9, 0.501), ("prompt", 1000, 9, 0.59)]
    assert not [one for one in told(*near) if one.startswith("Below")]


def test_seeds_are_put_together_and_counted():
    entries = make_entries(table(("bert", 1000, 90, 0.8, 0), ("bert", 1000, 110, 0.9, 1))).entries
    assert [(entry.runs, entry.costs["seconds"]) for entry in entries] == [((1, 2), 100.0)]
    assert entries[0].measures["micro_f1"].value == pytest.approx(0.85)
    assert not [one for one in told(("bert", 9, 9, 0.8, 0), ("bert", 9, 9, 0.8, 1)) if "one seed" in one]
    assert [one for one in told(("bert", 9, 9, 0.8, 0)) if "one seed" in one]


def test_fronts_are_of_entries_and_a_cost_that_nobody_knows_has_none():
    made = make_entries(table(("bert", 1000, 100, 0.90), ("llm", 1000, 300, 0.89), ("prompt", 1000, 9, 0.85)))
    assert made.fronts()["micro_f1"]["seconds"] == [2, 0]
    assert made.fronts()["micro_f1"]["price"] == []


def test_every_sentence_of_the_advice_has_a_chinese_one():
    rare = dict.fromkeys(MEASURES, 0.5) | {"micro_f1": 0.58, "few_shot_f1": 0.9}
    sentences = {
        *told(
            ("reference", 10_000, 2, 0.95),
            ("bert", 100, 9, 0.4),
            ("bert", 10_000, 100, 0.7),
            ("prompt", 100, 9, 0.5),
            ("prompt", 10_000, 90, rare),
        ),
        *told(("reference", 100, 2, 0.5), ("bert", 100, 9, 0.900), ("llm", 100, 300, 0.903)),
        *told(("bert", 100, 9, 0.9), ("llm", 100, 300, 0.8)),
        "Gold is too small to tell close recipes apart; more gold items narrow the intervals.",
    }
    assert len(sentences) >= 9
    assert [one for one in sentences if not CHINESE.search(say(one, "zh"))] == []


def test_recipes_times_amounts_times_seeds_with_a_reference_for_each_choice_of_items():
    runs = make_runs(STARTER, ["bert", "prompt", "bert"], ["all", "16/label"], [0, 1])
    assert [(run.name, run.amount, run.seed) for run in runs] == [
        ("reference", "all", 0),
        ("bert", "all", 0),
        ("prompt", "all", 0),
        ("bert", "all", 1),
        ("prompt", "all", 1),
        *((name, "16/label", seed) for seed in (0, 1) for name in ("reference", "bert", "prompt")),
    ]
    assert runs[-1].recipe["data"]["selection"]["amount"] == "items_a_label"
    assert runs[-1].recipe["seed"] == 1
    rows = [Row(run.number, run.classifier, run.name, run.amount, run.seed) for run in runs]
    assert reference_of(rows[3], rows) == rows[0]
    assert reference_of(rows[-1], rows) == rows[-3]


@pytest.mark.parametrize(
    ("amount", "wanted"),
    [
        ("all", {}),
        ("500", {"amount": "number", "size": 500}),
        ("25%", {"amount": "share", "size": 0.25}),
        ("16/label", {"amount": "items_a_label", "size": 16}),
        ("mmr:25%", {"amount": "share", "size": 0.25, "ranking": "mmr"}),
    ],
)
def test_amounts_are_read(amount, wanted):
    assert build(Selection, selected(amount)) == build(Selection, wanted)


def test_an_amount_leaves_to_a_recipe_how_it_chooses():
    runs = make_runs(STARTER, ["bert", "bert-mmr"], ["25%", "mmr:25%"])
    chosen = [run.recipe["data"]["selection"] for run in runs]
    assert [one["ranking"] for one in chosen] == ["chance", "chance", "mmr", "mmr", "mmr", "mmr"]
    assert {(one["amount"], one["size"]) for one in chosen} == {("share", 0.25)}


@pytest.mark.parametrize("amount", ["", "half", "0", "120%", "-5", "16 / label", "mmr:all"])
def test_what_is_no_amount_is_refused_by_name(amount):
    with pytest.raises(BadInput, match="is no amount of data"):
        selected(amount)


def test_plans_that_make_no_sense_are_refused():
    with pytest.raises(BadInput, match="at least one recipe"):
        make_runs(STARTER, [])
    with pytest.raises(BadInput, match="no recipe bart"):
        make_runs(STARTER, ["bart"])
    with pytest.raises(BadInput, match="at most 200"):
        make_runs(STARTER, ["bert"], ["all"], range(300))


def test_what_took_so_long_before_is_expected_to_again_whatever_the_seed():
    runs = make_runs(STARTER, ["bert", "prompt"], ["all"], [7])
    bert = runs[1]
    expected = expected_seconds(runs, {key("bert", {**bert.recipe, "seed": 0}): 42.0})
    assert expected["#2"] == 42.0
    assert expected["#3"] == pytest.approx(STARTER.recipe("prompt").seconds / 0.85)

"""Named recipes: each fits its classifier, survives JSON, and says what it is."""

import json
from dataclasses import asdict

import pytest

from classifier.options.changes import build, changed
from classifier.presets import PRESETS, preset, presets_of
from classifier.profiles import PROFILES
from classifier.recipes import BertRecipe, LlmHeadRecipe


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("profile", PROFILES)
def test_a_preset_survives_json(name, profile):
    recipe = preset(name).apply(PROFILES[profile].recipe(preset(name).classifier))
    assert recipe.preset == name
    assert build(type(recipe), json.loads(json.dumps(asdict(recipe)))) == recipe


def test_a_part_keeps_what_a_change_does_not_name():
    recipe = changed(LlmHeadRecipe(), {"tuning": {"r": 8}, "epochs": 7})
    assert (recipe.tuning.r, recipe.tuning.alpha, recipe.epochs) == (8, LlmHeadRecipe().tuning.alpha, 7)


def test_a_misspelt_field_is_refused_by_name():
    with pytest.raises(ValueError, match="no field epoch;"):
        build(BertRecipe, {"epoch": 3})
    with pytest.raises(ValueError, match="no field rank;"):
        changed(LlmHeadRecipe(), {"tuning": {"rank": 3}})


def test_values_are_checked_when_built_again():
    with pytest.raises(ValueError, match="epochs"):
        build(BertRecipe, {"epochs": 0})
    with pytest.raises(ValueError, match="dropout"):
        build(LlmHeadRecipe, {"tuning": {"dropout": 2.0}})


def test_a_recipe_of_an_earlier_day_takes_the_defaults():
    assert build(BertRecipe, {"epochs": 2}) == BertRecipe(epochs=2)


def test_the_first_preset_of_a_classifier_is_its_profiles_recipe():
    for classifier in ("bert", "llm_head", "prompt"):
        first = presets_of(classifier)[0]
        assert dict(first.changes) == {}
        assert all(preset.about.endswith(".") for preset in presets_of(classifier))


def test_an_unknown_preset_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="There is no recipe magic; there are bert"):
        preset("magic")

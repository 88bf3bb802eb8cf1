from dataclasses import replace

import pytest

from classifier.options.noise import Noise
from classifier.options.tuning import Tuning
from classifier.profiles import PROFILES
from classifier.recipes import BertRecipe, LlmHeadRecipe, RetrieverRecipe


@pytest.mark.parametrize(
    ("recipe", "field", "value"),
    [
        (BertRecipe(), "checkpoint", ""),
        (BertRecipe(), "epochs", 0),
        (BertRecipe(), "learning_rate", -1e-3),
        (BertRecipe(), "max_length", 2),
        (BertRecipe(), "warmup", 1.0),
        (BertRecipe(), "weight_decay", -0.1),
        (LlmHeadRecipe(), "epochs", 0),
        (Tuning(), "r", 0),
        (Tuning(), "dropout", 1.0),
        (Tuning(), "method", "magic"),
        (Noise(), "neftune_alpha", -1.0),
        (RetrieverRecipe(), "batch_size", 0),
    ],
)
def test_a_senseless_value_is_refused_by_name(recipe, field, value):
    with pytest.raises(ValueError, match=field):
        replace(recipe, **{field: value})


def test_a_pretrained_checkpoint_is_trained_in_smaller_steps_than_the_starter():
    starter, chinese = PROFILES["starter"], PROFILES["chinese"]
    for name in ("bert", "llm_head"):
        assert chinese.recipe(name).learning_rate <= starter.recipe(name).learning_rate / 2
        assert starter.recipe(name).is_starter
        assert not chinese.recipe(name).is_starter


def test_lora_is_set_up_as_the_design_says():
    tuning = PROFILES["starter"].recipe("llm_head").tuning
    assert (tuning.method, tuning.r, tuning.alpha, tuning.dropout) == ("lora", 32, 64, 0.1)


def test_any_checkpoint_of_a_profile_can_be_replaced(tmp_path):
    profile = replace(PROFILES["english"], bert=str(tmp_path))
    assert profile.recipe("bert").checkpoint == str(tmp_path)
    assert profile.recipe("prompt").checkpoint == "Qwen/Qwen2.5-0.5B-Instruct"


def test_an_unknown_classifier_is_refused_with_those_there_are():
    with pytest.raises(ValueError, match="no classifier svm"):
        PROFILES["starter"].recipe("svm")

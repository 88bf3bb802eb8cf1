"""Which item the queue hands out first."""

import pytest

from classifier.ordering import keys, least_confidence, rarity


def test_an_item_whose_best_label_is_unsure_comes_before_a_sure_one_with_an_ambiguous_second_label():
    unsure, sure = [{"a": 0.4, "b": 0.1}], [{"a": 0.99, "b": 0.5}]
    assert least_confidence(unsure) > least_confidence(sure)


def test_confidence_is_the_mean_over_the_classifiers_that_spoke():
    assert least_confidence([{"a": 0.9}, {"a": 0.5}, {"b": 0.4}]) == pytest.approx(1 - 1.4 / 3)


def test_rarity_falls_from_one_to_nothing():
    assert rarity(frozenset({"new"}), {}) == 1.0
    assert rarity(frozenset({"new"}), {"new": 50}) == 0.0
    assert rarity(frozenset({"x", "y"}), {"x": 1000, "y": 5}) > rarity(frozenset({"x", "y"}), {"x": 1000, "y": 20})
    assert rarity(frozenset(), {}) == 0.0


def test_disagreement_and_rarity_raise_the_instructive_key_alone():
    scores = [{"a": 0.8}, {"a": 0.8}, {"a": 0.8}]
    alike = {"bert": frozenset({"a"}), "llm_head": frozenset({"a"}), "prompt": frozenset({"a"})}
    lone = alike | {"prompt": frozenset({"b"})}
    calm, disputed = (
        keys(scores, alike, {"a": 500, "b": 2}, "agree"),
        keys(scores, lone, {"a": 500, "b": 2}, "prompt_alone"),
    )
    assert disputed.instructive > calm.instructive
    assert disputed.uncertain == calm.uncertain


def test_an_item_that_no_classifier_has_seen_has_no_keys():
    assert keys([], {"bert": None}, {}, "agree").instructive == 0.0

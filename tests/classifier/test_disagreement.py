"""Who stands alone, and how rare what they say is."""

import pytest

from classifier.disagreement import band_of, kind, labels_in_dispute

A, B, C, NONE = frozenset({"a"}), frozenset({"b"}), frozenset({"c"}), frozenset()


def said(bert, llm_head, prompt):
    return {"bert": bert, "llm_head": llm_head, "prompt": prompt}


@pytest.mark.parametrize(
    ("voices", "truth", "expected"),
    [
        (said(A, A, A), None, "agree"),
        (said(NONE, NONE, NONE), None, "agree"),
        (said(B, A, A), None, "bert_alone"),
        (said(A, NONE, A), None, "llm_head_alone"),
        (said(A, A, A | B), None, "prompt_alone"),
        (said(A, B, C), None, "all_differ"),
        (said(A, B, None), None, "all_differ"),
        (said(A, None, None), None, "agree"),
        (said(None, None, None), A, "agree"),
        (said(A, A, B), B, "models_vs_human"),
        (said(A, A, B), A, "prompt_alone"),
        (said(A, B, C), NONE, "all_differ"),
    ],
)
def test_the_kind_says_who_stands_alone(voices, truth, expected):
    assert kind(voices, truth) == expected


def test_a_label_that_all_say_is_not_in_dispute():
    assert labels_in_dispute(said(A | B, A, A | C), None) == B | C
    assert labels_in_dispute(said(A, A, None), A) == frozenset()


def test_the_band_is_that_of_the_rarest_label_in_dispute():
    counts = {"a": 500, "b": 100, "c": 3}
    assert band_of(said(A | C, A | B | C, A | C), None, counts) == "middle"
    assert band_of(said(A, A | C, A), None, counts) == "tail"


def test_where_all_agree_the_band_is_that_of_what_they_say():
    assert band_of(said(A, A, A), None, {"a": 500}) == "head"
    assert band_of(said(NONE, NONE, NONE), None, {}) == ""

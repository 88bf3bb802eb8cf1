"""What is measured, and what is left unknown."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import precision_recall_fscore_support

from classifier.metrics import MEASURES, evaluate

LABELS = ("merger", "layoff", "recall")
ITEMS = st.integers(1, 12)


def measured(proposed, targets, train_counts=(300, 100, 10)):
    labels = LABELS[: len(proposed[0])]
    scores = np.where(np.array(proposed, dtype=bool), 0.7, 0.3)
    half = np.full(len(labels), 0.5)
    return evaluate(scores, np.array(targets, dtype=bool), half, labels, train_counts[: len(labels)])


def test_micro_counts_every_label_alike_and_macro_every_label_once():
    result = measured([[1, 0], [1, 0], [1, 1], [0, 0]], [[1, 0], [1, 0], [0, 0], [0, 1]])
    assert result["micro_precision"] == pytest.approx(2 / 4)
    assert result["micro_recall"] == pytest.approx(2 / 3)
    assert result["micro_f1"] == pytest.approx(4 / 7)
    assert result["macro_f1"] == pytest.approx((0.8 + 0) / 2)
    assert result["weighted_f1"] == pytest.approx((2 * 0.8 + 1 * 0) / 3)
    assert (result["support"], result["items"]) == (3, 4)


def test_a_label_says_its_own_figures():
    per_label = measured([[1, 0], [1, 1]], [[1, 1], [0, 1]])["per_label"]
    assert per_label["merger"] == {"precision": 0.5, "recall": 1.0, "f1": pytest.approx(2 / 3), "support": 1}
    assert per_label["layoff"] == {"precision": 1.0, "recall": 0.5, "f1": pytest.approx(2 / 3), "support": 2}


def test_a_label_without_gold_examples_is_unknown_and_left_out_of_the_means():
    result = measured([[1, 1], [1, 0]], [[1, 0], [1, 0]])
    assert result["per_label"]["layoff"] == {"precision": None, "recall": None, "f1": None, "support": 0}
    assert result["macro_f1"] == 1.0
    assert result["weighted_f1"] == 1.0
    # What is proposed wrongly is wrong all the same.
    assert result["micro_precision"] == pytest.approx(2 / 3)


def test_a_known_label_that_is_never_proposed_has_zero_and_not_unknown():
    assert measured([[0, 0]], [[1, 0]])["per_label"]["merger"]["f1"] == 0.0


def test_few_shot_is_the_macro_of_rare_labels_with_gold_examples():
    proposed, targets = [[1, 1, 1], [0, 0, 1]], [[1, 0, 1], [0, 1, 0]]
    assert measured(proposed, targets, (300, 50, 49))["few_shot_f1"] == pytest.approx(2 / 3)
    assert measured(proposed, targets, (300, 49, 0))["few_shot_f1"] == pytest.approx(1 / 3)
    assert measured(proposed, targets, (300, 50, 200))["few_shot_f1"] is None


def test_without_any_gold_label_everything_is_unknown():
    result = measured([[1, 0]], [[0, 0]])
    assert {result[f"{mean}_{name}"] for mean in ("micro", "macro", "weighted") for name in MEASURES} == {None}
    assert result["support"] == 0


def test_no_items_and_no_labels_are_unknown_too():
    assert evaluate(np.zeros((0, 2)), np.zeros((0, 2), dtype=bool), np.zeros(2), ("a", "b"), (1, 1))["micro_f1"] is None
    assert evaluate(np.zeros((3, 0)), np.zeros((3, 0), dtype=bool), np.zeros(0), (), ())["per_label"] == {}


def test_a_score_at_its_threshold_is_proposed():
    result = evaluate(np.array([[0.5]]), np.array([[True]]), np.array([0.5]), ("merger",), (1,))
    assert result["micro_f1"] == 1.0


@pytest.mark.parametrize(("thresholds", "counts"), [(2, 3), (3, 2), (2, 2)])
def test_sizes_that_do_not_fit_are_refused(thresholds, counts):
    with pytest.raises(ValueError, match="do not fit 3 labels"):
        evaluate(np.zeros((1, 3)), np.zeros((1, 3), dtype=bool), np.zeros(thresholds), LABELS, [1] * counts)


@given(ITEMS.flatmap(lambda n: st.tuples(*[arrays(bool, (n, 3))] * 2)))
def test_figures_are_those_of_scikit_learn_where_gold_holds_every_label(drawn):
    proposed, targets = drawn
    targets[0] = True
    result = measured(proposed, targets)
    for mean in ("micro", "macro", "weighted"):
        theirs = precision_recall_fscore_support(targets, proposed, average=mean, zero_division=0)[:3]
        assert [result[f"{mean}_{name}"] for name in MEASURES] == pytest.approx(theirs)

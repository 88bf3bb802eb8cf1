import numpy as np
import pytest

from classifier.validation import best_micro_f1


def test_the_best_common_threshold_is_found():
    scores = np.array([[0.9, 0.2], [0.6, 0.7], [0.1, 0.3]])
    targets = np.array([[True, False], [False, True], [False, False]])
    assert best_micro_f1(scores, targets) == 1.0


def test_a_wrong_label_above_the_right_ones_costs_precision():
    scores = np.array([[0.9, 0.95], [0.8, 0.1]])
    targets = np.array([[True, False], [True, False]])
    assert best_micro_f1(scores, targets) == pytest.approx(0.8)


def test_nothing_to_find_is_zero():
    assert best_micro_f1(np.ones((2, 2)), np.zeros((2, 2), dtype=bool)) == 0.0

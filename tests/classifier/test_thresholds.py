"""From which score on a label is proposed."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from classifier.metrics import evaluate
from classifier.thresholds import DEFAULT, IMPOSSIBLE, best, propose, tune

UNIT = st.floats(0, 1, width=32, allow_subnormal=False)


def logistic(values):
    return 1 / (1 + np.exp(-values))


def noisy(items, labels, share, seed, low=1.5):
    """Scores of a classifier that is often right and reads too low for every odd label."""
    rng = np.random.default_rng(seed)
    targets = rng.random((items, labels)) < share
    shift = np.where(np.arange(labels) % 2, -low, 0)
    return logistic(4 * targets - 3 + shift + rng.normal(size=targets.shape)), targets


def f1(thresholds, scores, targets, mean="micro_f1"):
    labels = [str(label) for label in range(scores.shape[1])]
    return evaluate(scores, targets, thresholds, labels, [1] * len(labels))[mean]


def test_the_best_threshold_lies_between_what_is_true_and_what_is_not():
    assert best(np.array([0.9, 0.7, 0.3, 0.1]), np.array([True, True, False, False])) == pytest.approx(0.5)


def test_equal_scores_are_proposed_together():
    scores, targets = np.array([0.8, 0.4, 0.4, 0.1]), np.array([True, True, False, False])
    assert propose(scores, best(scores, targets)).tolist() == [True, True, True, False]


def test_where_everything_is_true_everything_is_proposed():
    scores = np.array([[0.9], [0.02]])
    assert propose(scores, tune(scores, np.ones((2, 1), dtype=bool))).all()


def test_scores_that_are_all_nothing_propose_nothing():
    scores = np.zeros((3, 1))
    assert not propose(scores, np.round(tune(scores, np.ones((3, 1), dtype=bool)), 4)).any()


def test_without_a_positive_the_threshold_is_the_default():
    assert tune(np.full((4, 2), 0.1), np.zeros((4, 2), dtype=bool)).tolist() == pytest.approx([DEFAULT] * 2)
    assert tune(np.zeros((0, 2)), np.zeros((0, 2), dtype=bool)).tolist() == pytest.approx([DEFAULT] * 2)


def test_a_label_without_positives_takes_the_common_threshold():
    scores, targets = noisy(400, 3, 0.3, seed=0)
    targets[:, 1] = False
    assert tune(scores, targets)[1] == pytest.approx(best(scores.ravel(), targets.ravel()))


def test_the_more_positives_a_label_has_the_nearer_it_is_to_its_own_threshold():
    few, many = [], []
    for found, items in ((few, 20), (many, 2000)):
        scores, targets = noisy(items, 2, 0.2, seed=1)
        common, own = best(scores.ravel(), targets.ravel()), best(scores[:, 1], targets[:, 1])
        found.append(abs(tune(scores, targets)[1] - common) / abs(own - common))
    assert few[0] < 0.4
    assert many[0] > 0.8


def test_labels_that_a_classifier_scores_too_low_gain_from_thresholds_of_their_own():
    scores, targets = noisy(1000, 20, 0.1, seed=2)
    unseen, truth = noisy(4000, 20, 0.1, seed=3)
    common = np.full(20, best(scores.ravel(), targets.ravel()))
    assert f1(tune(scores, targets), unseen, truth) > f1(common, unseen, truth) + 0.02


def test_rare_labels_do_not_overfit():
    gains = []
    for seed in range(10):
        scores, targets = noisy(100, 60, 0.02, seed, low=0)
        unseen, truth = noisy(2000, 60, 0.02, seed + 100, low=0)
        own = np.array([best(scores[:, label], targets[:, label]) for label in range(60)])
        gains.append(f1(tune(scores, targets), unseen, truth) - f1(own, unseen, truth))
    assert np.mean(gains) > 0.02


def test_scores_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="not finite"):
        tune(np.array([[np.nan]]), np.array([[True]]))


def test_scores_and_targets_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        tune(np.zeros((3, 2)), np.zeros((3, 1), dtype=bool))


@given(st.integers(1, 15).flatmap(lambda n: st.tuples(arrays(np.float32, (n, 3), elements=UNIT), arrays(bool, (n, 3)))))
def test_a_threshold_is_a_score_and_the_best_one_beats_every_other(drawn):
    scores, targets = drawn
    assert ((tune(scores, targets) > 0) & (tune(scores, targets) < 1)).all()
    if targets.any():
        reached = f1(np.full(3, best(scores.ravel(), targets.ravel())), scores, targets)
        assert reached >= max(f1(np.full(3, other), scores, targets) for other in scores.ravel()) - 1e-9


def test_what_is_all_but_impossible_is_not_proposed_for_the_sake_of_one_item():
    scores, targets = np.full((200, 2), 0.0001), np.zeros((200, 2), dtype=bool)
    targets[:100, 0] = targets[100:, 1] = True
    scores[targets] = 0.9
    scores[0, 0], scores[:100, 1] = 0.002, 0.3
    assert tune(scores, targets)[0] == IMPOSSIBLE


def test_a_classifier_that_never_says_much_is_still_heard():
    scores, targets = np.full((200, 2), 0.004), np.zeros((200, 2), dtype=bool)
    targets[:100, 0] = targets[100:, 1] = True
    scores[targets] = 0.008
    thresholds = tune(scores, targets)
    assert (propose(scores, thresholds) == targets).all()

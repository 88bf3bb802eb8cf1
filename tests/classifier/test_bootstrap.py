import numpy as np
import pytest

from classifier.bootstrap import BAND_MEASURES, MEASURES, holm, interval, measure, p_value, resamples
from classifier.metrics import evaluate

LABELS = [f"label {number}" for number in range(6)]
COUNTS = [500, 300, 120, 60, 20, 5]
BANDS = ["head", "head", "middle", "middle", "tail", "tail"]


@pytest.fixture
def answers():
    draw = np.random.default_rng(3)
    targets = draw.random((60, 6)) < [0.5, 0.3, 0.3, 0.2, 0.1, 0.05]
    return targets ^ (draw.random((60, 6)) < 0.1), targets


def test_the_first_row_is_gold_as_it_is_and_every_other_holds_as_many_items():
    weights = resamples(40, draws=50)
    assert weights.shape == (51, 40)
    assert (weights[0] == 1).all()
    assert (weights.sum(axis=1) == 40).all()
    assert (weights == resamples(40, draws=50)).all()
    assert (weights != resamples(40, draws=50, seed=1)).any()


def test_every_resample_is_measured_as_the_metrics_measure_the_items_it_holds(answers):
    proposed, targets = answers
    weights = resamples(len(targets), draws=20)
    samples = measure(proposed, targets, BANDS, weights)
    assert set(samples) == set(MEASURES)
    for row, counts in enumerate(weights.astype(int)):
        drawn = np.repeat(np.arange(len(targets)), counts)
        wanted = evaluate(proposed[drawn].astype(float), targets[drawn], np.full(6, 0.5), LABELS, COUNTS)
        for name in ("micro_f1", "macro_f1", "weighted_f1", "few_shot_f1"):
            told = samples[name][row]
            assert np.isnan(told) if wanted[name] is None else told == pytest.approx(wanted[name], abs=1e-6), name


def test_the_measure_of_a_band_is_the_macro_f1_of_its_labels(answers):
    proposed, targets = answers
    samples = measure(proposed, targets, BANDS, resamples(len(targets), draws=1))
    for name, band in BAND_MEASURES.items():
        own = [column for column, other in enumerate(BANDS) if other == band]
        alone = measure(proposed[:, own], targets[:, own], [band] * len(own), resamples(len(targets), draws=1))
        assert samples[name][0] == pytest.approx(alone["macro_f1"][0])


def test_two_items_of_which_one_is_right_by_hand():
    """Four equally likely resamples: both right, both wrong, and twice one of each."""
    proposed, targets = np.array([[True], [False]]), np.array([[True], [True]])
    samples = measure(proposed, targets, ["tail"], resamples(2, draws=4000))["micro_f1"]
    assert samples[0] == pytest.approx(2 / 3)
    values, counts = np.unique(samples[1:].round(4), return_counts=True)
    assert values == pytest.approx([0.0, 0.6667, 1.0])
    assert counts / 4000 == pytest.approx([0.25, 0.5, 0.25], abs=0.03)


def test_what_gold_holds_no_example_of_is_unknown():
    nothing = np.zeros((5, 2), dtype=bool)
    samples = measure(nothing, nothing, ["tail", "head"], resamples(5, draws=10))
    assert all(np.isnan(sample).all() for sample in samples.values())
    assert interval(samples["micro_f1"]) is None
    assert p_value(samples["micro_f1"]) is None


def test_an_interval_leaves_out_a_fortieth_on_either_side_and_the_value_itself():
    samples = np.array([99.0, *range(1001)])
    assert interval(samples) == pytest.approx((25.0, 975.0))


def test_a_p_value_is_that_of_a_difference_in_standard_errors():
    """A difference of 1.96 standard errors is significant at 5 %, one of none is not, one without any error is sure."""
    spread = np.random.default_rng(0).normal(0.0, 0.01, 100_000)
    assert p_value(np.append(0.0196, spread + 0.0196)) == pytest.approx(0.05, abs=0.002)
    assert p_value(np.append(-0.0258, spread - 0.0258)) == pytest.approx(0.01, abs=0.001)
    assert p_value(np.append(0.0, spread)) == 1.0
    assert p_value(np.zeros(100)) == 1.0
    assert p_value(np.full(100, 0.2)) < 1e-6


def test_equal_answers_do_not_differ_and_better_ones_do():
    draw = np.random.default_rng(0)
    targets = draw.random((300, 3)) < 0.4
    weights = resamples(300)
    good, bad = (
        measure(targets ^ (draw.random((300, 3)) < wrong), targets, ["head"] * 3, weights) for wrong in (0.05, 0.3)
    )
    assert p_value(good["micro_f1"] - bad["micro_f1"]) < 0.01
    assert p_value(good["micro_f1"] - good["micro_f1"]) == 1.0


def test_holm_multiplies_by_how_many_are_left_and_never_falls():
    """Three of 0.01, 0.04, 0.03: 3 x 0.01, then 2 x 0.03, then at least as much as that."""
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.9, 0.8]) == [1.0, 1.0]
    assert holm([]) == []

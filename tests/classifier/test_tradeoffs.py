import pytest

from classifier.tradeoffs import crossing, pareto_front


def test_on_the_front_is_what_nothing_beats_at_quality_and_cost():
    points = [(0.7, 10), (0.8, 60), (0.75, 80), (0.9, 300), (0.65, 5), (0.9, 400), (0.6, 10)]
    assert pareto_front(points) == [4, 0, 1, 3]
    assert pareto_front([]) == []


def test_equal_points_are_on_the_front_together():
    assert pareto_front([(0.7, 10), (0.7, 10), (0.7, 11)]) == [0, 1]


def test_curves_cross_halfway_over_the_logarithm_of_the_items():
    """From 100 to 10,000 items the lead goes from -0.1 to +0.1: halfway lies 1,000."""
    small, large = [(100, 0.5), (10_000, 0.6)], [(100, 0.4), (10_000, 0.7)]
    assert crossing(small, large) == pytest.approx(1000)
    assert crossing(large, small) is None


def test_a_curve_that_always_leads_crosses_nothing():
    assert crossing([(100, 0.5), (1000, 0.6)], [(100, 0.6), (1000, 0.7)]) is None


def test_only_the_last_crossing_counts():
    small, large = [(10, 0.1), (100, 0.5), (1000, 0.5)], [(10, 0.3), (100, 0.4), (1000, 0.6)]
    assert crossing(small, large) == pytest.approx(10**2.5)


def test_amounts_that_only_one_curve_has_are_left_out():
    assert crossing([(100, 0.5)], [(200, 0.9)]) is None

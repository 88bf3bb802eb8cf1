"""In which split a cluster lies."""

import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifier.splits import KEPT_IN_TRAIN, SPLITS, assign

TRAIN, VALIDATION, GOLD = range(3)
LABEL_SETS = st.lists(st.frozensets(st.integers(0, 4), max_size=3), max_size=60)


def nothing(labels):
    return np.zeros((labels + 1, len(SPLITS)), dtype=np.int64)


def added(counts, label_sets, splits):
    counts = counts.copy()
    for labels, split in zip(label_sets, splits, strict=True):
        counts[list(labels) or [-1], split] += 1
    return counts


def dealt(label_sets, labels, chunk, ratios=(0.8, 0.1, 0.1)):
    """Deal label sets chunk by chunk, as an import does; return the counts in the end."""
    counts = nothing(labels)
    for start in range(0, len(label_sets), chunk):
        part = label_sets[start : start + chunk]
        counts = added(counts, part, assign(part, counts, ratios))
    return counts


def long_tailed(items, labels, seed=0):
    rng = np.random.default_rng(seed)
    weights = 1 / np.arange(1, labels + 1)
    sizes = rng.choice([0, 1, 2, 3], size=items, p=[0.1, 0.7, 0.15, 0.05])
    return [frozenset(rng.choice(labels, size=n, p=weights / weights.sum()).tolist()) for n in sizes]


def test_a_common_label_is_dealt_out_by_the_ratios():
    assert added(nothing(1), [{0}] * 100, assign([{0}] * 100, nothing(1)))[0].tolist() == [80, 10, 10]


def test_items_without_a_label_are_dealt_out_too():
    assert dealt([frozenset()] * 50, 2, 50)[-1].tolist() == [40, 5, 5]


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_a_rare_label_keeps_its_few_examples_in_train(chunk):
    few = [{0}] * KEPT_IN_TRAIN
    assert dealt(few, 1, chunk)[0].tolist() == [KEPT_IN_TRAIN, 0, 0]


def test_the_first_example_that_train_can_spare_goes_to_gold():
    assert dealt([{0}] * (KEPT_IN_TRAIN + 1), 1, 1000)[0].tolist() == [KEPT_IN_TRAIN, 0, 1]


def test_the_rarest_label_of_an_item_decides():
    label_sets = [{0}] * 100 + [{0, 1}] * 3
    splits = assign(label_sets, nothing(2))
    assert set(splits[-3:].tolist()) == {TRAIN}


@pytest.mark.parametrize("chunk", [100, 1000, 20_000])
def test_each_label_of_a_long_tail_is_near_its_share_whatever_the_chunk(chunk):
    counts = dealt(long_tailed(20_000, 100), 100, chunk)
    totals = counts.sum(axis=1)
    assert (np.abs(counts - totals[:, None] * [0.8, 0.1, 0.1]) <= 3 + 0.02 * totals[:, None]).all()


def test_a_file_sorted_by_label_is_dealt_out_as_well_as_a_shuffled_one():
    counts = dealt([{label} for label in range(20) for _ in range(100)], 20, 150)
    assert (np.abs(counts[:-1] - [80, 10, 10]) <= 1).all()


def test_a_gold_file_of_its_own_leaves_the_rest_to_train_and_validation():
    counts = nothing(1)
    counts[0, GOLD] = 500
    after = added(counts, [{0}] * 900, assign([{0}] * 900, counts))
    assert after[0].tolist() == [800, 100, 500]


def test_a_split_without_a_share_gets_nothing():
    assert dealt([{0}] * 100, 1, 30, ratios=(0.9, 0.1, 0))[0].tolist() == [90, 10, 0]


def test_no_clusters_get_no_splits():
    assert assign([], nothing(3)).tolist() == []


@pytest.mark.parametrize("ratios", [(0.8, 0.2), (0, 0.5, 0.5), (0.9, -0.1, 0.2)])
def test_ratios_that_make_no_sense_are_refused(ratios):
    with pytest.raises(ValueError, match="ratios"):
        assign([{0}], nothing(1), ratios)


@given(LABEL_SETS, st.integers(1, 60))
def test_every_cluster_gets_a_split_and_train_its_few_examples(label_sets, chunk):
    counts = dealt(label_sets, 5, chunk)
    totals = counts.sum(axis=1)
    assert totals.tolist() == added(nothing(5), label_sets, [TRAIN] * len(label_sets)).sum(axis=1).tolist()
    assert (counts[:-1, TRAIN] >= np.minimum(totals[:-1], KEPT_IN_TRAIN)).all()


@given(LABEL_SETS)
def test_the_same_clusters_get_the_same_splits_and_counts_are_left_alone(label_sets):
    counts = nothing(5)
    assert assign(label_sets, counts).tolist() == assign(label_sets, counts).tolist()
    assert not counts.any()


def test_a_hundred_thousand_clusters_take_seconds():
    label_sets = long_tailed(20_000, 200)
    started = time.process_time()
    dealt(label_sets * 5, 200, 1000)
    assert time.process_time() - started < 10

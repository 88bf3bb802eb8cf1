"""Choosing labelled items: MMR against a case worked by hand, nested amounts, the white list, the coverage report."""

import numpy as np
import pytest

from classifier.options.data import Selection
from classifier.selection import coverage, listed, mmr, select


def unit(*degrees):
    radians = np.radians(degrees)
    return np.stack([np.cos(radians), np.sin(radians)], axis=1).astype(np.float32)


def labelled(items=60, labels=6, seed=1):
    """Random targets, the last label of two items only, and random unit vectors."""
    generator = np.random.default_rng(seed)
    targets = np.zeros((items, labels), dtype=bool)
    targets[np.arange(items), generator.integers(0, labels - 1, items)] = True
    targets[::7, 1] = True
    targets[:4] = False
    targets[[4, 5], -1] = True
    vectors = generator.normal(size=(items, 8)).astype(np.float32)
    return targets, vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_mmr_takes_the_case_that_was_worked_by_hand():
    # Directions at 0, 10, 20 and 90 degrees. Their mean is (0.7311, 0.3789), 27.40 degrees, so that their relevance is
    # cos 27.4, cos 17.4, cos 7.4, cos 62.6 = 0.888, 0.954, 0.992, 0.460: the third (20) comes first.
    # Then, at one half each: 0: (0.888 - cos 20) / 2 = -0.026, 10: (0.954 - cos 10) / 2 = -0.015,
    # 90: (0.460 - cos 70) / 2 = 0.059: the last comes second. Then its cosines to 0 and 10 are below those to 20, so
    # -0.015 wins over -0.026.
    assert mmr(unit(0, 10, 20, 90), 0.5).tolist() == [2, 3, 1, 0]


def test_mmr_is_relevance_alone_at_one_and_distance_alone_at_zero():
    assert mmr(unit(0, 10, 20, 90), 1.0).tolist() == [2, 1, 0, 3]
    # Distance alone begins with the most relevant all the same: there is nothing yet to be far from.
    assert mmr(unit(0, 10, 20, 90), 0.0).tolist() == [2, 3, 0, 1]


def test_of_equal_items_the_first_is_taken_and_all_are_ranked():
    assert mmr(unit(30, 30, 30), 0.5).tolist() == [0, 1, 2]
    assert mmr(unit(5), 0.5).tolist() == [0]


def test_beyond_the_most_ranked_items_follow_by_relevance(monkeypatch):
    monkeypatch.setattr("classifier.selection.MOST_RANKED", 2)
    assert mmr(unit(0, 10, 20, 90), 0.5).tolist() == [2, 3, 1, 0]
    assert mmr(unit(10, 0, 20, 90), 0.5).tolist() == [2, 3, 0, 1]


AMOUNTS = {"items_a_label": (1, 2, 5, 100), "share": (0.01, 0.1, 0.5, 1.0), "number": (1, 7, 30, 1000)}


@pytest.mark.parametrize("amount", AMOUNTS)
@pytest.mark.parametrize("ranking", ["chance", "mmr"])
@pytest.mark.parametrize("cluster", ["label", "embedding"])
def test_a_smaller_amount_lies_within_a_larger_one(amount, ranking, cluster):
    targets, vectors = labelled()
    before = set()
    for size in AMOUNTS[amount]:
        selection = Selection(amount=amount, size=size, ranking=ranking, cluster=cluster)
        rows = select(selection, targets, 3, vectors).tolist()
        assert rows == sorted(set(rows))
        assert before <= set(rows)
        before = set(rows)
    assert before == set(range(len(targets)))


def test_all_is_everything():
    targets, _ = labelled()
    assert select(Selection(), targets).tolist() == list(range(60))


def test_so_many_items_of_each_label_and_as_many_without_any():
    targets, _ = labelled()
    chosen = targets[select(Selection(amount="items_a_label", size=2), targets, seed=5)]
    assert (chosen.sum(axis=0) >= 2).all()
    assert (~chosen.any(axis=1)).sum() == 2
    # Single labels only: exactly so many.
    single = np.eye(3, dtype=bool)[np.arange(30) % 3]
    assert select(Selection(amount="items_a_label", size=4), single).size == 12


def test_another_seed_is_another_draw_and_the_same_seed_the_same():
    targets, _ = labelled()
    selection = Selection(amount="number", size=10)
    drawn = [select(selection, targets, seed).tolist() for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 10


def test_items_of_several_labels_and_of_rare_ones_are_always_in():
    targets, vectors = labelled()
    always = listed(targets, 2)
    assert always[[4, 5]].all()
    assert always[targets.sum(axis=1) > 1].all()
    assert not always[:4].any()
    rows = select(Selection(amount="number", size=1, ranking="mmr", rare=2), targets, 0, vectors)
    # The amount counts what is chosen beside them.
    assert always[rows].sum() == always.sum()
    assert len(rows) == always.sum() + 1


def test_a_budget_leaves_clusters_their_proportions():
    targets = np.zeros((90, 2), dtype=bool)
    targets[:60, 0] = targets[60:, 1] = True
    _, vectors = labelled(90)
    rows = select(Selection(amount="number", size=30, ranking="mmr"), targets, 0, vectors)
    assert ((rows < 60).sum(), (rows >= 60).sum()) == (20, 10)


def test_mmr_without_vectors_is_refused():
    with pytest.raises(ValueError, match="only where a retriever"):
        select(Selection(amount="number", size=1, ranking="mmr"), labelled()[0])


def test_the_coverage_counts_items_and_labels_of_each_band():
    targets = np.zeros((260, 4), dtype=bool)
    targets[:200, 0] = True
    targets[200:250, 1] = True
    targets[250:253, 2] = True
    targets[0, 2] = True
    rows = np.array([0, 1, 2, 252, 259])
    assert coverage(targets, rows) == {
        "items": 5,
        "of_items": 260,
        "labels": 2,
        "of_labels": 3,
        "bands": {
            "head": {"items": 3, "of_items": 200, "labels": 1, "of_labels": 1},
            "middle": {"items": 0, "of_items": 50, "labels": 0, "of_labels": 1},
            "tail": {"items": 2, "of_items": 4, "labels": 1, "of_labels": 1},
        },
    }


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": "some"}, "amount"),
        ({"amount": "share", "size": 1.5}, "size"),
        ({"amount": "number"}, "size"),
        ({"relevance": 2.0}, "relevance"),
        ({"ranking": "best"}, "ranking"),
    ],
)
def test_a_choice_that_makes_no_sense_is_refused(values, field):
    with pytest.raises(ValueError, match=field):
        Selection(**values)

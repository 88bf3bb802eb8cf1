"""Which vectors are found."""

import sys
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from usearch.index import Index

from classifier.index import NeighbourIndex

ONES = st.lists(st.tuples(st.integers(1, 6), st.booleans()), max_size=30)


@pytest.fixture(params=[50_000, 0], ids=["exact", "graph"])
def index(request):
    return NeighbourIndex(exact_up_to=request.param)


def unit(*vectors):
    rows = np.array(vectors, dtype=np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def clustered(count, width=64, clusters=100, seed=0):
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(clusters, width))
    return unit(*(centres[rng.integers(clusters, size=count)] + 0.7 * rng.normal(size=(count, width))))


def ids(found):
    return [[item_id for item_id, _ in hits] for hits in found]


def test_the_most_similar_comes_first_with_its_inner_product(index):
    index.add([10, 20, 30], unit([1, 0], [1, 1], [0, 1]))
    (hits,) = index.search(unit([1, 0.1]), 2)
    assert [item_id for item_id, _ in hits] == [10, 20]
    assert hits[0][1] == pytest.approx(1 / np.sqrt(1.01), abs=2e-4)


def test_what_a_query_excludes_is_not_found_and_others_take_its_place(index):
    index.add([1, 2, 3], unit([1, 0], [1, 1], [0, 1]))
    assert ids(index.search(unit([1, 0], [1, 0]), 2, [{1, 99}, set()])) == [[2, 3], [1, 2]]
    assert ids(index.search(unit([1, 0]), 2, [{1, 2, 3}])) == [[]]


def test_a_removed_vector_is_not_found_and_the_others_still_are(index):
    index.add([1, 2, 3, 4], unit([1, 0], [1, 0.2], [1, 1], [0, 1]))
    index.remove([1, 3, 99])
    assert len(index) == 2
    assert ids(index.search(unit([1, 0]), 5)) == [[2, 4]]


def test_a_graph_is_kept_in_a_file_and_grows_on_when_it_is_read(tmp_path):
    index = NeighbourIndex(exact_up_to=0)
    index.add([1, 2, 3], unit([1, 0], [1, 1], [0, 1]))
    index.remove([2])
    index.save(tmp_path / "graph")
    other = NeighbourIndex()
    assert other.load(tmp_path / "graph")
    assert sorted(other.ids) == [1, 3]
    other.add([4], unit([1, 0.1]))
    assert ids(other.search(unit([1, 0]), 3)) == [[1, 4, 3]]


@pytest.mark.parametrize("content", [b"", b"no index at all", bytes(4096)])
def test_a_file_that_holds_no_graph_is_refused_and_nothing_is_lost(tmp_path, content):
    (tmp_path / "graph").write_bytes(content)
    index = NeighbourIndex()
    index.add([1], unit([1, 0]))
    assert not index.load(tmp_path / "graph")
    assert not index.load(tmp_path / "missing")
    assert ids(index.search(unit([1, 0]), 1)) == [[1]]


def test_two_that_keep_their_graphs_at_once_do_not_disturb_each_other(tmp_path):
    """Guards against a page that failed because the worker kept the same index at the same moment."""
    graphs = [NeighbourIndex(exact_up_to=0) for _ in range(2)]
    for graph in graphs:
        graph.add(range(500), clustered(500))

    def keep_often(graph):
        for _ in range(50):
            graph.save(tmp_path / "graph")

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(keep_often, graphs))
    assert NeighbourIndex().load(tmp_path / "graph")
    assert [path.name for path in tmp_path.iterdir()] == ["graph"]


def test_a_graph_that_was_cut_off_is_refused(tmp_path):
    index = NeighbourIndex(exact_up_to=0)
    index.add(range(500), clustered(500))
    index.save(tmp_path / "graph")
    whole = (tmp_path / "graph").read_bytes()
    for size in (100, len(whole) // 2, len(whole) - 10):
        (tmp_path / "graph").write_bytes(whole[:size])
        assert not NeighbourIndex().load(tmp_path / "graph")


def test_a_graph_of_other_numbers_is_refused(tmp_path):
    """Guards against graphs of an earlier version, which found less and took more room, and would stay so for ever."""
    other = Index(ndim=2, metric="ip", dtype="f32")
    other.add(np.arange(1), unit([1, 0]))
    other.save(tmp_path / "graph")
    assert not NeighbourIndex().load(tmp_path / "graph")


def test_few_vectors_are_not_written(tmp_path):
    index = NeighbourIndex()
    index.add([1], unit([1, 0]))
    index.save(tmp_path / "graph")
    assert not list(tmp_path.iterdir())


def test_a_vector_added_again_replaces_the_old_one(index):
    index.add([1, 2], unit([1, 0], [0, 1]))
    index.add([1], unit([-1, 0]))
    assert len(index) == 2
    assert ids(index.search(unit([1, 0]), 2)) == [[2, 1]]


def test_a_removed_vector_can_come_back(index):
    index.add([1, 2], unit([1, 0], [0, 1]))
    index.remove([1, 2])
    assert ids(index.search(unit([1, 0]), 1)) == [[]]
    index.add([1], unit([1, 0]))
    assert ids(index.search(unit([1, 0]), 1)) == [[1]]


def test_an_empty_index_finds_nothing():
    index = NeighbourIndex()
    index.add([], np.zeros((0, 8)))
    assert len(index) == 0
    assert index.search(np.zeros((2, 8)), 3) == [[], []]


def test_no_queries_find_nothing(index):
    index.add([1], unit([1, 0]))
    assert index.search(np.zeros((0, 2)), 3) == []


@pytest.mark.parametrize(
    ("vectors", "why"),
    [(np.ones((2, 3)), "shape"), (np.ones(2), "shape"), (np.ones((1, 2)), "ids"), ([[0, np.nan]] * 2, "finite")],
)
def test_vectors_that_do_not_fit_are_refused(index, vectors, why):
    index.add([1], unit([1, 0]))
    with pytest.raises(ValueError, match=why):
        index.add([2, 3], vectors)
    assert len(index) == 1


def test_an_index_becomes_a_graph_where_it_outgrows_the_exact_one_and_keeps_its_vectors():
    vectors = clustered(300)
    index, exact = NeighbourIndex(exact_up_to=200), NeighbourIndex()
    for start in range(0, 300, 50):
        for each in (index, exact):
            each.add(range(start, start + 50), vectors[start : start + 50])
    assert len(index) == 300
    assert ids(exact.search(vectors, 1)) == [[item_id] for item_id in range(300)]
    # A graph is filled by several threads and may now and then miss one.
    assert np.mean([found == [item_id] for item_id, found in enumerate(ids(index.search(vectors, 1)))]) > 0.98


def test_a_small_index_never_loads_the_graph_library(monkeypatch):
    monkeypatch.setitem(sys.modules, "usearch", None)
    monkeypatch.setitem(sys.modules, "usearch.index", None)
    index = NeighbourIndex()
    index.add([1], unit([1, 0]))
    assert ids(index.search(unit([1, 0]), 1)) == [[1]]


@given(ONES, st.integers(1, 7))
def test_any_additions_and_removals_leave_what_a_plain_search_finds(steps, k):
    index, held = NeighbourIndex(), {}
    for number, (item_id, adds) in enumerate(steps):
        vector = unit([1, number + 1])
        if adds:
            index.add([item_id], vector)
            held[item_id] = float(vector[0, 0])
        else:
            index.remove([item_id])
            held.pop(item_id, None)
    (hits,) = index.search(unit([1, 0]), k)
    assert [item_id for item_id, _ in hits] == sorted(held, key=lambda item_id: -held[item_id])[:k]


def test_queries_in_many_blocks_find_the_same(monkeypatch):
    vectors = clustered(500)
    index = NeighbourIndex()
    index.add(range(500), vectors)
    whole = index.search(vectors, 5)
    monkeypatch.setattr("classifier.index._HELD", 1500)
    assert ids(index.search(vectors, 5)) == ids(whole)


def test_additions_one_by_one_take_no_longer_the_more_there_are():
    vectors = clustered(20_000)
    index = NeighbourIndex()
    started = time.process_time()
    for item_id, vector in enumerate(vectors):
        index.add([item_id], vector[None])
    assert time.process_time() - started < 5


@pytest.mark.slow
def test_the_graph_finds_what_the_exact_search_finds():
    vectors = clustered(60_500, width=128)
    stored, queries = vectors[:60_000], vectors[60_000:]
    graph, exact = NeighbourIndex(), NeighbourIndex(exact_up_to=100_000)
    for each in (graph, exact):
        each.add(range(60_000), stored)
    hidden = [{1, 2, 3}] * len(queries)
    pairs = zip(ids(graph.search(queries, 10, hidden)), ids(exact.search(queries, 10, hidden)), strict=True)
    recall = np.mean([len(set(found) & set(true)) / 10 for found, true in pairs])
    assert type(graph._index) is not type(exact._index)
    assert recall >= 0.98

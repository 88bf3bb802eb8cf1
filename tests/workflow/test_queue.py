"""The queue: what a filter lets through, in which order, and to whom."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from storage import cells, queue, search
from storage.queue import QueueFilter
from storage.tables import Claim, Standing


def ids(database, **chosen):
    with database.read() as session:
        return list(queue.list_ids(session, QueueFilter(**chosen), limit=10))


def set_standing(database, item_id, **values):
    with database.write() as session:
        session.execute(update(Standing).where(Standing.item_id == item_id).values(**values))


def walk(database, chosen, person="lin"):
    seen = []
    with database.read() as session:
        while found := queue.list_next_ids(session, chosen, person, after=seen[-1] if seen else None):
            seen.extend(found)
    return seen


@pytest.mark.parametrize("order", sorted(queue.ORDERS))
def test_going_on_from_each_item_visits_all_in_the_order_of_the_list(desk, order):
    for item_id, value in ((1, 0.5), (2, 0.9), (3, 0.5), (4, 0.1)):
        set_standing(desk, item_id, instructive=value, uncertain=value, rare=value)
    set_standing(desk, 5, published_at=None)
    assert walk(desk, QueueFilter(order=order)) == ids(desk, order=order)
    assert len(ids(desk, order=order)) == 5


def test_the_newest_come_first_and_those_without_a_date_last(desk):
    set_standing(desk, 4, published_at=None)
    assert ids(desk, order="newest") == [5, 3, 2, 1, 4]


def test_only_chosen_items_are_let_through_where_some_are_named(desk):
    assert ids(desk, order="newest", ids="2,4,77") == [4, 2]


def test_several_are_handed_out_at_once_but_none_of_those_in_hand(desk):
    with desk.read() as session:
        chosen = QueueFilter(order="newest")
        assert queue.list_next_ids(session, chosen, "lin", limit=3) == [5, 4, 3]
        assert queue.list_next_ids(session, chosen, "lin", limit=3, without=[5, 3]) == [4, 2, 1]
        assert queue.list_next_ids(session, chosen, "lin", after=4, limit=3, without=[3]) == [2, 1]


def test_filters_narrow_together(desk):
    with desk.write() as session:
        session.add_all([Claim(item_id=1, label_id=1, bert=True), Claim(item_id=3, label_id=1, truth=True)])
    assert sorted(ids(desk, label="产品召回")) == [1, 3]
    assert ids(desk, label="产品召回", text="召回") == [1]
    assert ids(desk, source="别处") == []
    assert sorted(ids(desk, since=datetime(2026, 3, 2, tzinfo=UTC), until=datetime(2026, 3, 4, tzinfo=UTC))) == [2, 3]


@pytest.mark.parametrize("state", ["", "open", "flagged"])
@pytest.mark.parametrize("order", sorted(queue.ORDERS))
def test_common_and_rare_words_are_listed_alike(desk, monkeypatch, order, state):
    set_standing(desk, 2, state="labelled")
    chosen = {"text": "股", "order": order, "state": state, "since": datetime(2026, 3, 1, tzinfo=UTC)}
    found = []
    for common in (1, 100):
        monkeypatch.setattr(search, "COMMON", common)
        found.append(ids(desk, **chosen))
        with desk.read() as session:
            assert queue.count_items(session, QueueFilter(**chosen)) == len(found[-1])
    assert found[0] == found[1] == ([2] if state == "" else [])


@pytest.mark.parametrize("state", ["", "open", "labelled", "flagged"])
@pytest.mark.parametrize(
    "narrow", [{}, {"kind": "agree"}, {"source": "别处"}, {"since": datetime(2026, 3, 2, tzinfo=UTC)}, {"text": "召回"}]
)
def test_as_many_are_counted_as_are_listed(desk, state, narrow):
    set_standing(desk, 1, kind="agree", source="别处")
    set_standing(desk, 2, kind="agree", state="labelled")
    set_standing(desk, 3, published_at=None)
    with desk.read() as session:
        chosen = QueueFilter(state=state, **narrow)
        assert queue.count_items(session, chosen) == len(ids(desk, state=state, **narrow))
        assert sum(cells.count_by_kind_and_band(session, chosen).values()) == len(ids(desk, state=state, **narrow))


def test_an_item_in_somebodys_hands_is_given_to_nobody_else_until_the_lease_ends(desk):
    chosen = QueueFilter(order="newest")
    with desk.write() as session:
        queue.lease(session, [5], "lin")
        assert queue.list_next_ids(session, chosen, "lin") == [5]
        assert queue.list_next_ids(session, chosen, "wei") == [4]
    set_standing(desk, 5, leased_until=datetime.now(UTC) - timedelta(seconds=1))
    with desk.read() as session:
        assert queue.list_next_ids(session, chosen, "wei") == [5]


def test_counts_are_those_of_the_filter(desk):
    set_standing(desk, 1, kind="bert_alone", band="tail")
    set_standing(desk, 2, kind="bert_alone", band="tail", state="labelled")
    with desk.read() as session:
        assert cells.count_by_kind_and_band(session, QueueFilter())[("bert_alone", "tail")] == 1
        assert cells.count_by_kind_and_band(session, QueueFilter(state=""))[("bert_alone", "tail")] == 2
        assert queue.count_items(session, QueueFilter()) == 4

from datetime import UTC, datetime

import pytest

from ui.filters import CHOICES, filter_from
from workflow.errors import BadInput
from workflow.views import QueueFilter


def test_the_name_of_an_order_is_a_filter():
    assert filter_from("rare") == QueueFilter(order="rare")


def test_nothing_is_the_queue_itself():
    assert filter_from(None) == filter_from("") == filter_from({}) == QueueFilter()


def test_fields_that_are_not_named_do_not_filter():
    assert filter_from({"kind": "all_differ", "text": "召回"}) == QueueFilter(kind="all_differ", text="召回")


def test_the_last_day_is_part_of_the_period():
    chosen = filter_from({"since": "2026-03-01", "until": "2026-03-02"})
    assert chosen.since == datetime(2026, 3, 1, tzinfo=UTC)
    assert chosen.until == datetime(2026, 3, 3, tzinfo=UTC)


def test_a_moment_is_taken_as_it_stands():
    assert filter_from({"until": "2026-03-02T10:00:00"}).until == datetime(2026, 3, 2, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"colour": "red"}, "colour"),
        ({"order": "alphabetical"}, "instructive"),
        ({"state": "lost"}, "flagged"),
        ({"label": 7}, "label"),
        ({"since": "yesterday"}, "2026-01-31"),
        ({"ids": "7,"}, "commas"),
        ({"ids": ",".join("7" * 1001)}, "1,000"),
        (["rare"], "order"),
        ({"classifier": "bert"}, "stance"),
        ({"classifier": "svm", "stance": "alone"}, "classifier"),
        ({"classifier": "bert", "stance": "alone", "rival": "prompt"}, "instead"),
        ({"classifier": "bert", "stance": "instead", "rival": "bert", "label": "甲"}, "another classifier"),
        ({"classifier": "bert", "stance": "instead", "rival": "prompt"}, "rival_label"),
    ],
)
def test_what_is_no_filter_is_refused_with_the_reason(wrong, named):
    with pytest.raises(BadInput, match=named):
        filter_from(wrong)


def test_choices_are_those_of_the_queue():
    from storage.queue import ORDERS
    from storage.stances import SPEAKERS, STANCES

    assert set(CHOICES["order"]) == set(ORDERS)
    assert set(CHOICES["stance"]) - {""} == set(STANCES)
    assert set(CHOICES["classifier"]) - {""} == set(SPEAKERS)

"""What a person says is stored once, never overwritten silently, and can be taken back."""

import sqlite3

import pytest

from storage import truths
from storage.tables import Item, Standing
from workflow.annotating import Said, annotate, undo
from workflow.errors import BadInput, Conflict, NotFound, Refused


def say(database, item_id=1, kind="submitted", person="lin", **rest):
    with database.write() as session:
        return annotate(session, Said(item_id, kind, person, **rest))


def take_back(database, person="lin"):
    with database.write() as session:
        return undo(session, person)


def labels_and_state(database, item_id=1):
    with database.read() as session:
        known = truths.get_truth(session, item_id)
        return known and sorted(known.labels.values()), session.get(Standing, item_id).state


def test_a_submit_is_in_the_file_when_it_returns(desk, tmp_path):
    say(desk, labels=("产品召回",), token="t1", note="两批")
    with sqlite3.connect(tmp_path / "triage.db") as file:
        assert file.execute("SELECT person, kind, note FROM annotation").fetchall() == [("lin", "submitted", "两批")]
        assert file.execute("SELECT origin FROM truth WHERE item_id = 1").fetchall() == [("annotation",)]


def test_writes_are_synchronous_and_in_wal_mode(desk):
    with desk.write() as session:
        connection = session.connection()
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"


def test_a_double_click_is_one_annotation(desk):
    first = say(desk, labels=("产品召回",), token="same", seen_version=1)
    second = say(desk, labels=("产品召回",), token="same", seen_version=1)
    assert second.repeated
    assert second.annotation_id == first.annotation_id
    assert first.row_version == second.row_version == 2


def test_a_token_belongs_to_one_item(desk):
    say(desk, token="same")
    with pytest.raises(BadInput, match="another item"):
        say(desk, item_id=2, token="same")


def test_the_second_of_two_people_is_told_what_the_first_said(desk):
    say(desk, labels=("产品召回",), person="lin", seen_version=1)
    with pytest.raises(Conflict, match="lin has changed") as refusal:
        say(desk, labels=("股权质押",), person="wei", seen_version=1)
    assert refusal.value.other["labels"] == ["产品召回"]
    assert labels_and_state(desk) == (["产品召回"], "labelled")


def test_an_unknown_label_is_named_and_nothing_is_stored(desk):
    with pytest.raises(BadInput, match="没有这个"):
        say(desk, labels=("产品召回", "没有这个"))
    assert labels_and_state(desk) == (None, "open")


def test_no_label_at_all_is_a_truth(desk):
    say(desk)
    assert labels_and_state(desk) == ([], "labelled")


def test_a_skip_leaves_the_labels_of_a_labelled_item_alone(desk):
    say(desk, labels=("产品召回",))
    say(desk, kind="skipped")
    assert labels_and_state(desk) == (["产品召回"], "labelled")
    say(desk, item_id=2, kind="skipped")
    assert labels_and_state(desk, 2) == (None, "skipped")


def test_undo_goes_back_step_by_step_to_the_start(desk):
    say(desk, labels=("产品召回",))
    say(desk, labels=("股权质押",))
    say(desk, item_id=2, kind="flagged")
    take_back(desk)
    assert labels_and_state(desk, 2) == (None, "open")
    take_back(desk)
    assert labels_and_state(desk) == (["产品召回"], "labelled")
    take_back(desk)
    assert labels_and_state(desk) == (None, "open")
    with pytest.raises(Refused, match="nothing left"):
        take_back(desk)


def test_undo_takes_nothing_from_somebody_who_came_later(desk):
    say(desk, labels=("产品召回",), person="lin")
    say(desk, labels=("股权质押",), person="wei")
    with pytest.raises(Conflict, match="wei has annotated"):
        take_back(desk, "lin")
    assert labels_and_state(desk) == (["股权质押"], "labelled")


def test_a_corrected_item_keeps_its_split_and_gets_a_new_version(desk):
    say(desk, labels=("产品召回",))
    with desk.read() as session:
        item = session.get(Item, 1)
        assert (item.split, item.row_version) == ("train", 2)


def test_an_unknown_item_is_told(desk):
    with pytest.raises(NotFound, match="no item 99"):
        say(desk, item_id=99)

"""The kept counts are those of the items, whatever is written, and from whatever database they start."""

import sqlite3
from collections import Counter

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert, select, update

from storage import status
from storage.database import Database, sqlite_url
from storage.heard import TRUTH, heard
from storage.schema import SCRIPTS
from storage.tables import Claim, Item, Standing, StandingCount
from storage.tables.ids import take_ids
from storage.tally import COLUMNS

PLACES = {
    "state": ["open", "labelled"],
    "kind": ["", "agree"],
    "band": ["", "tail"],
    "source": ["", "快讯'\""],
    "heard": [0, 9],
}
STEPS = st.lists(
    st.tuples(st.sampled_from(["add", "move", "remove"]), st.integers(1, 6), *map(st.sampled_from, PLACES.values())),
    max_size=30,
)


def counted(database):
    with database.read() as session:
        standings = Counter(tuple(getattr(row, name) for name in COLUMNS) for row in session.scalars(select(Standing)))
        kept = session.scalars(select(StandingCount)).all()
    return standings, {tuple(getattr(row, name) for name in COLUMNS): row.items for row in kept}


def carry_out(session, act, item_id, place):
    if act == "remove":
        session.execute(delete(Item).where(Item.id == item_id))
    elif act == "move":
        session.execute(update(Standing).where(Standing.item_id >= item_id).values(place))
    elif session.get(Item, item_id) is None:
        session.add(Item(id=item_id, text=str(item_id), text_hash=str(item_id), split="train"))
        session.flush()
        session.execute(insert(Standing).values(item_id=item_id, **place))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_counts_follow_whatever_is_written(database, steps):
    with database.write() as session:
        session.execute(delete(Item))
    for act, item_id, *values in steps:
        with database.write() as session:
            carry_out(session, act, item_id, dict(zip(COLUMNS, values, strict=True)))
    standings, kept = counted(database)
    assert kept == standings


def begin_and_fail(database):
    with database.write() as session:
        carry_out(session, "add", 1, {"state": "open"})
        raise RuntimeError("half-way")


def test_what_is_taken_back_is_not_counted(database):
    with pytest.raises(RuntimeError, match="half-way"):
        begin_and_fail(database)
    assert counted(database) == ({}, {})


def write(file, table, **row):
    places = ", ".join("?" * len(row))
    file.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", list(row.values()))


def write_older_rows(file):
    """Of item 1 bert has spoken, of 2 nobody, and 3 is labelled."""
    at = {"created_at": "2026-03-01"}
    write(file, "label", id=1, name="召回", description="", **{'"group"': ""}, is_sample=0, **at)
    for number, state in enumerate(("open", "open", "labelled"), start=1):
        texts = {"text": str(number), "text_hash": str(number), "external_id": "", "source": "快讯", "companies": "[]"}
        write(file, "item", id=number, **texts, split="train", cluster=0, row_version=1, is_sample=0, **at)
        keys = dict.fromkeys(("instructive", "uncertain", "rare", "shuffle"), 0)
        write(file, "standing", item_id=number, state=state, kind="agree", band="tail", source="快讯", **keys)
    empty = {"recipe": "{}", "thresholds": "{}", "metrics": "{}", "labels": "[]", "label_ids": "[]"}
    marks = {"fingerprint": "", "gold_fingerprint": "", "reason": "", "last_annotation_id": 0, "seconds": 0}
    write(file, "version", id=1, classifier="bert", number=1, status="live", is_sample=0, **empty, **marks, **at)
    said = {"scores": '{"1": 0.9}', "proposed": "[1]", "examples": "[]", "predicted_at": "2026-03-01"}
    write(file, "prediction", item_id=1, version_id=1, **said)
    write(file, "truth", item_id=3, origin="import", person="", decided_at="2026-03-01")
    for item_id, bert in ((1, 1), (3, 0)):
        write(file, "claim", item_id=item_id, label_id=1, bert=bert, llm_head=0, prompt=0, truth=1 - bert)


def older(path):
    """Make a database as it was before anything was counted."""
    database = Database(sqlite_url(path))
    with database.engine.execution_options(writes=True).begin() as connection:
        config = Config()
        config.set_main_option("script_location", SCRIPTS)
        config.attributes["connection"] = connection
        command.downgrade(config, "0009")
    database.close()


def test_an_older_database_is_counted_once_it_is_opened(tmp_path):
    path = tmp_path / "triage.db"
    older(path)
    with sqlite3.connect(path) as file:
        write_older_rows(file)
    opened = Database(sqlite_url(path))
    with opened.read() as session:
        assert dict(session.execute(select(Standing.item_id, Standing.heard)).all()) == {
            1: heard(["bert"]),
            2: 0,
            3: heard([TRUTH]),
        }
        assert dict(session.execute(select(Claim.item_id, Claim.heard)).all()) == {
            1: heard(["bert"]),
            3: heard([TRUTH]),
        }
        assert status.count_items_by_state(session) == {"open": 2, "labelled": 1}
    with opened.write() as session:
        carry_out(session, "remove", 1, {})
    standings, kept = counted(opened)
    assert kept == standings


def test_the_ids_of_an_older_database_are_not_given_again(tmp_path):
    path = tmp_path / "triage.db"
    older(path)
    with sqlite3.connect(path) as file:
        write_older_rows(file)
    opened = Database(sqlite_url(path))
    with opened.write() as session:
        session.execute(delete(Item))
        assert [take_ids(session.connection(), "item", 2) for _ in range(2)] == [4, 6]

"""The plans of all that a desk asks of its database while people work: indexes, in order, whatever its size.

Held are the statements that the use cases really send, so that a new one cannot be forgotten.
"""

import re
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import product

import pytest
from sqlalchemy import event

from storage import embeddings, examples, jobs, labels, predictions, queue, status, training
from storage.queue import ORDERS, STATES, QueueFilter
from storage.stances import AGAINST
from workflow.background_import import BackgroundImport
from workflow.disagreements import Disagreements
from workflow.importing import Importing
from workflow.live import Live
from workflow.live_models import LiveModels
from workflow.neighbours import Neighbours
from workflow.pace import Paces
from workflow.triage import Triage

GROWING = {
    *("item", "standing", "claim", "prediction", "embedding", "annotation", "truth", "truth_label"),
    *("near_duplicate_key", "conflict"),
}
"""Tables with at least a row an item or annotation."""
MARCH = {"since": datetime(2026, 3, 1, tzinfo=UTC), "until": datetime(2026, 3, 4, tzinfo=UTC)}
INDEXED = [{}, {"kind": "all_differ"}, {"band": "tail"}, {"source": "快讯"}, MARCH, {"kind": "agree", "source": "快讯"}]
"""Filters whose columns every order's index holds."""
LOOKED_UP = [{"label": "股权质押"}, {"text": "召回"}, {"classifier": "bert", "stance": "alone", "label": "产品召回"}]
"""Filters that begin at the items of a label or a word."""


@contextmanager
def watched(database):
    """Collect the statements that are sent, as (statement, lines of its plan)."""
    sent, plans = [], []

    def remember(_connection, _cursor, statement, parameters, *_rest):
        if statement.lstrip().split(None, 1)[0] in ("SELECT", "WITH", "UPDATE", "DELETE"):
            sent.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", remember)
    yield plans
    event.remove(database.engine, "before_cursor_execute", remember)
    connection = database.engine.raw_connection()
    for statement, parameters in sent:
        # What is executed for many rows at once has the same plan for each of them.
        first = parameters[0] if isinstance(parameters, list) else parameters
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", first).fetchall()
        plans.append((statement, [row[-1] for row in rows]))
    connection.close()


def scanned(plan):
    """Return the growing tables that a plan reads from end to end."""
    found = (re.match(r"SCAN (\w+?)(_\d+)?( |$)", line) for line in plan)
    return {match[1] for match in found if match} & GROWING


def assert_looked_up(plans):
    assert plans, "nothing was asked"
    for statement, plan in plans:
        assert not scanned(plan), (statement, plan)


def assert_in_order(plans):
    assert_looked_up(plans)
    for statement, plan in plans:
        if "FROM standing" in statement:
            assert not [line for line in plan if "TEMP B-TREE" in line], (statement, plan)


@pytest.fixture
def triage(spoken, tmp_path):
    models = LiveModels(spoken, tmp_path)
    neighbours = Neighbours(spoken, models)
    return Triage(spoken, Live(spoken, models, neighbours), neighbours)


@pytest.mark.parametrize("order", ORDERS)
def test_the_next_item_is_read_in_the_order_of_an_index(triage, order):
    for fields in INDEXED:
        chosen = QueueFilter(order=order, **fields)
        with watched(triage.database) as plans:
            triage.next_item(chosen, "lin")
            triage.next_items(chosen, "lin", after=2, limit=3, without=[1])
            triage.count(chosen)
        assert_in_order(plans)


@pytest.mark.parametrize("fields", LOOKED_UP, ids=str)
def test_the_next_item_of_a_label_or_a_word_is_found_from_there(triage, fields):
    with watched(triage.database) as plans:
        triage.next_item(QueueFilter(**fields), "lin")
        triage.count(QueueFilter(**fields))
    assert_looked_up(plans)


@pytest.mark.parametrize("order", ORDERS)
def test_a_first_page_is_read_in_the_order_of_an_index(spoken, order):
    for state, fields in product(["", *STATES], INDEXED):
        with watched(spoken) as plans, spoken.read() as session:
            queue.list_ids(session, QueueFilter(order=order, state=state, **fields), 50)
        assert_in_order(plans)


@pytest.mark.parametrize("fields", [*INDEXED, *LOOKED_UP], ids=str)
def test_pages_of_results_read_no_table_from_end_to_end(triage, fields):
    chosen = QueueFilter(**fields)
    disagreements = Disagreements(triage.database, triage.neighbours)
    with watched(triage.database) as plans:
        triage.search("", chosen)
        disagreements.page(chosen)
        disagreements.counts(chosen)
    assert_looked_up(plans)


def test_all_counts_of_a_dashboard_are_kept_or_come_from_an_index(spoken, triage):
    with watched(spoken) as plans, spoken.read() as session:
        Disagreements(spoken, triage.neighbours).counts(QueueFilter(state=""))
        triage.count(QueueFilter(state=""))
        triage.sources()
        status.count_items_by_split(session)
    assert_looked_up([(statement, plan) for statement, plan in plans if "FROM item" not in statement])
    (of_splits,) = [plan for statement, plan in plans if "FROM item" in statement]
    assert of_splits == ["SCAN item USING COVERING INDEX ix_item_split"]


@pytest.mark.parametrize("chosen", [QueueFilter(state=""), QueueFilter(), QueueFilter(text="召回")], ids=str)
def test_what_else_is_said_of_an_item_is_looked_up_once_an_item(triage, chosen):
    """Bug: a list of the labels in use was gone through for each item, which made the map of pairs 30 times slower."""
    disagreements = Disagreements(triage.database, triage.neighbours)
    with watched(triage.database) as plans:
        disagreements.pairs(chosen, "bert", "prompt")
        for against in AGAINST:
            disagreements.stances(chosen, against)
    of_claims = [(statement, plan) for statement, plan in plans if "FROM claim" in statement]
    assert len(of_claims) == 2 + 2 * len(AGAINST)
    for statement, plan in of_claims:
        assert not [line for line in plan if "label_id=? AND item_id=?" in line], (statement, plan)
        assert not [line for line in plan if "item_id=? AND label_id=?" in line], (statement, plan)


def test_labels_are_counted_without_a_look_at_items_to_train_on(spoken):
    with watched(spoken) as plans, spoken.read() as session:
        labels.count_by_label_and_split(session)
    (_, measured), (_, all_of_them) = plans
    assert any("ix_item_split" in line for line in measured)
    assert not scanned(measured)
    assert all_of_them == ["SCAN truth_label USING COVERING INDEX ix_truth_label_label"]


def test_what_people_say_is_written_by_keys(triage):
    with watched(triage.database) as plans:
        result = triage.next_item(QueueFilter(), "lin")
        triage.submit(result.item.id, ["股权质押"], "t1", result.item.row_version, person="lin")
        triage.submit(result.item.id, ["股权质押"], "t1", result.item.row_version, person="lin")
        triage.undo("lin")
        triage.skip(result.item.id, person="lin")
        triage.item(result.item.id)
        Paces(triage.database).since("lin", datetime(2026, 3, 1, tzinfo=UTC))
    assert_looked_up(plans)


def test_neighbours_are_looked_up_by_keys(spoken):
    with watched(spoken) as plans, spoken.read() as session:
        examples.get_mark(session, "retriever")
        examples.list_changed(session, 0, 1)
        examples.locate(session, 1, [1, 2])
        examples.list_rows(session, [1, 2])
        embeddings.list_vectors(session, 1, [1, 2])
        training.list_annotated_since(session, 0)
        training.list_texts(session, [1, 2])
        training.get_identity(session, "1")
    assert_looked_up(plans)


def test_jobs_are_claimed_and_watched_by_an_index(spoken):
    with spoken.write() as session:
        job = jobs.add_job(session, jobs.PREDICT, ["bert"])
    with watched(spoken) as plans, spoken.write() as session:
        jobs.claim_next_job(session, "worker")
        jobs.beat(session, job.id, "worker")
        jobs.get_unfinished(session, jobs.PREDICT)
        jobs.count_unfinished(session)
    for statement, plan in plans:
        assert not [line for line in plan if line == "SCAN job"], (statement, plan)


def test_predictions_are_written_by_keys(spoken):
    rows = [predictions.PredictionRow(4, {1: 0.5}, (1,))]
    with watched(spoken) as plans, spoken.write() as session:
        predictions.list_predicted(session, 1, [4, 5])
        predictions.write_predictions(session, 1, rows)
        predictions.prune(session, 2, 10)
        embeddings.prune(session, 2, 10)
    assert_looked_up(plans)


def test_an_import_looks_up_what_it_meets(spoken, tmp_path):
    file = tmp_path / "more.jsonl"
    file.write_text(
        '{"text": "今日市场平稳", "labels": ["股权质押"]}\n{"text": "新的一条", "labels": ["产品召回"]}\n', "utf-8"
    )
    importing = Importing(spoken, tmp_path)
    with watched(spoken) as plans:
        importing.run(file)
        BackgroundImport(importing).list()
    begun = [plan for statement, plan in plans if "count(*)" in statement]
    assert begun, "what an import counts once at its start"
    assert_looked_up([(statement, plan) for statement, plan in plans if "count(*)" not in statement])

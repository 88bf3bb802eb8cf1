"""The statistics count what is there, by the reader's own days, and judge proposals by what came before a decision."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from storage.tables import Annotation, Label, Person, Prediction, Version
from storage.tables.base import now
from workflow.acceptance import judge
from workflow.annotating import Said, annotate, undo
from workflow.statistics import Bin, Statistics


@pytest.fixture
def statistics(database):
    return Statistics(database)


def say(database, item_id, *labels, person="lin", kind="submitted"):
    with database.write() as session:
        annotate(session, Said(item_id, kind, person, labels=labels))


def test_an_empty_database_has_nothing_to_tell(statistics):
    report = statistics.report()
    assert (report.items, report.labels, report.lengths, report.people, report.acceptance) == (0, (), (), (), {})
    assert len(report.days) == 30


def test_labels_come_from_common_to_rare_and_those_without_an_example_say_so(desk):
    say(desk, 1, "产品召回")
    say(desk, 2, "产品召回", "股权质押")
    labels = [(row.label, row.train, row.band) for row in Statistics(desk).report().labels]
    assert labels == [("产品召回", 2, "tail"), ("股权质押", 1, "tail"), ("业绩预告", 0, "none")]


def test_items_are_counted_by_labels_and_by_length(desk):
    say(desk, 1, "产品召回")
    say(desk, 2, "产品召回", "股权质押")
    say(desk, 3)
    report = Statistics(desk).report()
    assert report.labels_per_item == (Bin(0, 0, 1), Bin(1, 1, 1), Bin(2, 2, 1))
    assert report.lengths == (Bin(0, 19, 4), Bin(20, None, 1))
    assert (report.sources, report.more_sources) == ((("快讯", 5),), 0)


def test_days_are_those_of_the_reader(desk):
    say(desk, 1, "产品召回")
    late = now().replace(hour=23, minute=40) - timedelta(days=3)
    with desk.write() as session:
        session.execute(update(Annotation).values(created_at=late))
    day = {zone: counted(Statistics(desk).report(zone)) for zone in ("UTC", "Asia/Shanghai", "Nowhere/Land")}
    assert day["UTC"] == day["Nowhere/Land"] == {late.date(): {"lin": 1}}
    assert day["Asia/Shanghai"] == {late.date() + timedelta(days=1): {"lin": 1}}


def counted(report):
    return {day: counts for day, counts in report.days if counts}


def test_what_was_undone_and_what_is_old_is_not_counted(desk):
    say(desk, 1, "产品召回")
    say(desk, 2, "产品召回")
    with desk.write() as session:
        undo(session, "lin")
        session.execute(update(Annotation).values(created_at=datetime(2024, 1, 1, tzinfo=UTC)))
    report = Statistics(desk).report()
    assert not counted(report)
    assert [row.counts["submitted"] for row in report.people] == [1]


def test_people_are_those_with_an_account_and_those_who_said_something(desk):
    with desk.write() as session:
        session.add(Person(name="ann", role="lead", password_hash="-"))
    say(desk, 1, "产品召回")
    say(desk, 2, kind="skipped")
    busy, idle = Statistics(desk).report().people
    assert (busy.person, busy.role, busy.counts) == ("lin", "", {"submitted": 1, "skipped": 1, "flagged": 0})
    assert (idle.person, idle.role, idle.last) == ("ann", "lead", None)


def test_acceptance_compares_a_decision_with_what_was_proposed_before_it(spoken):
    say(spoken, 1, "股权质押")
    say(spoken, 2, "股权质押", "业绩预告")
    told = Statistics(spoken).report().acceptance
    assert (told["bert"].all, told["bert"].some, told["bert"].none) == (1, 1, 0)
    assert (told["prompt"].all, told["prompt"].some, told["prompt"].none) == (0, 1, 1)


def test_a_proposal_made_after_the_decision_does_not_count(spoken):
    """Guards against praise for a version that had learnt the very decision."""
    say(spoken, 1, "股权质押")
    with spoken.write() as session:
        session.execute(update(Prediction).values(predicted_at=now() + timedelta(seconds=1)))
    assert Statistics(spoken).report().acceptance == {}


def test_the_last_proposal_before_the_decision_counts(spoken):
    with spoken.write() as session:
        old = session.scalars(select(Version).where(Version.classifier == "bert")).one()
        values = {"labels": old.labels, "label_ids": old.label_ids}
        session.add(Version(id=9, classifier="bert", number=4, status="retired", **values))
        session.flush()
        before = now() - timedelta(days=1)
        session.add(Prediction(item_id=1, version_id=9, scores={}, proposed=[1], predicted_at=before))
    say(spoken, 1, "股权质押")
    assert Statistics(spoken).report().acceptance["bert"].all == 1


@pytest.mark.parametrize("renamed", ["before", "after"])
def test_a_renamed_label_is_still_the_same_label(spoken, renamed):
    def rename():
        with spoken.write() as session:
            session.get(Label, 2).name = "质押"

    if renamed == "before":
        rename()
    say(spoken, 1, "质押" if renamed == "before" else "股权质押")
    if renamed == "after":
        rename()
    assert Statistics(spoken).report().acceptance["bert"].all == 1


@pytest.mark.parametrize(
    ("proposed", "decided", "verdict"),
    [({1}, {1}, "all"), (set(), set(), "all"), ({1, 2}, {1}, "some"), ({1}, {2}, "none"), (set(), {1}, "none")],
)
def test_a_proposal_is_accepted_wholly_partly_or_not(proposed, decided, verdict):
    assert judge(proposed, decided) == verdict

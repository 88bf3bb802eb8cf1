from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from storage import jobs, versions
from storage.tables import Version, VersionStatus
from storage.tables.base import now


def add(session, classifier="bert"):
    return versions.add_version(session, Version(classifier=classifier))


def live_number(session, classifier="bert"):
    live = versions.get_live(session, classifier)
    return live.number if live else None


def test_each_classifier_counts_its_own_versions(database):
    with database.write() as session:
        numbers = [add(session).number, add(session).number, add(session, "prompt").number]

    assert numbers == [1, 2, 1]


def test_a_promotion_retires_the_version_that_was_live(database):
    with database.write() as session:
        first, second = add(session), add(session)
        versions.make_live(session, first, "first")
        replaced = versions.make_live(session, second, "better")

        assert replaced is first
        assert (first.status, second.status) == (VersionStatus.RETIRED, VersionStatus.LIVE)


def test_the_database_refuses_two_live_versions(database):
    with database.write() as session:
        add(session).status = VersionStatus.LIVE
        second = add(session)

    with pytest.raises(IntegrityError), database.write() as session:
        session.merge(second).status = VersionStatus.LIVE


def test_rolling_back_twice_goes_back_twice(database):
    with database.write() as session:
        for _ in range(3):
            versions.make_live(session, add(session), "better")
        for expected in (2, 1):
            versions.roll_back(session, versions.get_live(session, "bert"), versions.get_previous_live(session, "bert"))
            assert live_number(session) == expected
        assert versions.get_previous_live(session, "bert") is None


def test_rolling_back_a_version_promoted_by_hand_goes_to_the_one_that_was_live(database):
    with database.write() as session:
        _first, passed_over, third = (add(session) for _ in range(3))
        versions.make_live(session, third, "better")
        versions.make_live(session, passed_over, "by hand")

        assert versions.get_previous_live(session, "bert") is third


def test_thresholds_follow_a_renamed_label(database):
    row = Version(classifier="bert", labels=["old name", "other"], label_ids=[7, 8], thresholds={"old name": 0.3})

    assert versions.list_thresholds(row) == {7: 0.3}


def test_files_are_kept_of_what_is_live_waits_or_can_come_back(database):
    with database.write() as session:
        lived = [add(session) for _ in range(6)]
        for row in lived:
            versions.make_live(session, row, "better")
        waiting, other = add(session), add(session, "prompt")
        versions.make_live(session, other, "first")
        kept = versions.list_kept_ids(session)

    assert kept == {row.id for row in (*lived[2:], waiting, other)}


def test_the_newest_candidates_of_each_classifier_wait_and_older_ones_are_retired(database):
    """Bug: a version that waited for a decision waited for ever, and so did its files."""
    with database.write() as session:
        live, *waiting = (add(session) for _ in range(1 + versions.CANDIDATES_KEPT + 2))
        other = add(session, "prompt")
        versions.make_live(session, live, "first")
        versions.retire_outdated_candidates(session)

        assert versions.list_kept_ids(session) == {row.id for row in (live, *waiting[2:], other)}
        assert [row.status for row in waiting[:3]] == ["retired", "retired", "candidate"]
        assert versions.get_previous_live(session, "bert") is None


def test_files_of_a_bake_off_are_kept_until_the_next_one_or_for_a_month(database):
    with database.write() as session:
        made = []
        for _ in range(2):
            job = jobs.add_job(session, jobs.BAKE_OFF, ["bert"])
            job.status = "cancelled"
            session.flush()
            made.append(add(session))
            made[-1].job_id, made[-1].status = job.id, VersionStatus.RETIRED
        session.flush()
        assert versions.list_kept_ids(session) == {made[1].id}
        made[1].created_at = now() - timedelta(days=31)
        session.flush()
        assert versions.list_kept_ids(session) == set()

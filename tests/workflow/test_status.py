from storage import jobs, versions
from storage.tables import Truth, Version
from workflow.status import Status


def test_the_report_counts_what_is_there(desk):
    with desk.write() as session:
        session.add(Truth(item_id=1, origin="import"))
        live = versions.add_version(session, Version(classifier="bert", metrics={"micro_f1": 0.91}))
        versions.make_live(session, live, "first")
        versions.add_version(session, Version(classifier="bert"))
        jobs.add_job(session, jobs.RETRAIN, ["bert"])

    report = Status(desk).report()

    assert report["items"] == {
        "total": 5,
        "sample": 0,
        "states": {"open": 5},
        "splits": {"train": 5},
        "labelled": {"train": 1},
        "kinds": {"": 5},
    }
    assert report["labels"] == {"total": 3, "archived": 0}
    assert report["versions"]["bert"] == {
        "live": 1,
        "id": 1,
        "micro_f1": 0.91,
        "statuses": {"live": 1, "candidate": 1},
    }
    assert report["versions"]["prompt"]["live"] is None
    assert (report["jobs"], report["unfinished_jobs"]) == ({"queued": 1}, 1)


def test_the_report_of_an_empty_database_is_full_of_zeros(database):
    report = Status(database).report()

    assert report["items"]["total"] == report["labels"]["total"] == report["unfinished_jobs"] == 0

"""What is swept away of versions and jobs, and what stays."""

from storage import jobs, versions
from storage.tables import JobStatus, Version
from workflow.version_files import sweep, unfinished_directory, version_directory


def test_only_files_that_somebody_can_come_back_to_stay(database, tmp_path):
    with database.write() as session:
        ended, going_on = (jobs.add_job(session, kind, ["bert"]) for kind in (jobs.RETRAIN, jobs.PREDICT))
        jobs.claim_next_job(session, "here:1")
        session.refresh(ended)
        jobs.end_job(session, ended, JobStatus.FAILED, "It failed.")
        made = [versions.add_version(session, Version(classifier="bert")) for _ in range(versions.CANDIDATES_KEPT + 2)]
        kept = [version_directory(tmp_path, "bert", row.id) for row in made[2:]]
        gone = [version_directory(tmp_path, "bert", row.id) for row in made[:2]]
        kept.append(tmp_path / "jobs" / str(going_on.id))
        gone += [unfinished_directory(tmp_path, "bert"), tmp_path / "jobs" / str(ended.id)]
    for directory in (*kept, *gone):
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "weights").write_bytes(b"1")
    sweep(database, tmp_path)
    assert [directory for directory in kept if not (directory / "weights").exists()] == []
    assert [directory for directory in gone if directory.exists()] == []

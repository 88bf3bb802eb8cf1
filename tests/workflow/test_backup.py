"""A backup is whole, readable elsewhere, and never written over something."""

import sqlite3
import zipfile

import pytest

from storage.database import Database, sqlite_url
from storage.tables import Label, Version
from workflow.backup import Backups, restore
from workflow.errors import BadInput, Refused


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def database(data):
    database = Database(sqlite_url(data / "triage.db"))
    yield database
    database.close()


def add_version(database, data):
    with database.write() as session:
        version = Version(classifier="bert", number=1)
        session.add(version)
        session.flush()
        directory = data / "versions" / "bert" / str(version.id)
    directory.mkdir(parents=True)
    (directory / "model.safetensors").write_bytes(b"weights")
    return directory


def rows(file, query):
    with sqlite3.connect(file) as connection:
        return connection.execute(query).fetchall()


def test_a_restored_folder_holds_the_rows_and_the_files_of_versions(database, data, tmp_path):
    directory = add_version(database, data)
    with database.write() as session:
        session.add(Label(name="股权质押"))
    report = Backups(database, data).write(tmp_path / "backup.zip")
    restore(tmp_path / "backup.zip", tmp_path / "elsewhere")
    assert report["bytes"] == (tmp_path / "backup.zip").stat().st_size
    assert rows(tmp_path / "elsewhere" / "triage.db", "SELECT name FROM label") == [("股权质押",)]
    moved = tmp_path / "elsewhere" / directory.relative_to(data) / "model.safetensors"
    assert moved.read_bytes() == b"weights"


def test_a_backup_is_taken_while_somebody_writes_and_holds_only_what_was_stored(database, data, tmp_path):
    with database.write() as session:
        session.add(Label(name="half-written"))
        session.flush()
        Backups(database, data).write(tmp_path / "backup.zip")
    restore(tmp_path / "backup.zip", tmp_path / "elsewhere")
    assert rows(tmp_path / "elsewhere" / "triage.db", "SELECT name FROM label") == []


def test_files_of_a_version_without_a_row_stay_out(database, data, tmp_path):
    unfinished = data / "versions" / "bert" / "99"
    unfinished.mkdir(parents=True)
    (unfinished / "model.safetensors").write_bytes(b"half")
    Backups(database, data).write(tmp_path / "backup.zip")
    restore(tmp_path / "backup.zip", tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere" / "versions").exists()


def test_a_folder_that_holds_something_is_never_restored_over(database, data, tmp_path):
    Backups(database, data).write(tmp_path / "backup.zip")
    with pytest.raises(Refused, match="is not empty"):
        restore(tmp_path / "backup.zip", data)


@pytest.mark.parametrize("content", [b"", b"no archive at all", b"\0" * 10240])
def test_a_file_that_is_no_backup_is_refused_and_leaves_nothing(content, tmp_path):
    (tmp_path / "photo.zip").write_bytes(content)
    with pytest.raises(BadInput, match=r"photo\.zip is no backup"):
        restore(tmp_path / "photo.zip", tmp_path / "elsewhere")
    assert [path.name for path in tmp_path.iterdir()] == ["photo.zip"]


def test_a_path_that_leads_outside_stays_inside(tmp_path, database, data):
    evil = tmp_path / "evil.zip"
    Backups(database, data).write(evil)
    with zipfile.ZipFile(evil, "a") as archive:
        archive.writestr("../outside.txt", "escaped")
    restore(evil, tmp_path / "deep" / "elsewhere")
    assert not (tmp_path / "deep" / "outside.txt").exists()


def test_a_backup_cut_short_is_refused(database, data, tmp_path):
    whole = tmp_path / "backup.zip"
    Backups(database, data).write(whole)
    whole.write_bytes(whole.read_bytes()[: whole.stat().st_size // 3])
    with pytest.raises(BadInput, match="no backup that can be read"):
        restore(whole, tmp_path / "elsewhere")
    assert not (tmp_path / "elsewhere").exists()

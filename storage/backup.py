"""Puts a data folder into one file while it is in use, and makes a folder out of such a file. Knows no use case.

The file is a zip archive: the database as one consistent copy, then the files of every version that this copy names.
"""

import shutil
import sqlite3
import tempfile
import zipfile
import zlib
from contextlib import closing
from pathlib import Path

DATABASE = "triage.db"
VERSIONS = "versions"


class NoBackup(ValueError):  # noqa: N818 - says what the file is not
    """A file that holds no backup, or a damaged one."""


def write_backup(data: Path, file: Path) -> list[str]:
    """Write `data` to `file`, which is whole or absent; return the names of what it holds. Nobody waits meanwhile."""
    partial = file.with_name(f"{file.name}.part")
    with tempfile.TemporaryDirectory(prefix="triage-backup-") as workspace:
        copy = Path(workspace) / DATABASE
        _copy_database(data / DATABASE, copy)
        with zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            archive.write(copy, DATABASE)
            for path in _version_files(copy, data):
                archive.write(path, path.relative_to(data).as_posix())
            names = archive.namelist()
    partial.replace(file)
    return names


def restore_backup(file: Path, directory: Path) -> None:
    """Make `directory`, absent or empty before, out of a backup; leave nothing behind when the backup is damaged."""
    partial = directory.with_name(f"{directory.name}.part")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    try:
        # Extraction keeps every path inside the directory, makes no links and compares checksums.
        with zipfile.ZipFile(file) as archive:
            archive.extractall(partial)
        _check(partial / DATABASE)
    except (zipfile.BadZipFile, zlib.error, EOFError, sqlite3.DatabaseError) as error:
        shutil.rmtree(partial)
        raise NoBackup(str(error)) from error
    partial.replace(directory)


def _copy_database(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as live, closing(sqlite3.connect(target)) as copy:
        live.backup(copy)
        # One file: no write-ahead log that would have to travel with it.
        copy.execute("PRAGMA journal_mode=DELETE")


def _version_files(database: Path, data: Path) -> list[Path]:
    # A version's row is written after its files, so what the copy names is complete.
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT classifier, id FROM version ORDER BY id").fetchall()
    places = [data / VERSIONS / classifier / str(number) for classifier, number in rows]
    return [path for place in places for path in sorted(place.rglob("*")) if path.is_file()]


def _check(database: Path) -> None:
    if not database.is_file():
        raise sqlite3.DatabaseError(f"it holds no {DATABASE}")
    with closing(sqlite3.connect(database)) as connection:
        verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if verdict != "ok":
        raise sqlite3.DatabaseError(f"{DATABASE} is damaged: {verdict}")

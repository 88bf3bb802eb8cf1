"""Backing up and restoring a whole data folder, as a person asks for it. Knows sentences; the copying is storage's."""

from pathlib import Path

from storage import backup
from storage.database import Database
from workflow.errors import BadInput, Refused
from workflow.roles import OPERATOR, Actor, require_lead


class Backups:
    """Everything under `--data` that cannot be made again: the database and the versions' files."""

    def __init__(self, database: Database, data: Path) -> None:
        self.database = database
        self.data = data

    def write(self, file: Path, by: Actor = OPERATOR) -> dict[str, object]:
        """Write one file that `restore` understands, also while people label and a training runs."""
        require_lead(by)
        if not self.database.is_sqlite or not (self.data / backup.DATABASE).is_file():
            raise Refused("Only a database file in the data folder is backed up here; a server has its own dump.")
        if not file.parent.is_dir():
            raise BadInput(f"{file}: the folder {file.parent} does not exist.")
        names = backup.write_backup(self.data, file)
        return {"file": str(file), "files": len(names), "bytes": file.stat().st_size}


def restore(file: Path, directory: Path) -> dict[str, object]:
    """Make a new data folder out of a backup; never write over one that holds something."""
    if not file.is_file():
        raise BadInput(f"{file}: there is no such file.")
    if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
        raise Refused(f"{directory} is not empty: restore into a new folder, so that nothing stored is lost.")
    try:
        backup.restore_backup(file, directory)
    except backup.NoBackup as error:
        raise BadInput(f"{file} is no backup that can be read: {error}.") from error
    return {"data": str(directory)}

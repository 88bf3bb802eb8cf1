"""Where the files of versions lie: `versions/<classifier>/<version id>/` in the data folder. Knows no model.

A version is written under a passing name and moved to its own in the transaction that adds its row. So it exists with
both or not at all; what a killed process left over is swept away by the next retraining.
"""

import os
import shutil
from pathlib import Path

from classifier.files import is_complete
from storage import jobs, versions
from storage.database import Database
from storage.tables import Version

UNFINISHED = ".unfinished"


def version_directory(data: Path, classifier: str, version_id: int) -> Path:
    """Return the directory of a version."""
    return data / "versions" / classifier / str(version_id)


def unfinished_directory(data: Path, classifier: str) -> Path:
    """Return an empty directory to write a new version into."""
    directory = data / "versions" / classifier / UNFINISHED
    shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(parents=True)
    return directory


def settle(data: Path, classifier: str, version_id: int) -> None:
    """Give the finished files their version's name; on disk for good before anybody is told."""
    source = data / "versions" / classifier / UNFINISHED
    target = version_directory(data, classifier, version_id)
    # Only a process killed between this and the commit leaves a directory under an id that is given again.
    shutil.rmtree(target, ignore_errors=True)
    for path in source.rglob("*"):
        if path.is_file():
            _sync(path)
    source.rename(target)
    _sync(target.parent)


def is_there(data: Path, row: Version) -> bool:
    """Tell whether a version's files are complete."""
    return is_complete(version_directory(data, row.classifier, row.id))


def sweep(database: Database, data: Path) -> None:
    """Remove half-written directories, those of versions that nobody comes back to, and workspaces of ended jobs."""
    with database.write() as session:
        versions.retire_outdated_candidates(session)
        kept, unfinished = versions.list_kept_ids(session), jobs.list_unfinished_ids(session)
    for directory in (data / "versions").glob("*/*"):
        if directory.name == UNFINISHED or (directory.name.isdigit() and int(directory.name) not in kept):
            shutil.rmtree(directory, ignore_errors=True)
    for workspace in (data / "jobs").glob("*"):
        if workspace.name not in map(str, unfinished):
            shutil.rmtree(workspace, ignore_errors=True)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

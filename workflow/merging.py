"""Hands a version of `llm_head` on as one plain checkpoint, for servers and programs that know no adapters."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from storage import versions
from storage.database import Database
from storage.tables import Version
from workflow.errors import NotFound, Refused, Unavailable
from workflow.roles import OPERATOR, Actor, require_lead
from workflow.version_files import is_there, version_directory

CLASSIFIER = "llm_head"


@dataclass(frozen=True)
class Merging:
    """The use case of merging adapters into what they were trained on."""

    database: Database
    data: Path

    def merge(self, directory: Path, number: int | None = None, by: Actor = OPERATOR) -> dict[str, Any]:
        """Write a version (the live one, or the one of that number) as a checkpoint into a new directory."""
        require_lead(by)
        # The models' libraries take seconds to import; refusals should not.
        with self.database.read() as session:
            row = _get(session, number)
        if directory.exists() and any(directory.iterdir()):
            raise Refused(f"{directory} is not empty; name a new directory.")
        if not is_there(self.data, row):
            raise Unavailable(
                f"The files of {CLASSIFIER}, version {row.number}, cannot be read; retrain it or roll it back."
            )
        from classifier.llm_head import LlmHeadClassifier

        try:
            LlmHeadClassifier.load(version_directory(self.data, CLASSIFIER, row.id)).merge(directory)
        except ValueError as error:
            raise Refused(str(error)) from error
        return {"version": row.number, "directory": str(directory), "labels": len(row.labels)}


def _get(session: Session, number: int | None) -> Version:
    if number is None:
        if (live := versions.get_live(session, CLASSIFIER)) is None:
            raise NotFound(f"No version of {CLASSIFIER} is live; name one with --version.")
        return live
    for row in versions.list_versions(session, CLASSIFIER):
        if row.number == number:
            return row
    raise NotFound(f"There is no version {number} of {CLASSIFIER}.")

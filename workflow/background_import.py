"""Imports that a page starts: each in a thread of this process, one at a time. How they stand lies in their rows.

So every tab shows the same, after a reload too, and the next process can tell that one was cut off.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from threading import Lock, Thread
from typing import Any

from storage import imports
from storage.tables import Import
from storage.tables.base import now
from workflow.errors import Refused, TriageError
from workflow.faults import explained
from workflow.import_views import ImportPlan, ImportState
from workflow.importing import Importing
from workflow.roles import OPERATOR, Actor, require_lead
from workflow.sample import SAMPLE_NAME
from workflow.source_file import understand

QUIET_SECONDS = 20.0
"""An import of another process that was silent for so long has died with it; a chunk takes about a second."""
UNFORESEEN = "Something went wrong on the server, whose log says more."
COUNTS = ("rows", "total", "added", "known", "rejected", "labelled")

logger = logging.getLogger(__name__)


class BackgroundImport:
    """Starts imports and tells how all of them stand, those of the command line among them."""

    def __init__(self, importing: Importing) -> None:
        self._importing = importing
        self._database = importing.database
        self._lock = Lock()
        self._running = 0

    def start(
        self, path: Path, plan: ImportPlan, by: Actor = OPERATOR, done: Callable[[], object] = lambda: None
    ) -> int:
        """Begin an import and return its id; `done` is called when it has ended, well or not."""
        require_lead(by)
        source = understand(path, plan.mapping, plan.encoding)
        with self._lock:
            if self._running:
                raise Refused("Another import is still running; this one can start when it has ended.")
            self._running = self._importing.begin(source.filename, by.name)
            import_id = self._running
        arguments = (import_id, path, plan, by, done)
        Thread(target=self._run, args=arguments, name=f"import {import_id}", daemon=True).start()
        return import_id

    def list(self, limit: int = 10) -> list[ImportState]:
        """Return the newest imports, the sample's left out."""
        with self._database.read() as session:
            return [self._state(row) for row in imports.list_imports(session, limit, without=SAMPLE_NAME)]

    def _run(self, import_id: int, path: Path, plan: ImportPlan, by: Actor, done: Callable[[], object]) -> None:
        try:
            self._importing.carry_out(path, plan, by, import_id=import_id)
        except Exception as error:
            self._fail(import_id, error)
        finally:
            self._running = 0
            done()

    def _fail(self, import_id: int, error: Exception) -> None:
        told = error if isinstance(error, TriageError) else explained(error)
        if told is None:
            logger.error("import %s failed", import_id, exc_info=error)
        with self._database.write() as session:
            imports.fail_import(session, import_id, str(told) if told else UNFORESEEN)

    def _state(self, row: Import) -> ImportState:
        status = _status(row, is_ours=row.id == self._running)
        counts = {name: row.counts.get(name, 0) for name in COUNTS}
        return ImportState(
            id=row.id,
            filename=row.filename,
            person=row.person,
            status=status,
            counts=counts,
            started_at=row.started_at,
            ended_at=row.ended_at,
            seconds_left=_seconds_left(row, counts) if status == "running" else None,
            why=row.counts.get("error", ""),
            report=_report(row) if status == "done" else None,
        )


def _status(row: Import, *, is_ours: bool) -> str:
    if row.ended_at is not None:
        return "failed" if "error" in row.counts else "done"
    return "running" if is_ours or abs((now() - _last_sign(row)).total_seconds()) < QUIET_SECONDS else "cut_off"


def _last_sign(row: Import) -> datetime:
    return datetime.fromisoformat(row.counts["at"]) if "at" in row.counts else row.started_at


def _seconds_left(row: Import, counts: Mapping[str, int]) -> float | None:
    """Return the time that the remaining rows need at the pace so far."""
    if not counts["rows"] or not counts["total"]:
        return None
    spent = (_last_sign(row) - row.started_at).total_seconds()
    return max(0.0, spent * (counts["total"] - counts["rows"]) / counts["rows"])


def _report(row: Import) -> dict[str, Any]:
    """Return the counts of the import; of the rejects file only its name, which is all that a download needs."""
    rejects = row.counts.get("rejects", "")
    return {**row.counts, "rejects": Path(rejects).name if rejects else ""}

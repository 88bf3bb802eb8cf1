"""What a person is told when disk or database fail: one sentence for each fault."""

from storage.database import Database
from storage.faults import Fault, fault_of, on_fault
from workflow.errors import Unavailable

SENTENCES = {
    Fault.FULL: "The disk is full or fails. What was stored before is still there; make room, then do this again.",
    Fault.LOCKED: "Another program keeps the database locked. Nothing of this was stored; try again in a moment.",
    Fault.READ_ONLY: "The data folder cannot be written to. Nothing of this was stored; see to its permissions.",
    Fault.DAMAGED: "The database file is damaged. Stop the app and restore a backup: python app.py restore FILE DIR",
}


def explained(error: BaseException) -> Unavailable | None:
    """Return a fault of disk or database as people are told it, None for any other error."""
    fault = fault_of(error)
    return Unavailable(SENTENCES[fault]) if fault else None


def is_locked(error: BaseException) -> bool:
    """Tell whether an error says that another program keeps the database locked, in whatever words."""
    return any(fault_of(cause) is Fault.LOCKED for cause in (error, error.__cause__) if cause)


def explain_faults(database: Database) -> None:
    """Have every fault of an open database raised as people are told it."""
    on_fault(database, lambda fault: Unavailable(SENTENCES[fault]))

"""Which version is live, and what follows from a change of it. All or nothing: the caller owns the transaction."""

from sqlalchemy.orm import Session

from classifier.examples import CLASSIFIERS
from storage import jobs, versions
from storage.tables import Job, Version, VersionStatus
from workflow.errors import NotFound, Refused

SWITCHABLE = (*CLASSIFIERS, "retriever")
"""The reference is a measure, not something that speaks."""


def promote(session: Session, version_id: int, reason: str = "Promoted by hand.") -> Version:
    """Make a version live and have everything predicted by it."""
    row = versions.get_version(session, version_id)
    if row is None:
        raise NotFound(f"There is no version with the id {version_id}.")
    if row.classifier not in SWITCHABLE:
        raise Refused(f"A version of the {row.classifier} cannot be promoted; it is scored with every retraining.")
    if row.status == VersionStatus.LIVE:
        raise Refused(f"Version {row.number} of {row.classifier} is live already.")
    versions.make_live(session, row, reason)
    ask_for_predictions(session, refresh=True)
    return row


def roll_back(session: Session, classifier: str) -> Version:
    """Make the version live again that was live before; what it said is still stored and counts again."""
    live = versions.get_live(session, classifier)
    previous = versions.get_previous_live(session, classifier)
    if classifier not in SWITCHABLE:
        raise NotFound(f"There is no classifier {classifier!r}; there are {', '.join(SWITCHABLE)}.")
    if live is None or previous is None:
        raise Refused(f"There is no earlier live version of {classifier} to go back to.")
    versions.roll_back(session, live, previous)
    ask_for_predictions(session, refresh=True)
    return previous


def ask_for_predictions(session: Session, *, refresh: bool = False, person: str = "") -> Job:
    """Queue a predict job, or have the unfinished one look once more; `refresh` has all places recomputed."""
    job = jobs.get_unfinished(session, jobs.PREDICT)
    if job is None:
        return jobs.add_job(session, jobs.PREDICT, CLASSIFIERS, person, {"asked": 1, "refresh": refresh})
    asked = job.options.get("asked", 0) + 1
    job.options = {**job.options, "asked": asked, "refresh": refresh or job.options.get("refresh", False)}
    return job

"""What a worker hands to the body of a job, and how a body may end early. Knows no kind of job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workflow.errors import TriageError
from workflow.faults import explained
from workflow.job_watch import Hand


class GiveWay(Exception):  # noqa: N818 - not an error
    """Raised by a job that lets a more important one go first; it goes on afterwards."""


class PartlyFailed(Exception):  # noqa: N818 - reads as the sentence it carries
    """Raised at the end of a job of which some parts failed and the others stay."""


@dataclass(frozen=True, slots=True)
class Task:
    """A claimed job as its body sees it: what to do, where to report, where files lie."""

    hand: Hand
    kind: str
    classifiers: tuple[str, ...]
    data: Path
    options: dict[str, Any] = field(default_factory=dict)
    person: str = ""


def fared(parts: Mapping[str, str], how: str) -> str:
    """Say of each part how it fared and why, a sentence each: "bert failed: The disk is full."."""
    return " ".join(f"{name} {how}: {why}" for name, why in parts.items())


Body = Callable[[Task], str]
"""Does a job's work and returns the sentence with which the job ends."""


def sentence(error: BaseException) -> str:
    """Say in one line what went wrong; the traceback belongs in the log."""
    error = explained(error) or error
    said = " ".join(str(error).split())
    named = isinstance(error, TriageError | ValueError | RuntimeError | PartlyFailed) and said
    return (said if named else f"{type(error).__name__}: {said}".rstrip(": "))[:500]

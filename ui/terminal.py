"""Answers and progress on a terminal: what the command line shows. Knows views, and no command.

Answers go to standard output, everything else to standard error, so that a pipe carries answers alone.
"""

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from workflow.errors import Refused
from workflow.views import JobView, JsonValue, as_json

if TYPE_CHECKING:
    from workflow.use_cases import UseCases

POLL_SECONDS = 0.5
SECONDS_BETWEEN_LINES = 5.0
UNFINISHED = {"queued", "running"}


class Progress:
    """A watch on standard error: one line that changes in a terminal, a line every few seconds elsewhere."""

    def __init__(self) -> None:
        self._in_place = sys.stderr.isatty()
        self._next = 0.0
        self._open = False

    def progress(self, done: float, message: str = "") -> None:
        """Show how much of the work is done, if the last showing is long enough ago."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + (POLL_SECONDS if self._in_place else SECONDS_BETWEEN_LINES)
            self._write(f"{done:4.0%}  {message}")

    def point(self, series: str, step: int, value: float) -> None:
        """Leave curves to the page."""

    def end(self, message: str = "") -> None:
        """Leave the line, with a last word if there is one."""
        if message:
            self._write(message)
        if self._open:
            sys.stderr.write("\n")
            self._open = False

    def _write(self, line: str) -> None:
        sys.stderr.write(f"\r\x1b[K{line}" if self._in_place else f"{line}\n")
        sys.stderr.flush()
        self._open = self._in_place


def follow(cases: "UseCases", job: JobView, must_succeed: bool = True) -> JobView:
    """Show a job's progress until it ends; raise `Refused` when it did not succeed and must."""
    progress = Progress()
    while job.status in UNFINISHED:
        # Whoever waits sees to it that somebody works, also when the worker was killed meanwhile.
        cases.supervisor.ensure()
        progress.progress(job.progress, f"job {job.id}: {job.message}")
        time.sleep(POLL_SECONDS)
        job = cases.retraining.job(job.id)
    outcome = f"Job {job.id} {job.status}: {job.message}"
    if must_succeed and job.status != "succeeded":
        progress.end()
        raise Refused(outcome)
    progress.end(outcome)
    # Curves are for the page, and the log is in its file.
    return replace(job, curves={}, log="")


def averages(metrics: dict[str, Any]) -> dict[str, Any]:
    """Leave each label's own numbers out; hundreds of labels are for the page and for JSON."""
    return {name: of and {key: of[key] for key in of if key != "per_label"} for name, of in metrics.items()}


def say(answer: object, *, as_json_object: bool) -> None:
    """Write an answer to standard output, as one JSON object or as indented lines."""
    value = as_json(answer)
    text = json.dumps(value, ensure_ascii=False) if as_json_object else "\n".join(_lines(value))
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _lines(value: JsonValue, indent: str = "") -> Iterator[str]:
    pairs = value.items() if isinstance(value, dict) else [("-", inner) for inner in value]
    for name, inner in pairs:
        if isinstance(inner, dict | list) and inner:
            yield f"{indent}{name}"
            yield from _lines(inner, f"{indent}  ")
        else:
            yield f"{indent}{name}  {inner}"

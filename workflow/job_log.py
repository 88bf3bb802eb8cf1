"""The log file of a job, `logs/job-<id>.log` in the data folder: whatever is logged while it runs, tracebacks too."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workflow.log_lines import LineFormatter

TAIL_BYTES = 20_000


def log_path(data: Path, job_id: int) -> Path:
    """Return where a job's log lies."""
    return data / "logs" / f"job-{job_id}.log"


@contextmanager
def writing(data: Path, job_id: int) -> Iterator[None]:
    """Copy everything that is logged meanwhile into the job's file."""
    path = log_path(data, job_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(path, encoding="utf-8")
    handler.setFormatter(LineFormatter())
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(min(level, logging.INFO))
    try:
        yield
    finally:
        root.setLevel(level)
        root.removeHandler(handler)
        handler.close()


def tail(data: Path, job_id: int) -> str:
    """Return the last lines of a job's log, "" where there is none."""
    try:
        with log_path(data, job_id).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(max(0, size - TAIL_BYTES))
            said = file.read().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return ""
    # A cut may fall into a line, and into a character.
    return said if size <= TAIL_BYTES else said.partition("\n")[2]

"""The values that readers hand on: records as they stand in a file, and rows as News Triage understands them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a file. `line` is where it starts (for XLSX: its row).

    `values` is {column: cell}. Where the record could not be read, `problem` says why and `raw` holds what is there.
    """

    line: int
    values: dict[str, Any] = field(default_factory=dict)
    raw: Any = None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A record that was understood. `labels` is None where the file does not say, () where none applies."""

    line: int
    text: str
    labels: tuple[str, ...] | None = None
    external_id: str = ""
    source: str = ""
    published_at: datetime | None = None
    companies: tuple[str, ...] = ()
    split: str = ""


class Unusable(Exception):  # noqa: N818 - it is the verdict on one row, not an error of the program
    """A record that cannot become a row: the column and the reason."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(f"{column}: {reason}" if column else reason)
        self.column = column
        self.reason = reason


@dataclass
class Meter:
    """Tells how much of a file has been read (0..1); the reader turns it, whoever shows progress looks at it."""

    share: float = 0.0

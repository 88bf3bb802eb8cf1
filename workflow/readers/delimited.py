"""Reads CSV and TSV. A quote that is never closed costs its own line and not the rest of the file."""

import csv
from collections import deque
from collections.abc import Iterator

from workflow.readers.cells import printable
from workflow.readers.records import Record

MAX_RECORD_LINES = 500
"""A quoted field over more lines than this is taken for a quote that somebody forgot to close."""
NO_DELIMITER = "\x1f"
"""Stands in where a file has a single column, so that commas in its texts mean nothing."""


class _Endless(Exception):  # noqa: N818 - it leads to a verdict on one row
    pass


class DelimitedReader:
    """Yields records from numbered lines; the first record names the columns."""

    def __init__(self, lines: Iterator[tuple[int, str | None]], delimiter: str) -> None:
        self._lines = lines
        self._delimiter = delimiter
        self._again: deque[tuple[int, str | None]] = deque()
        self._taken: list[tuple[int, str]] = []
        self.columns: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Record]:
        while (record := self._next()) is not None:
            if record.problem:
                yield record
            elif not self.columns:
                self.columns = name_columns(record.raw)
            elif any(record.raw):
                yield self._fit(record)

    def _fit(self, record: Record) -> Record:
        cells, width = record.raw, len(self.columns)
        if len(cells) == width or (len(cells) > width and not any(cells[width:])):
            return Record(record.line, dict(zip(self.columns, map(unprotect, cells), strict=False)), cells)
        if len(self._taken) > 1:
            # Most likely an open quote that swallowed its neighbours: give those back.
            return self._give_back("a quote is opened and not closed on this line")
        return Record(record.line, raw=cells, problem=f"{len(cells)} columns where the header has {width}")

    def _next(self) -> Record | None:
        self._taken = []
        reader = csv.reader(self._feed(), delimiter=self._delimiter, strict=True)
        try:
            cells = next(reader)
        except StopIteration:
            return None
        except (csv.Error, _Endless) as error:
            return self._give_back(_explain(error))
        return Record(self._taken[0][0], raw=cells)

    def _feed(self) -> Iterator[str]:
        while True:
            number, line = self._again.popleft() if self._again else next(self._lines, (0, ""))
            if line == "":
                return
            if line is None or len(self._taken) >= MAX_RECORD_LINES:
                self._taken.append((number, line or ""))
                raise _Endless("the line is too long" if line is None else "a quote is opened and never closed")
            self._taken.append((number, line))
            yield line

    def _give_back(self, reason: str) -> Record:
        self._again.extendleft(reversed(self._taken[1:]))
        number, line = self._taken[0]
        return Record(number, raw=line.rstrip("\r\n")[:10_000], problem=reason)


def name_columns(cells: list[str]) -> tuple[str, ...]:
    """Return the header's names, each different from the others and none empty."""
    names: list[str] = []
    for position, cell in enumerate(cells, start=1):
        name = printable(cell).strip().lstrip("\ufeff") or f"column {position}"
        names.append(name if name not in names else f"{name} ({position})")
    return tuple(names)


def unprotect(cell: str) -> str:
    """Take away the apostrophe that keeps a spreadsheet from running a cell (see `workflow/csv_safe.py`)."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] in ("=", "+", "-", "@", "\t", "\r") and len(cell) > 1 else cell


def _explain(error: Exception) -> str:
    text = str(error)
    if "unexpected end of data" in text:
        return "a quote is opened and never closed"
    if "field larger" in text:
        return "a field is too long"
    if "expected after" in text:
        return "text follows a closing quote"
    return text

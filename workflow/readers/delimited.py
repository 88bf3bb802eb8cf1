"""Reads CSV and TSV. A quote that is never closed costs its own line and not the rest of the file."""

import csv
from collections import deque
from collections.abc import Iterator

from workflow.csv_safe import bare_cell
from workflow.readers.cells import shown_name
from workflow.readers.lines import MAX_LINE
from workflow.readers.records import Record

MAX_RECORD_LINES = 500
"""A quoted field over more lines than this is taken for a quote that somebody forgot to close."""
MAX_GIVEN_BACK = 100_000
"""In a file with so many open quotes no quoted field spans lines, else each would cost a look at hundreds."""
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
        self._given_back = 0
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
            return Record(record.line, dict(zip(self.columns, map(bare_cell, cells), strict=False)), cells)
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
        size, most = 0, MAX_RECORD_LINES if self._given_back < MAX_GIVEN_BACK else 1
        while (line := self._take()) != "":
            if line is None or len(self._taken) > most or size > MAX_LINE:
                raise _Endless("the line is too long" if line is None else "a quote is opened and never closed")
            size += len(line)
            yield line

    def _take(self) -> str | None:
        """Take the next line, "" at the end; blank ones between records are passed over."""
        while True:
            number, line = self._again.popleft() if self._again else next(self._lines, (0, ""))
            if line == "" or self._taken or line is None or not line.isspace():
                break
        if line != "":
            self._taken.append((number, line or ""))
        return line

    def _give_back(self, reason: str) -> Record:
        self._again.extendleft(reversed(self._taken[1:]))
        self._given_back += len(self._taken) - 1
        number, line = self._taken[0]
        return Record(number, raw=line.rstrip("\r\n")[:10_000], problem=reason)


def name_columns(cells: list[str]) -> tuple[str, ...]:
    """Return the header's names, each different from the others and none empty."""
    names: dict[str, None] = {}
    for position, cell in enumerate(cells, start=1):
        name = shown_name(cell) or f"column {position}"
        while name in names:
            name = f"{name} ({position})"
        names[name] = None
    return tuple(names)


def _explain(error: Exception) -> str:
    text = str(error)
    if "unexpected end of data" in text:
        return "a quote is opened and never closed"
    if "field larger" in text:
        return "a field is too long"
    if "expected after" in text:
        return "text follows a closing quote"
    return text

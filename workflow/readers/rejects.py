"""Writes the rows that could not be used, in the form of their file, each with line, column and reason."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from workflow.csv_safe import safe_row
from workflow.readers.cells import printable
from workflow.readers.records import Record, Unusable

ADDED = ("line", "column", "reason")
_SHEET_CELL = 32_000


class RejectsFile:
    """A file of rejected rows; it comes into being with the first one. Use as a context manager."""

    def __init__(self, path: Path, form: str, columns: tuple[str, ...], say: Callable[[str], str] = str) -> None:
        self.path = path.with_suffix(f".{form}")
        self.count = 0
        self._form = form
        self._columns = columns
        self._say = say
        self._close: Callable[[], None] = lambda: None
        self._write: Callable[[Record, Unusable], None] | None = None

    def __enter__(self) -> "RejectsFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def add(self, record: Record, verdict: Unusable) -> None:
        """Write one rejected row."""
        if self._write is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._write = {"xlsx": self._open_sheet, "jsonl": self._open_json, "json": self._open_json}.get(
                self._form, self._open_csv
            )()
        self.count += 1
        self._write(record, verdict)

    def _open_csv(self) -> Callable[[Record, Unusable], None]:
        file = self.path.open("w", encoding="utf-8-sig", newline="")
        self._close = file.close
        writer = csv.writer(file, delimiter="\t" if self._form == "tsv" else ",")
        writer.writerow(safe_row([*self._columns, *ADDED]))
        return lambda record, verdict: writer.writerow(safe_row(self._cells(record, verdict)))

    def _open_sheet(self) -> Callable[[Record, Unusable], None]:
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("rejects")
        self._close = lambda: book.save(self.path)
        sheet.append(safe_row([*self._columns, *ADDED]))
        return lambda record, verdict: sheet.append(
            [ILLEGAL_CHARACTERS_RE.sub("", str(cell))[:_SHEET_CELL] for cell in safe_row(self._cells(record, verdict))]
        )

    def _open_json(self) -> Callable[[Record, Unusable], None]:
        file = self.path.open("w", encoding="utf-8", errors="backslashreplace")
        array = self._form == "json"

        def close() -> None:
            file.write("\n]\n" if array else "")
            file.close()

        def write(record: Record, verdict: Unusable) -> None:
            values = record.values or {"raw": record.raw}
            line = json.dumps(values | self._verdict(record, verdict), ensure_ascii=False, default=str)
            file.write(("[\n" if self.count == 1 else ",\n") + line if array else line + "\n")

        self._close = close
        return write

    def _cells(self, record: Record, verdict: Unusable) -> list[Any]:
        cells = record.raw if isinstance(record.raw, list) else [record.raw] if record.raw else []
        if record.values:
            cells = [record.values.get(column) for column in self._columns]
        width = max(len(self._columns), 1)
        # What stands beyond the last column is kept in it, so that nothing of the row is lost.
        cells = [*cells[: width - 1], " ".join(map(str, cells[width - 1 :]))] if len(cells) > width else cells
        plain = [printable(cell) for cell in cells] + [""] * (len(self._columns) - len(cells))
        return [*plain, *self._verdict(record, verdict).values()]

    def _verdict(self, record: Record, verdict: Unusable) -> dict[str, Any]:
        reason = self._say(verdict.reason)
        return dict(zip(ADDED, (record.line, printable(verdict.column), printable(reason)), strict=True))

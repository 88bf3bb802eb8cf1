"""Reads the first sheet of an XLSX workbook, row by row. What the file says of its own size is not believed."""

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import openpyxl

from workflow.csv_safe import bare_cell
from workflow.errors import BadInput
from workflow.readers.cells import shown_name
from workflow.readers.delimited import name_columns
from workflow.readers.records import Meter, Record
from workflow.readers.unpacking import MAX_ROWS

if TYPE_CHECKING:
    # openpyxl has no public name for a sheet that is only read.
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet


def read_workbook(path: Path, meter: Meter) -> Iterator[Record]:
    """Yield the rows below the first row that is not empty, which names the columns."""
    # As an open file, because openpyxl would refuse a name that ends otherwise than a workbook's.
    with path.open("rb") as file:
        try:
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=True)
        except Exception as error:  # openpyxl raises whatever its parts raise on a damaged file
            raise BadInput(f"{shown_name(path.name)} is a damaged workbook.") from error
        sheet = workbook.worksheets[0] if workbook.worksheets else None
        if sheet is not None:
            yield from _rows(sheet, path, meter)


def _rows(sheet: "ReadOnlyWorksheet", path: Path, meter: Meter) -> Iterator[Record]:
    total = max(sheet.max_row or 1, 1)
    columns: tuple[str, ...] = ()
    # Many programs write a size that is wrong; openpyxl would leave out what lies beyond.
    sheet.reset_dimensions()
    rows = sheet.iter_rows(values_only=True, max_row=MAX_ROWS)
    for line, cells in enumerate(_guarded(rows, path), start=1):
        meter.share = min(1.0, line / total)
        values = [_plain(cell) for cell in cells]
        if not any(value not in ("", None) for value in values):
            continue
        if columns:
            yield Record(line, dict(zip(columns, values, strict=False)))
        else:
            columns = name_columns(values)


def _guarded(rows: Iterator[tuple[object, ...]], path: Path) -> Iterator[tuple[object, ...]]:
    try:
        yield from rows
    except Exception as error:
        raise BadInput(
            f"{shown_name(path.name)} is a damaged workbook: its sheet cannot be read to the end."
        ) from error


def _plain(cell: object) -> str | datetime | None:
    """Turn a cell into text (a number without a needless `.0`); empty stays None, times stay times."""
    if isinstance(cell, str):
        return bare_cell(cell)
    if cell is None or isinstance(cell, datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)

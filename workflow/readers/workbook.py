"""Reads the first sheet of an XLSX workbook, row by row. Refuses a workbook that unpacks to far more than it is."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl

from workflow.errors import BadInput
from workflow.readers.delimited import name_columns
from workflow.readers.records import Meter, Record

MAX_UNPACKED = 1 << 30
MAX_RATIO = 200
SMALL = 50 << 20
MAX_COLUMNS = 2_000


def is_workbook(path: Path) -> bool:
    """Tell whether the file is an XLSX workbook; raise BadInput where it is one that must not be opened."""
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError) as error:
        raise BadInput(f"{path.name} is a damaged archive ({error}).") from error
    if "xl/workbook.xml" not in {member.filename for member in members}:
        return False
    unpacked, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked > MAX_RATIO * max(packed, 1)):
        raise BadInput(f"{path.name} unpacks to {unpacked >> 20} MB, far too much; save the sheet as CSV.")
    return True


def read_workbook(path: Path, meter: Meter) -> Iterator[Record]:
    """Yield the rows below the first row that is not empty, which names the columns."""
    try:
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # openpyxl raises whatever its parts raise on a damaged file
        raise BadInput(f"{path.name} is a damaged workbook.") from error
    try:
        sheet = workbook.worksheets[0] if workbook.worksheets else None
        if sheet is not None:
            yield from _rows(sheet, path, meter)
    finally:
        workbook.close()


def _rows(sheet: Any, path: Path, meter: Meter) -> Iterator[Record]:  # noqa: ANN401 - openpyxl has no public type for it
    total = max(sheet.max_row or 1, 1)
    columns: tuple[str, ...] = ()
    rows = sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS if (sheet.max_column or 0) > MAX_COLUMNS else None)
    for line, cells in enumerate(_guarded(rows, path), start=1):
        meter.share = min(1.0, line / total)
        values = [_plain(cell) for cell in cells]
        if not any(value not in ("", None) for value in values):
            continue
        if columns:
            yield Record(line, dict(zip(columns, values, strict=False)))
        else:
            columns = name_columns(values)


def _guarded(rows: Iterator[tuple[Any, ...]], path: Path) -> Iterator[tuple[Any, ...]]:
    try:
        yield from rows
    except Exception as error:
        raise BadInput(f"{path.name} is a damaged workbook: its sheet cannot be read to the end.") from error


def _plain(cell: Any) -> Any:  # noqa: ANN401 - whatever a cell holds
    """Turn a cell into text (a number without a needless `.0`); empty stays None, times stay times."""
    if cell is None or isinstance(cell, str | datetime):
        return cell
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)

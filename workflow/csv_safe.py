"""Keeps spreadsheets from running what is only text: a cell that could be a formula gets a leading apostrophe.

Readers take the apostrophe away again, so what was exported comes back as it was.
"""

import re
from collections.abc import Iterable

# What begins with one of these may be run as a formula (OWASP, CSV injection). An apostrophe of the text's own before
# it gets another one, else the reader would take it away.
_RISKY = re.compile(r"'*[=+\-@\t\r]")


def safe_cell(value: object) -> object:
    """Return a cell that no spreadsheet runs; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and _RISKY.match(value) else value


def safe_row(cells: Iterable[object]) -> list[object]:
    """Return a row of which no cell is run."""
    return [safe_cell(cell) for cell in cells]


def bare_cell(cell: str) -> str:
    """Return a cell without the apostrophe that keeps a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") and _RISKY.match(cell) else cell

"""Keeps spreadsheets from running what is only text: a cell that could be a formula gets a leading apostrophe."""

from collections.abc import Iterable
from typing import Any

RISKY = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins with one of these may be run as a formula (OWASP, CSV injection)."""


def safe_cell(value: Any) -> Any:  # noqa: ANN401 - whatever a row holds
    """Return a cell that no spreadsheet runs; numbers stay numbers."""
    return f"'{value}" if isinstance(value, str) and value.startswith(RISKY) else value


def safe_row(cells: Iterable[Any]) -> list[Any]:
    """Return a row of which no cell is run."""
    return [safe_cell(cell) for cell in cells]

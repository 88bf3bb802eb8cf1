"""Looks through a file once before it is imported, to learn how it writes its labels. Keeps counts, never rows.

Two things can only be said of a file as a whole. Whether an empty list of labels means "none applies" (some other row
has a label) or "not known" (no row has). And which character joins labels: one inside a name must not split it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workflow.errors import BadInput
from workflow.readers.cells import LABEL_SEPARATORS, list_labels, split_labels
from workflow.readers.records import Record

MAX_LABELS = 5_000
MAX_CELLS = 200_000
MAX_CHARACTERS = 50_000_000
"""Of all different cells together: a column of long texts must not fill the memory."""


@dataclass(frozen=True)
class Survey:
    """What a file holds: readable rows, rows with a label, the separator of joined labels, {label: rows}.

    `judged` counts the rows that say which labels apply, be it none.
    """

    rows: int = 0
    labelled: int = 0
    judged: int = 0
    separator: str = ""
    labels: Mapping[str, int] = field(default_factory=dict)


def take_survey(records: Iterable[Record], column: str) -> Survey:
    """Count rows and labels in the labels' column ("" for none); raise BadInput where it cannot hold labels."""
    rows, joined, listed, labelled, empty = 0, _Joined(column), Counter[str](), 0, 0
    for record in records:
        if record.problem:
            continue
        rows += 1
        cell = record.values.get(column) if column else None
        if isinstance(cell, str) and not cell.lstrip().startswith("["):
            joined.add(cell.strip())
        elif names := _safe_labels(cell):
            labelled += 1
            listed.update(names)
        else:
            empty += cell is not None
        _refuse_too_many(column, len(listed), MAX_LABELS)
    separator = choose_separator(joined.cells)
    for cell, count in joined.cells.items():
        for name in _safe_labels(cell, separator):
            listed[name] += count
    _refuse_too_many(column, len(listed), MAX_LABELS)
    labelled += joined.cells.total()
    return Survey(rows, labelled, labelled + empty if labelled else 0, separator, dict(listed))


@dataclass
class _Joined:
    """The different cells with labels joined in them, each with its number of rows."""

    column: str
    cells: Counter[str] = field(default_factory=Counter)
    characters: int = 0

    def add(self, cell: str) -> None:
        """Count a cell; raise BadInput where there are too many for labels."""
        if cell and cell not in self.cells:
            self.characters += len(cell)
            _refuse_too_many(self.column, len(self.cells), MAX_CELLS)
            if self.characters > MAX_CHARACTERS:
                raise BadInput(f"The column {self.column} holds long texts; map another column as labels.")
        if cell:
            self.cells[cell] += 1


def choose_separator(cells: Mapping[str, int]) -> str:
    """Return the character that joins labels in these cells {cell: rows}, "" where none does.

    A bar always does. Any other joins labels that also occur otherwise; the comma of "Mergers, Acquisitions" always
    joins the same two.
    """
    for separator, characters in LABEL_SEPARATORS.items():
        occurs = any(character in cell for cell in cells for character in characters)
        if occurs and (separator == "|" or _separates(separator, cells)):
            return separator
    return ""


def _separates(separator: str, cells: Mapping[str, int]) -> bool:
    parts = {cell: {part.strip() for part in split_labels(cell, separator)} - {""} for cell in cells}
    cells_of: defaultdict[str, int] = defaultdict(int)
    for names in parts.values():
        for name in names:
            cells_of[name] += 1
    joined = [cell for cell, names in parts.items() if len(names) > 1]
    free = sum(any(cells_of[name] > 1 for name in parts[cell]) for cell in joined)
    fixed = sum(cells[cell] > 1 and all(cells_of[name] == 1 for name in parts[cell]) for cell in joined)
    return bool(joined) and free >= fixed


def _safe_labels(cell: object, separator: str = "") -> tuple[str, ...]:
    try:
        return list_labels(cell, separator) or ()
    except ValueError:
        # The row will be rejected with its reason when it is read for good.
        return ()


def _refuse_too_many(column: str, count: int, limit: int) -> None:
    if count > limit:
        raise BadInput(f"The column {column} holds more than {limit:,} different labels; map another column as labels.")

"""Takes annotations and the training set out, as JSONL or CSV, one row at a time. Knows no page.

No cell of a CSV is run as a formula. Whoever opens the file sets its encoding: `utf-8-sig`, for Excel to show Chinese.
"""

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from storage import exporting as rows_out
from storage.database import Database
from workflow.csv_safe import safe_row
from workflow.errors import BadInput
from workflow.views import as_json

ANNOTATION_COLUMNS = (
    *("annotation_id", "item_id", "external_id", "text", "kind", "labels_before", "labels_after"),
    *("person", "at", "note", "undoes", "source", "published_at"),
)
TRAINING_COLUMNS = ("id", "text", "labels", "split", "origin", "item_id", "source", "published_at", "companies")


def write_file(path: Path, encoding: str, write: Callable[[TextIO], int]) -> int:
    """Write an export to a file that is whole or stays what it was; return the number of rows."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.name}.part")
    try:
        with aside.open("w", encoding=encoding, newline="") as stream:
            rows = write(stream)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
    return rows


@dataclass(frozen=True)
class Exporting:
    """The use cases of the way out. Each writes to a text stream, opened with `newline=""`, and counts the rows."""

    database: Database

    def annotations(self, form: str, stream: TextIO) -> int:
        """Write every annotation with person, time, and the item's labels before and after it."""
        return self._write(form, stream, ANNOTATION_COLUMNS, rows_out.iter_annotations)

    def training(self, form: str, stream: TextIO) -> int:
        """Write every labelled item with text, labels, split and where its labels come from; imports read it back."""
        return self._write(form, stream, TRAINING_COLUMNS, rows_out.iter_labelled)

    def _write(self, form: str, stream: TextIO, columns: Sequence[str], read: Callable[..., Iterable[Any]]) -> int:
        write = _writer(form, stream, columns)
        count = 0
        # One snapshot for the whole file: what people save meanwhile is not half in it.
        with self.database.read() as session:
            for row in read(session):
                write(row)
                count += 1
        return count


def join_names(names: Sequence[str] | None) -> str:
    """Join names for one cell as an import reads it: `[]` is "none applies", an empty cell "not known"."""
    if names is None:
        return ""
    # A name that holds a separator would be torn apart, so such a list, like an empty one, is written as JSON.
    if not names or names[0].startswith("[") or any(set(name) & set("|;,、；，｜") for name in names):
        return json.dumps(list(names), ensure_ascii=False)
    return "|".join(names)


def _writer(form: str, stream: TextIO, columns: Sequence[str]) -> Callable[[dict[str, Any]], object]:
    if form == "jsonl":
        return lambda row: stream.write(json.dumps(as_json(row), ensure_ascii=False) + "\n")
    if form != "csv":
        raise BadInput(f"There is no export as {form}; choose jsonl or csv.")
    rows = csv.writer(stream)
    rows.writerow(columns)
    return lambda row: rows.writerow(safe_row(_cell(column, row[column]) for column in columns))


def _cell(column: str, value: Any) -> Any:  # noqa: ANN401 - whatever a row holds
    if column.startswith("labels"):
        return join_names(value)
    return join_names(value or None) if isinstance(value, list) else as_json(value)

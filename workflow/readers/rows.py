"""Turns records into rows: picks the mapped columns, cleans them, and says why one cannot be used."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from workflow.readers.cells import MAX_NAME, clean_text, list_companies, list_labels, printable
from workflow.readers.dates import parse_date
from workflow.readers.records import Record, Row, Unusable
from workflow.readers.survey import Survey

Cell = TypeVar("Cell")

MAX_TEXT = 100_000
MAX_COMPANIES = 200
_SPLITS = {"train": "train", "validation": "validation", "valid": "validation", "val": "validation"} | {
    "dev": "validation",
    "gold": "gold",
    "test": "gold",
}


@dataclass(frozen=True)
class RowParser:
    """Parses records of one file by its mapping {field: column} and by what the survey found."""

    mapping: Mapping[str, str]
    survey: Survey

    def parse(self, record: Record) -> Row:
        """Return the row; raise Unusable with column and reason."""
        if record.problem:
            raise Unusable("", record.problem)
        return Row(
            line=record.line,
            text=self._text(record),
            labels=self._labels(record),
            external_id=self._name(record, "external_id"),
            source=self._name(record, "source"),
            published_at=self._date(record),
            companies=self._companies(record),
            split=_SPLITS.get(self._name(record, "split").lower(), ""),
        )

    def _text(self, record: Record) -> str:
        text = self._cell(record, "text", clean_text)
        title = self._cell(record, "title", clean_text)
        if title and not text.startswith(title):
            text = f"{title}\n{text}".strip()
        if not text:
            raise Unusable(self.mapping["text"], "no text")
        if len(text) > MAX_TEXT:
            raise Unusable(self.mapping["text"], f"{len(text):,} characters, more than {MAX_TEXT:,}")
        return text

    def _labels(self, record: Record) -> tuple[str, ...] | None:
        labels = self._cell(record, "labels", lambda cell: list_labels(cell, self.survey.separator))
        if not self.survey.labelled:
            # No row of the file has a label, so an empty list means "not known" and not "none applies".
            return None
        return labels

    def _name(self, record: Record, field: str) -> str:
        name = self._cell(record, field, clean_text)
        if len(name) > MAX_NAME:
            raise Unusable(self.mapping[field], f"{len(name):,} characters, more than {MAX_NAME}")
        return " ".join(name.split())

    def _date(self, record: Record) -> datetime | None:
        return self._cell(record, "published_at", parse_date)

    def _companies(self, record: Record) -> tuple[str, ...]:
        tags = record.values.get(self.mapping.get("labels", ""))
        if "companies" not in self.mapping and not (isinstance(tags, list) and tags and isinstance(tags[0], dict)):
            return ()
        names = self._cell(record, "companies", lambda cell: list_companies(cell, tags))
        column = self.mapping.get("companies", self.mapping.get("labels", ""))
        if len(names) > MAX_COMPANIES:
            raise Unusable(column, f"{len(names):,} companies, more than {MAX_COMPANIES}")
        if any(len(name) > MAX_NAME for name in names):
            raise Unusable(column, f"a company's name of more than {MAX_NAME} characters")
        return names

    def _cell(self, record: Record, field: str, read: Callable[[Any], Cell]) -> Cell:
        column = self.mapping.get(field, "")
        try:
            return read(record.values.get(column))
        except ValueError as error:
            raise Unusable(column, printable(error)) from None

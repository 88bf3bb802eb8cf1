"""A file that was understood: what its columns mean and what a first look at all of it found. Stores nothing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import NoReturn

from workflow.errors import BadInput
from workflow.readers import (
    Record,
    RejectsFile,
    Row,
    RowParser,
    Survey,
    Table,
    Unusable,
    check_mapping,
    guess_mapping,
    open_table,
    shown_name,
    take_survey,
)

PREVIEW_ROWS = 10
PREVIEW_LOOKED_AT = 1_000
"""Records among which a preview looks for rows that cannot be used."""


@dataclass(frozen=True)
class SourceFile:
    """A file's table, the mapping in force, and what the survey found."""

    table: Table
    mapping: dict[str, str]
    survey: Survey

    @property
    def filename(self) -> str:
        """Return its name as it can be shown."""
        return shown_name(self.table.path.name)

    @property
    def parser(self) -> RowParser:
        """Return what turns its records into rows."""
        return RowParser(self.mapping, self.survey)


def understand(path: Path | str, mapping: Mapping[str, str] | None, encoding: str | None) -> SourceFile:
    """Look through a file; raise BadInput for a file or a mapping that cannot be used."""
    path = Path(path)
    table = open_once(path, encoding)
    chosen = check_mapping(guess_mapping(table.columns) | dict(mapping or {}), table.columns, table.path.name)
    survey = _survey(table, chosen.get("labels", ""), _stamp(path))
    if not survey.rows:
        _refuse_unreadable(table)
    return SourceFile(table, chosen, survey)


def _refuse_unreadable(table: Table) -> NoReturn:
    name = shown_name(table.path.name)
    if found := next((record for record in table.records() if record.problem), None):
        raise BadInput(f"{name} has no row that can be read; line {found.line}: {found.problem}.")
    raise BadInput(f"{name} has no row that can be read.")


def open_once(path: Path, encoding: str | None = None) -> Table:
    """Open a file as a table; raise BadInput where it is none."""
    return _open(path, encoding, _stamp(path))


# A preview, each change of its columns and the import all ask the same of a file that may take seconds to read; the
# stamp makes it another file once it was written again.
@lru_cache(maxsize=4)
def _open(path: Path, encoding: str | None, stamp: tuple[int, int]) -> Table:
    return open_table(path, encoding)


@lru_cache(maxsize=4)
def _survey(table: Table, column: str, stamp: tuple[int, int]) -> Survey:
    return take_survey(table.records(), column)


def _stamp(path: Path) -> tuple[int, int]:
    return (path.stat().st_mtime_ns, path.stat().st_size) if path.is_file() else (0, 0)


def look(source: SourceFile) -> tuple[list[Row], list[tuple[int, str, str]]]:
    """Return the first rows, and what cannot be used near the start as (line, column, reason)."""
    rows: list[Row] = []
    rejected: list[tuple[int, str, str]] = []
    for record in islice(source.table.records(), PREVIEW_LOOKED_AT):
        try:
            row = source.parser.parse(record)
        except Unusable as verdict:
            rejected.append((record.line, verdict.column, verdict.reason))
        else:
            rows += [row] if len(rows) < PREVIEW_ROWS else []
    return rows, rejected


def usable(records: Iterable[Record], parser: RowParser, rejects: RejectsFile) -> Iterator[Row | None]:
    """Yield the row of each record, None for one that cannot be used, which goes to the rejects."""
    for record in records:
        try:
            yield parser.parse(record)
        except Unusable as verdict:
            rejects.add(record, verdict)
            yield None

"""Opens a file as a table of records, going by its content: a name may lie, a photo called `news.csv` is refused."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from workflow.errors import BadInput
from workflow.readers.cells import shown_name
from workflow.readers.columns import guess_mapping
from workflow.readers.delimited import NO_DELIMITER, DelimitedReader
from workflow.readers.encodings import HEAD, check_encoding, detect_encoding
from workflow.readers.json_array import JsonArrayReader
from workflow.readers.json_lines import read_json_lines
from workflow.readers.lines import MAX_LINE, open_text, read_lines
from workflow.readers.records import Meter, Record
from workflow.readers.unpacking import is_workbook
from workflow.readers.workbook import read_workbook

DELIMITERS = (",", "\t", ";", "|")
SAMPLE_RECORDS = 200
MAX_COLUMNS = 2_000
LINES_LOOKED_AT = 20
FEW = 8
"""Characters that are no text and prove nothing yet."""
_BLANK = "\ufeff \t\r\n"
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_UNDECODABLE = re.compile(r"[\ufffd\udc80-\udcff]")


@dataclass(frozen=True)
class Table:
    """A file that can be read as records, as often as needed. `form` is csv, tsv, jsonl, json or xlsx."""

    path: Path
    form: str
    encoding: str
    delimiter: str = ""
    columns: tuple[str, ...] = ()

    def records(self, meter: Meter | None = None) -> Iterator[Record]:
        """Yield the records from the start, in constant memory."""
        meter = meter or Meter()
        if self.form == "xlsx":
            yield from read_workbook(self.path, meter)
            return
        with open_text(self.path, self.encoding, meter) as stream:
            if self.form == "json":
                yield from JsonArrayReader(stream)
            elif self.form == "jsonl":
                yield from read_json_lines(read_lines(stream))
            else:
                yield from DelimitedReader(read_lines(stream), self.delimiter)


def open_table(path: Path | str, encoding: str | None = None) -> Table:
    """Find out what a file is; raise BadInput, in one sentence, where it is no table of texts."""
    path = Path(path)
    _check_file(path)
    if is_workbook(path):
        return _with_columns(Table(path, "xlsx", "utf-8"))
    encoding = check_encoding(encoding) if encoding else detect_encoding(path)
    head = _read_head(path, encoding)
    if _looks_binary(head):
        raise BadInput(f"{_name(path)} is no table of texts: it looks like a picture, a program or an archive.")
    if head[:1] in ("{", "["):
        return _with_columns(Table(path, "jsonl" if _is_json_lines(path, encoding, head) else "json", encoding))
    delimiter = _guess_delimiter(head)
    return _with_columns(Table(path, "tsv" if delimiter == "\t" else "csv", encoding, delimiter))


def _check_file(path: Path) -> None:
    if not path.exists():
        raise BadInput(f"There is no file {shown_name(path)}.")
    if path.is_dir():
        raise BadInput(f"{shown_name(path)} is a folder; name a file in it.")
    if not path.is_file():
        raise BadInput(f"{shown_name(path)} is not an ordinary file.")
    if not path.stat().st_size:
        raise BadInput(f"{_name(path)} is empty.")


def _name(path: Path) -> str:
    return shown_name(path.name)


def _read_head(path: Path, encoding: str) -> str:
    """Return the beginning of a file from its first character that is not blank."""
    with open_text(path, encoding, Meter()) as stream:
        while block := stream.read(HEAD):
            if head := block.lstrip(_BLANK):
                return head + stream.read(HEAD - len(head))
    return ""


def _looks_binary(head: str) -> bool:
    """Tell by its characters; some lines of another encoding, or a stray NUL, do not make a table a picture."""
    controls, undecodable = len(_CONTROL.findall(head)), len(_UNDECODABLE.findall(head))
    return controls > max(len(head) / 50, FEW) or undecodable > max(len(head) / 5, FEW)


def _is_json_lines(path: Path, encoding: str, head: str) -> bool:
    with open_text(path, encoding, Meter()) as stream:
        # One that is too long to be read is no object either.
        filled = ("" if line is None else line.strip(_BLANK) for _, line in read_lines(stream) if line != "\n")
        lines = list(islice((line for line in filled if line), LINES_LOOKED_AT))
    if not lines:
        # A list is read one object after the other, however long its line is, be it inside of an object.
        return head[0] == "{" and next(Table(path, "json", encoding).records(), None) is None
    if len(lines) == 1 and isinstance(value := _parsed(lines[0]), dict):
        # A single line may also be one object that holds the list of all rows.
        return "text" in guess_mapping(value) or not any(_is_list_of_objects(inner) for inner in value.values())
    are_objects = [isinstance(_parsed(line), dict) for line in lines]
    return any(are_objects[:1]) or sum(are_objects) > len(lines) / 2


def _parsed(line: str) -> object:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _guess_delimiter(head: str) -> str:
    """Return the delimiter whose header names most fields; a file of one column has none."""

    def fields(delimiter: str) -> tuple[int, int]:
        header = next(_parse_head(head, delimiter), [])
        return (len(guess_mapping(header)), len(header)) if len(header) > 1 else (0, 0)

    best = max(DELIMITERS, key=fields)
    return best if fields(best) > (0, 0) else NO_DELIMITER


def _parse_head(head: str, delimiter: str) -> Iterator[list[str]]:
    try:
        for cells in csv.reader(io.StringIO(head, newline=""), delimiter=delimiter):
            if any(cells):
                yield cells
    except csv.Error:
        return


def _with_columns(table: Table) -> Table:
    columns = _delimited_columns(table) if table.delimiter else _collect(islice(table.records(), SAMPLE_RECORDS))
    if not columns:
        _refuse_long_line(table)
        raise BadInput(f"{_name(table.path)} holds no rows of a table with a header, and no list of JSON objects.")
    if len(columns) > MAX_COLUMNS:
        raise BadInput(
            f"{_name(table.path)} has more than {MAX_COLUMNS:,} columns; leave out those that no news needs."
        )
    return replace(table, columns=columns)


def _refuse_long_line(table: Table) -> None:
    """Say so where a line near the start is what keeps a file that is read by lines from being read."""
    if table.form in ("xlsx", "json"):
        return
    with open_text(table.path, table.encoding, Meter()) as stream:
        for number, line in islice(read_lines(stream), LINES_LOOKED_AT):
            if line is None:
                raise BadInput(
                    f"{_name(table.path)} cannot be read: line {number} is longer than {MAX_LINE:,} characters."
                )


def _delimited_columns(table: Table) -> tuple[str, ...]:
    with open_text(table.path, table.encoding, Meter()) as stream:
        reader = DelimitedReader(read_lines(stream), table.delimiter)
        return reader.columns if next(iter(reader), None) else ()


def _collect(records: Iterable[Record]) -> tuple[str, ...]:
    columns: dict[str, None] = {}
    for record in records:
        # A name that cannot be shown cannot be chosen either.
        columns |= {column: None for column in record.values if shown_name(column) == column.strip()}
        if len(columns) > MAX_COLUMNS:
            break
    return tuple(columns)

"""Reads JSONL: one JSON object on each line."""

import json
from collections.abc import Iterator

from workflow.readers.records import Record


def read_json_lines(lines: Iterator[tuple[int, str | None]]) -> Iterator[Record]:
    """Yield a record for each line that is not blank."""
    for number, line in lines:
        if line is None:
            yield Record(number, raw="", problem="the line is too long")
        elif line := line.strip().lstrip("\ufeff"):
            yield parse_object(number, line)


def parse_object(number: int, text: str) -> Record:
    """Parse one JSON object; the record carries the problem where it is broken."""
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        return Record(number, raw=text[:10_000], problem=f"broken JSON: {error.msg} at character {error.pos + 1}")
    except (RecursionError, ValueError) as error:
        reason = "too deeply nested" if isinstance(error, RecursionError) else str(error).partition(";")[0]
        return Record(number, raw=text[:10_000], problem=f"broken JSON: {reason}")
    return as_record(number, values, text)


def as_record(number: int, values: object, text: str) -> Record:
    """Wrap a parsed value; only an object can be a record."""
    if isinstance(values, dict):
        return Record(number, values)
    return Record(number, raw=text[:10_000], problem="not a JSON object")

"""Weighs an XLSX workbook before it is opened: one that would fill the memory is refused. Knows zip and tags, no cells.

The table of shared texts and whatever is no sheet are held as trees, a sheet row by row; each has limits of its own.
"""

import re
import zipfile
import zlib
from pathlib import Path

from workflow.errors import BadInput
from workflow.readers.cells import shown_name

MAX_UNPACKED = 1 << 30
MAX_RATIO = 200
SMALL = 50 << 20
MAX_ROWS = 1_048_576
"""Of a sheet, as Excel has it."""
MAX_ROW = 8 << 20
"""Bytes from one row to the next: a text of the greatest length in a dozen cells."""
MAX_TREES = 256 << 20
MAX_TAGS = 8_000_000
"""Of all parts that are no sheets: four for each shared text."""
BLOCK = 1 << 20
LONGEST = 32
_ROW = re.compile(rb"<(?:\w{1,20}:)?row[\s/>]")
_OLD = bytes.fromhex("d0cf11e0a1b11ae1")


def is_workbook(path: Path) -> bool:
    """Tell whether the file is an XLSX workbook; raise BadInput where it is one that must not or cannot be opened."""
    with path.open("rb") as file:
        if file.read(len(_OLD)) == _OLD:
            raise BadInput(
                f"{shown_name(path.name)} is an old or locked workbook; save it as XLSX, without a password."
            )
    if not zipfile.is_zipfile(path):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return _is_sound(archive, shown_name(path.name))
    # Whatever the unpacking of damaged bytes raises; RuntimeError asks for a password.
    except (zipfile.BadZipFile, OSError, EOFError, RuntimeError, NotImplementedError, zlib.error) as error:
        raise BadInput(f"{shown_name(path.name)} is a damaged archive ({error}).") from error


def _is_sound(archive: zipfile.ZipFile, name: str) -> bool:
    parts = archive.infolist()
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        return False
    unpacked, packed = sum(part.file_size for part in parts), sum(part.compress_size for part in parts)
    if unpacked > MAX_UNPACKED or (unpacked > SMALL and unpacked > MAX_RATIO * max(packed, 1)):
        raise BadInput(f"{name} unpacks to {unpacked >> 20} MB, far too much; save the sheet as CSV.")
    sheets = [part for part in parts if part.filename.startswith("xl/worksheets/")]
    trees = [part for part in parts if part not in sheets and not part.filename.startswith("xl/media/")]
    if not (_are_light_trees(archive, trees) and all(_is_light_sheet(archive, part) for part in sheets)):
        raise BadInput(f"{name} holds more than a sheet can; save it as CSV.")
    return True


def _are_light_trees(archive: zipfile.ZipFile, parts: list[zipfile.ZipInfo]) -> bool:
    tags = 0
    for part in parts:
        with archive.open(part) as stream:
            while (block := stream.read(BLOCK)) and tags <= MAX_TAGS:
                tags += block.count(b"<")
    return tags <= MAX_TAGS and sum(part.file_size for part in parts) <= MAX_TREES


def _is_light_sheet(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    """Tell whether a sheet has no more rows, and no longer ones, than a person could have written."""
    rows = last = offset = 0
    tail = b""
    with archive.open(part) as stream:
        while block := stream.read(BLOCK):
            window, done = tail + block, 0
            for found in _ROW.finditer(window):
                start, done = offset + found.start(), found.end()
                if start - last > MAX_ROW:
                    return False
                rows, last = rows + 1, start
            # A tag may be cut in two at the end of a block.
            done = max(done, len(window) - LONGEST)
            tail, offset = window[done:], offset + done
    return rows <= MAX_ROWS and offset + len(tail) - last <= MAX_ROW

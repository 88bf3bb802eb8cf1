"""Finds out how a file's characters are written: UTF-8, UTF-16, UTF-32, GB18030 or Windows-1252. Knows no tables."""

import codecs
import re
from pathlib import Path

from workflow.errors import BadInput
from workflow.readers.cells import shown_name

HEAD = 1 << 16
BLOCK = 1 << 20
# The mark of UTF-32 begins with that of UTF-16, so it is looked for first.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HIGH = re.compile(rb"[\x80-\xff]+")


def detect_encoding(path: Path) -> str:
    """Return the name of the codec that reads the file; the whole file is looked at, a block at a time."""
    with path.open("rb") as file:
        head = file.read(HEAD)
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    if wide := _wide_encoding(head):
        return wide
    sound, broken, runs, single = _weigh(path)
    # A file of UTF-8 with some damaged lines is still UTF-8: those lines are rejected one by one.
    if sound >= broken:
        return "utf-8"
    # Chinese bytes come in pairs, an accent or a curly quote in Western text stands alone.
    return "gb18030" if runs >= single else "cp1252"


def check_encoding(name: str) -> str:
    """Return the encoding's name; raise BadInput where there is none of that name."""
    try:
        # Encoding refuses what translates bytes into bytes, such as base64.
        "".encode(name)
        return codecs.lookup(name).name
    except (LookupError, ValueError):
        raise BadInput(f"There is no encoding called {shown_name(name)}; try utf-8, utf-16 or gb18030.") from None


def decoding_errors(encoding: str) -> str:
    """Return how undecodable bytes are kept, so that the row that holds them can be rejected."""
    return "replace" if encoding.startswith(("utf-16", "utf-32")) else "surrogateescape"


def _wide_encoding(head: bytes) -> str:
    even, odd = head[::2].count(0), head[1::2].count(0)
    nulls = even + odd
    # Every table has ASCII in it (commas, line ends), and in UTF-16 its zeros all lie on the same side.
    if nulls < 4 or nulls < len(head) / 200 or max(even, odd) < 0.95 * nulls:
        return ""
    name = "utf-16-le" if odd > even else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(name, "replace")
    return name if text.count("\ufffd") <= len(text) / 100 and "\x00" not in text else ""


def _weigh(path: Path) -> tuple[int, int, int, int]:
    """Count lines with high bytes that are sound UTF-8 and that are not; in these, high bytes in runs and alone."""
    sound = broken = runs = single = 0
    with path.open("rb") as file:
        # A line longer than a block is judged in pieces, so memory stays bounded.
        while line := file.readline(BLOCK):
            if line.isascii():
                continue
            if _is_utf8(line):
                sound += 1
                continue
            broken += 1
            lengths = [len(run) for run in _HIGH.findall(line)]
            single += sum(1 for length in lengths if length == 1)
            runs += sum(length for length in lengths if length > 1)
    return sound, broken, runs, single


def _is_utf8(line: bytes) -> bool:
    try:
        # A piece of a long line may end within a character; that is no fault of the line.
        codecs.getincrementaldecoder("utf-8")().decode(
            line.lstrip(bytes(range(0x80, 0xC0))) if len(line) == BLOCK else line
        )
    except UnicodeDecodeError:
        return False
    return True

"""Physical lines of a text file with their numbers, however long a line may be. Knows no format."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from workflow.errors import BadInput
from workflow.readers.cells import shown_name
from workflow.readers.encodings import decoding_errors
from workflow.readers.records import Meter

MAX_LINE = 2_000_000
"""Characters; the longest text allowed fits even when JSON writes each character as an escape."""


@contextmanager
def open_text(path: Path, encoding: str, meter: Meter) -> Iterator[io.TextIOWrapper]:
    """Open a file as text; reading turns the meter. Line ends stay as they are. Raise BadInput for a wrong encoding."""
    size = max(path.stat().st_size, 1)
    with path.open("rb") as binary:
        try:
            yield io.TextIOWrapper(_Metered(binary, size, meter), encoding, decoding_errors(encoding), newline="")
        except UnicodeError as error:
            raise BadInput(f"{shown_name(path.name)} is not written in {encoding}; name another encoding.") from error


def read_lines(stream: io.TextIOWrapper) -> Iterator[tuple[int, str | None]]:
    """Yield (line number, line); None in place of a line that is too long to be read."""
    number = 0
    while line := stream.readline(MAX_LINE):
        number += 1
        if len(line) < MAX_LINE or line.endswith(("\n", "\r")):
            yield number, line
            continue
        while (rest := stream.readline(MAX_LINE)) and not rest.endswith(("\n", "\r")):
            pass
        yield number, None


class _Metered(io.BufferedReader):
    """A binary file that tells the meter how far it has been read."""

    def __init__(self, binary: io.BufferedReader, size: int, meter: Meter) -> None:
        super().__init__(binary.raw, buffer_size=1 << 18)
        self._size = size
        self._meter = meter

    def read1(self, size: int = -1, /) -> bytes:
        data = super().read1(size)
        self._meter.share = min(1.0, self.tell() / self._size)
        return data

"""Reads JSON: an array of objects, at the top or inside an object. A broken element does not stop the others."""

import json
import re
from collections.abc import Iterator
from typing import TextIO

from workflow.readers.json_lines import as_record
from workflow.readers.lines import MAX_LINE
from workflow.readers.records import Record

BLOCK = 1 << 16
_START = re.compile(r"\[\s*(?=\{)")
_BETWEEN = re.compile(r"[\s,]*")
# Only spaces may stand between: with line ends, a long run of them would be searched from each of its places.
_NEXT_OBJECT = re.compile(r"(?<=[\n\r,])[ \t]*(?=\{)")
_LINE_END = re.compile(r"\r\n?|\n")


class JsonArrayReader:
    """Yields the elements of the first array of objects in the stream, with the line on which each starts.

    Works on a window of text: an element is decoded as soon as the window holds it whole.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._decoder = json.JSONDecoder()
        self._window = ""
        self._at = 0
        self._line = 1
        self._lost = False

    def __iter__(self) -> Iterator[Record]:
        if not self._to_start():
            return
        while True:
            self._go(_BETWEEN.match(self._window, self._at).end())
            if self._at == len(self._window):
                if self._more():
                    continue
                yield Record(self._line, raw="", problem="broken JSON: the file ends within the list")
                return
            if self._window[self._at] == "]":
                return
            yield self._element()
            if self._lost:
                return

    def _element(self) -> Record:
        while True:
            try:
                value, end = self._decoder.raw_decode(self._window, self._at)
            except RecursionError:
                return self._skip("too deeply nested")
            except ValueError as error:
                # An element that is not whole yet fails as well, so more is read before it is judged.
                if len(self._window) - self._at > MAX_LINE or not self._more():
                    return self._skip(getattr(error, "msg", str(error)))
                continue
            if end == len(self._window) and self._more():
                continue
            record = as_record(self._line, value, self._window[self._at : end])
            self._go(end)
            return record

    def _skip(self, reason: str) -> Record:
        """Pass over an element to where the next one seems to begin."""
        record = Record(self._line, raw=self._window[self._at :][:10_000], problem=f"broken JSON: {reason}")
        self._go(self._at + 1)
        while not (following := _NEXT_OBJECT.search(self._window, self._at)):
            # The last character stays: the next object may begin right behind it.
            self._go(max(self._at, len(self._window) - 1))
            if not self._more():
                self._lost = True
                return record
        self._go(following.end())
        return record

    def _to_start(self) -> bool:
        while not (start := _START.search(self._window)):
            if len(self._window) > MAX_LINE or not self._more():
                return False
        self._go(start.end())
        return True

    def _more(self) -> bool:
        # The window doubles, so that a long element is tried a few times and not thousands of times.
        block = self._stream.read(max(BLOCK, len(self._window) - self._at))
        self._window = self._window[self._at :] + block
        self._at = 0
        return bool(block)

    def _go(self, position: int) -> None:
        self._line += sum(1 for _ in _LINE_END.finditer(self._window, self._at, position))
        self._at = position

"""Texts as the windows of token ids that a model reads, and how much of each they hold. Knows no labels, no models.

A window is a frame (the tokenizer's special tokens, or a template around the text) filled with a part of the text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from transformers import PreTrainedTokenizerBase

from classifier.batches import CHARACTERS_A_TOKEN, Tokens, encode
from classifier.options.reading import Reading

Windows = list[Tokens]
Span = tuple[int, int]


class TokensRead(NamedTuple):
    """How many of a text's tokens a classifier reads."""

    read: int
    total: int

    @property
    def share(self) -> float:
        """The share that is read, 1.0 for a whole text."""
        return self.read / self.total if self.total else 1.0


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands before and after the text in every window."""

    before: tuple[int, ...] = ()
    after: tuple[int, ...] = ()

    @classmethod
    def of(cls, tokenizer: PreTrainedTokenizerBase) -> "Frame":
        """Return a tokenizer's own frame, such as [CLS] and [SEP]."""
        coded = tokenizer("a", return_special_tokens_mask=True)
        ids, special = coded["input_ids"], coded["special_tokens_mask"]
        text = [place for place, mark in enumerate(special) if not mark]
        return cls(tuple(ids[: text[0]]), tuple(ids[text[-1] + 1 :]))

    def __len__(self) -> int:
        return len(self.before) + len(self.after)

    def around(self, text: Tokens) -> Tokens:
        """Return a window that holds a part of a text."""
        return [*self.before, *text, *self.after]


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads texts for a model that takes `max_length` tokens; `frame` replaces the tokenizer's own."""

    tokenizer: PreTrainedTokenizerBase
    max_length: int
    reading: Reading = field(default_factory=Reading)
    frame: Frame | None = None

    def read(self, texts: Sequence[str]) -> list[Windows]:
        """Return the windows of each text: one, or with sliding windows as many as it takes."""
        if self.frame is None and self.reading.mode == "head":
            # The tokenizer cuts faster than it could hand over what is cut off.
            return [[tokens] for tokens in encode(self.tokenizer, texts, self.max_length)]
        frame = self._frame()
        most = self.max_length * (self.reading.most_windows if self.reading.mode == "windows" else 1)
        cut = texts if self.reading.mode == "head_tail" else [text[: most * CHARACTERS_A_TOKEN] for text in texts]
        return [
            [
                frame.around([token for start, end in window for token in body[start:end]])
                for window in windows_of(len(body), self.room(), self.reading)
            ]
            for body in self._bodies(cut)
        ]

    def tokens_read(self, texts: Sequence[str]) -> list[TokensRead]:
        """Say of each text how many of its tokens `read` returns at least once."""
        return [TokensRead(_covered(size, self.room(), self.reading), size) for size in map(len, self._bodies(texts))]

    def room(self) -> int:
        """Return how many tokens of a text a window holds."""
        return max(1, self.max_length - len(self._frame()))

    def _frame(self) -> Frame:
        return self.frame or Frame.of(self.tokenizer)

    def _bodies(self, texts: Sequence[str]) -> list[Tokens]:
        if not texts:
            return []
        # A text that spells out a mask, a padding or an end has none of them: only a frame or a template may ask.
        return self.tokenizer(list(texts), add_special_tokens=False, split_special_tokens=True, verbose=False).input_ids


def windows_of(length: int, room: int, reading: Reading) -> list[list[Span]]:
    """Return the windows on a text of `length` tokens, each as spans of at most `room` tokens together."""
    if length <= room or reading.mode == "head":
        return [[(0, min(length, room))]]
    if reading.mode == "head_tail":
        head = int(room * reading.head_share)
        return [[(0, head), (length - (room - head), length)]]
    return [[span] for span in _slide(length, room, min(reading.stride, room), reading.most_windows)]


def _slide(length: int, room: int, stride: int, most: int) -> Iterator[Span]:
    """Yield windows from the start on; the last begins early enough to be full."""
    for number in range(most):
        start = number * stride
        if start + room >= length:
            yield length - room, length
            return
        yield start, start + room


def _covered(length: int, room: int, reading: Reading) -> int:
    seen = reached = 0
    for start, end in sorted(span for window in windows_of(length, room, reading) for span in window):
        seen += max(0, end - max(start, reached))
        reached = max(reached, end)
    return seen

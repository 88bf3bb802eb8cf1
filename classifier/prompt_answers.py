"""How answers are written and strictly read: lines, a sentence or a JSON list, of labels or of their numbers.

Knows no question and no model. An answer is an opening, then what stands for each label with a separator between, then
an end; where no label fits, a placeholder takes their place, or nothing.
"""

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from classifier.options.sample_design import SampleDesign
from classifier.prompt_wording import ANSWER_WORDS

OTHERS, NONE, NUMBER_OF_NONE = "others", "(none)", "0"
"""The answers that mean: none of the labels; the second where a label has the first for a name."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer says: labels in the order given, and the parts that are no label."""

    labels: tuple[str, ...]
    errors: tuple[str, ...] = ()


def others_word(labels: Iterable[str]) -> str:
    """Return the answer that means none of these labels."""
    return NONE if OTHERS in labels else OTHERS


@dataclass(slots=True)
class Counts:
    """How many answers had not the form asked for, how many of these had it the second time, and the tokens of all."""

    errors: int = 0
    repaired: int = 0
    tokens_read: int = 0
    tokens_written: int = 0


@dataclass(frozen=True, slots=True)
class AnswerForm:
    """The form of all answers about these labels; `none` is empty where silence means that none fits."""

    labels: tuple[str, ...]
    pieces: tuple[str, ...]
    none: str
    kind: str = "lines"
    opening: str = ""
    separator: str = "\n"
    end: str = "\n\n"

    @classmethod
    def of(cls, labels: Sequence[str], language: str, design: SampleDesign) -> "AnswerForm":
        """Return the form of a sample design; raise ValueError for labels that it could not tell apart."""
        by_number = design.labels_as == "number"
        names = [str(number) for number in range(1, len(labels) + 1)] if by_number else list(labels)
        none = NUMBER_OF_NONE if by_number else others_word(labels)
        quoted = [_quoted(name, design.answer, by_number) for name in (*names, none)]
        marks = _marks(design.answer, language)
        form = cls(tuple(labels), tuple(quoted[:-1]), quoted[-1] if design.placeholder else "", design.answer, **marks)
        form._check()
        return form

    @property
    def others(self) -> str:
        """Return the whole answer that means none of the labels, on one line."""
        return f"{self.opening}{self.none}{self.end}".strip("\n")

    def piece(self, label: str) -> str:
        """Return what stands for a label in an answer."""
        return self.pieces[self.labels.index(label)]

    def write(self, labels: Sequence[str]) -> str:
        """Write an answer as it stands in a prompt, with the empty line that follows it."""
        said = self.separator.join(map(self.piece, labels)) if labels else self.none
        return f"{self.opening}{said}{self.end}{self.after}"

    @property
    def after(self) -> str:
        """What follows an answer in a prompt: an empty line, which is itself the end of an answer in lines."""
        return "" if self.kind == "lines" else "\n\n"

    def read(self, answer: str) -> Answer:
        """Read an answer; what is no label or said twice, contradictions and undue silence are errors."""
        parts = self._parts(answer)
        if parts is None:
            return Answer((), (answer.strip(),))
        by_piece = dict(zip(self.pieces, self.labels, strict=True))
        found = tuple(dict.fromkeys(by_piece[part] for part in parts if part in by_piece))
        errors = [part for part in parts if part not in by_piece and part != self.none]
        errors += [label for label in found if parts.count(self.piece(label)) > 1]
        if found and self.none in parts:
            errors.append(self.none)
        return Answer(found, tuple(errors))

    def find(self, answer: str, label: str, begin: int = 0) -> tuple[int, int]:
        """Return from where to where an answer names a label, with the character after it; (0, 0) if it does not."""
        piece = re.escape(self.piece(label))
        pattern = rf"^[^\S\n]*{piece}[^\S\n]*$" if self.kind == "lines" else rf"(?<!\d){piece}(?!\d)"
        found = re.compile(pattern, re.MULTILINE).search(answer, begin)
        return (found.start(), found.end() + 1) if found else (0, 0)

    def _parts(self, answer: str) -> list[str] | None:
        """Return what an answer names, None where it has not the form at all."""
        if self.kind == "json":
            return _json_parts(answer)
        if self.kind == "lines":
            return [line.strip() for line in answer.strip("\n").split("\n\n")[0].split("\n")]
        line = answer.strip().split("\n")[0].strip()
        opening, end = self.opening.strip(), self.end
        if not line.startswith(opening) or not line.endswith(end):
            return None
        said = line[len(opening) : len(line) - len(end)].strip()
        return _QUOTED_PARTS.split(said)

    def _check(self) -> None:
        for label in self.labels:
            if label != label.strip() or len(label.splitlines()) != 1:
                raise ValueError(
                    f"The label {label!r} cannot be asked for: it begins or ends blank or breaks the line."
                )
            if self.kind == "sentence" and any(mark in label for mark in "“”"):
                raise ValueError(f"The label {label!r} cannot stand in a sentence: it holds a quotation mark.")


_QUOTED_PARTS = re.compile(r"(?<=”)\s*[、,]?\s*(?=“)")


def _quoted(name: str, kind: str, by_number: bool) -> str:
    if kind == "json" and not by_number:
        return json.dumps(name, ensure_ascii=False)
    if kind == "sentence":
        return f"“{name}”"
    return name


def _marks(kind: str, language: str) -> dict[str, str]:
    words = ANSWER_WORDS[language]
    return {
        "lines": {},
        "json": {"opening": "[", "separator": ", ", "end": "]"},
        "sentence": {"opening": words.opening, "separator": words.separator, "end": words.end},
    }[kind]


def _json_parts(answer: str) -> list[str] | None:
    try:
        said = json.loads(answer)
    except ValueError:
        return None
    if not isinstance(said, list):
        return None
    return [json.dumps(part, ensure_ascii=False) for part in said] or [""]

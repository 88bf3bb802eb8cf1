"""Says what the use cases say in the reader's language: errors, reasons, the messages of jobs.

The use cases speak English, to pages, programs and terminals alike, and some of their sentences were stored long ago.
The book holds each sentence with its places in braces, and what to say instead; what it does not hold stays English.
Knows which fields of an answer hold such sentences, and never touches any other text.
"""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

FIELDS = {"message", "why", "reason", "unavailable"}
"""The fields of an answer whose texts were written by the app itself."""
ROWS = "rejected"
"""The field with rows of which only the last value is the app's: (line, column, reason)."""
PLACE = re.compile(r"\{(\w+)\}")
PARTS = {"retriever", "bert", "llm_head", "prompt", "reference", "vectors", "predictions", "order"}
"""What a job's message may begin with: the name of the part that it is at, and a colon."""
RUN = re.compile(r"#\d+")
"""A run of a bake-off, which may stand in the place of a part."""
SEAM = re.compile(rf";? (?=(?:{'|'.join(sorted(PARTS))}) (?:failed|is silent): )")
"""Where a message begins to tell how the next part of the job fared."""
WHY = "why"
"""The place that holds a sentence of its own."""
Book = tuple[tuple[re.Pattern[str], str], ...]
Answer = TypeVar("Answer")
"""JSON of any shape, which it keeps."""


def in_language(answer: Answer, language: str) -> Answer:
    """Return an answer with the app's own sentences in this language."""
    return answer if language == "en" else _walk(answer, language, told=False)


@lru_cache(maxsize=4096)
def say(sentence: str, language: str) -> str:
    """Return one sentence in this language, unchanged where the book does not know it."""
    if language == "en" or not sentence:
        return sentence
    if len(told := SEAM.split(sentence)) > 1:
        return " ".join(say(one, language) for one in told)
    part, _, rest = sentence.partition(": ")
    # A recipe's field may be called like a part; what is wrong with it stands in the book as a whole.
    if (part in PARTS or RUN.fullmatch(part)) and (told_rest := say(rest, language)) != rest:
        return f"{part}: {told_rest}"
    for pattern, other in _book(language):
        if found := pattern.fullmatch(sentence):
            places = found.groupdict()
            return other.format_map(places | ({WHY: say(places[WHY], language)} if WHY in places else {}))
    return sentence


def _walk(value: Answer, language: str, *, told: bool) -> Answer:
    if isinstance(value, str):
        return say(value, language) if told else value
    if isinstance(value, Mapping):
        return {
            key: [[*row[:-1], say(row[-1], language)] for row in inner]
            if key == ROWS and isinstance(inner, list)
            else _walk(inner, language, told=told or key in FIELDS)
            for key, inner in value.items()
        }
    if isinstance(value, list):
        return [_walk(inner, language, told=told) for inner in value]
    return value


@cache
def _book(language: str) -> Book:
    path = Path(__file__).parent / "words" / f"sentences.{language}.json"
    if not path.exists():
        return ()
    told: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    # What leaves least open is tried first: "Job {job} has failed already." before "Job {job} has {status} already."
    ordered = sorted(told, key=lambda sentence: -len(PLACE.sub("", sentence)))
    return tuple((re.compile("".join(_pieces(sentence)), re.DOTALL), told[sentence]) for sentence in ordered)


def _pieces(sentence: str) -> Iterator[str]:
    """Turn a sentence into a pattern; a place that stands twice must hold the same twice."""
    seen = set[str]()
    for index, piece in enumerate(PLACE.split(sentence)):
        if index % 2 == 0:
            yield re.escape(piece)
        else:
            yield f"(?P={piece})" if piece in seen else f"(?P<{piece}>.+?)"
            seen.add(piece)

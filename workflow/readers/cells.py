"""Turns single cells into clean values: texts, names, lists of labels, lists of companies. Knows no columns."""

import json
import math
import re
from collections.abc import Iterable

MAX_NAME = 200
"""Characters of a label, a company, a source."""
MAX_LABELS = 100
"""Labels of one item."""
LABEL_SEPARATORS = {"|": "|｜", ";": ";；", ",": ",，", "、": "、"}
"""How labels may be joined: the separator and all characters that count as it."""

# Tab, line feed and the rest of white space stay; NUL, terminal escapes and other controls never help a reader.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufeff\ufffe\uffff]")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
# The comma of "Acme, Inc." separates no companies.
_COMPANY_END = re.compile(r"[|｜;；、，]|,(?!\s*(?:inc|ltd|corp|co|llc|plc|s\.a|n\.v)\b)", re.IGNORECASE)


def clean_text(value: object) -> str:
    """Return a cell as text without control characters and outer white space; raise ValueError for what is no text."""
    if isinstance(value, str) and value.isprintable():
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool | dict | list) or (isinstance(value, float) and not math.isfinite(value)):
        raise ValueError("not a text")
    text = str(value)
    if _SURROGATE.search(text):
        raise ValueError("characters that cannot be decoded")
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROL.sub("", text).strip()


def printable(value: object) -> str:
    """Return anything as text that can be shown and written: undecodable bytes as visible escapes, no NUL."""
    text = "" if value is None else str(value)
    return text.encode("utf-8", "backslashreplace").decode("utf-8").replace("\x00", "")


def shown_name(value: object) -> str:
    """Return a name of a file or a column as it can stand in a sentence: one line, nothing that acts on a terminal."""
    return "".join(character if character.isprintable() else " " for character in printable(value)).strip()


def list_labels(value: object, separator: str) -> tuple[str, ...] | None:
    """Return the labels of a cell, each once; None where it says nothing; raise ValueError where it makes no sense.

    A JSON list (also as text in a CSV cell) is taken as it stands, any other text is split at `separator`.
    """
    if value is None or value == "" or (isinstance(value, str) and not value.strip()):
        return None
    if isinstance(value, str):
        value = _parse_list(value) if value.lstrip().startswith("[") else split_labels(value, separator)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        value = [value]
    if not isinstance(value, list):
        raise ValueError("not a list of labels")
    names = tuple(filter(None, dict.fromkeys(clean_text(_label_of(entry)) for entry in value)))
    if len(names) > MAX_LABELS:
        raise ValueError(f"{len(names):,} labels, more than {MAX_LABELS}")
    if longest := max((len(name) for name in names if len(name) > MAX_NAME), default=0):
        raise ValueError(f"a label of {longest:,} characters, more than {MAX_NAME}")
    return names


def split_labels(text: str, separator: str) -> list[str]:
    """Split joined labels; without a separator the text is one label."""
    if not separator:
        return [text]
    return re.split(f"[{re.escape(LABEL_SEPARATORS[separator])}]", text)


def list_companies(value: object, tags: object) -> tuple[str, ...]:
    """Return the companies of their own column, then those that CCKS event tags name; each once."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        value = _parse_list(value)
    own: Iterable[object] = value if isinstance(value, list) else _COMPANY_END.split(clean_text(value))
    tagged = [tag.get("eventCompany") for tag in tags if isinstance(tag, dict)] if isinstance(tags, list) else []
    names = (clean_text(name) for name in [*own, *tagged])
    return tuple(dict.fromkeys(name for name in names if name))


def _parse_list(text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("a list that is broken JSON") from None


def _label_of(entry: object) -> object:
    if isinstance(entry, dict):
        for key in ("eventType", "event_type", "label", "name"):
            if key in entry:
                return entry[key]
        raise ValueError("an event tag without eventType")
    return entry

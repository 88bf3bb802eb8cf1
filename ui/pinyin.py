"""How Chinese label names sound, so that they are found by typing Latin letters, as in an input method."""

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

CHINESE = re.compile(r"[\u4e00-\u9fff]")
LETTERS = re.compile(r"[^a-z0-9]")


@lru_cache(maxsize=4096)
def pinyin(name: str) -> str:
    """Return the full pinyin and the initials, `guquanzhiya gqzy`; "" for a name without Chinese."""
    if not CHINESE.search(name):
        return ""
    return f"{_joined(lazy_pinyin(name))} {_joined(lazy_pinyin(name, style=Style.FIRST_LETTER))}"


def _joined(syllables: list[str]) -> str:
    return LETTERS.sub("", "".join(syllables).lower())

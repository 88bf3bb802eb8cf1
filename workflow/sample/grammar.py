"""The sample's grammar: sentences with slots and alternatives, filled by a seeded random generator. Knows no labels."""

import random
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
COMPANIES = {"zh": 320, "en": 110}
_ALTERNATIVES = re.compile(r"\[([^\[\]]*)\]")
_SLOT = re.compile(r"\{(\w+)\}")


def read_toml(name: str) -> dict[str, Any]:
    """Read one of the grammar's files."""
    return tomllib.loads((FOLDER / name).read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Cast:
    """Who appears in one news item; the same company is the same company throughout."""

    co: str
    co2: str
    person: str
    person2: str
    holder: str


@dataclass(frozen=True)
class Grammar:
    """The words of one language, and the dice."""

    language: str
    dice: random.Random

    @cached_property
    def words(self) -> dict[str, list[str]]:
        """What can fill each slot."""
        return read_toml("words.toml")[self.language]

    @cached_property
    def companies(self) -> list[str]:
        """The companies of this small world."""
        names: dict[str, None] = {}
        while len(names) < COMPANIES[self.language]:
            names[self._joined("place", "trade", "form")] = None
        return list(names)

    def cast(self) -> Cast:
        """Draw who appears."""
        co, co2 = self.dice.sample(self.companies, 2)
        holder = self._pick("house") if self.language == "en" or self.dice.random() < 0.6 else self._person()
        return Cast(co, co2, self._person(), self._person(), holder)

    def fill(self, template: str, cast: Cast) -> str:
        """Choose among the alternatives `[one|other]` and fill the slots `{name}`, those within fillings too."""
        text = _ALTERNATIVES.sub(lambda match: self.dice.choice(match[1].split("|")), template)
        while _SLOT.search(text):
            text = _SLOT.sub(lambda match: self._value(match[1], cast), text)
        return text

    def _value(self, slot: str, cast: Cast) -> str:
        if slot in Cast.__dataclass_fields__:
            return getattr(cast, slot)
        numbers = {"n": (1, 9), "d": (10, 28), "m": (1, 12), "a": (100, 9800)}
        if slot in numbers:
            return str(self.dice.randint(*numbers[slot]))
        if slot == "x":
            return f"{self.dice.uniform(1, 9.9):.2f}"
        return self._pick(slot)

    def _pick(self, slot: str) -> str:
        return self.dice.choice(self.words[slot])

    def _person(self) -> str:
        return self._joined("surname", "given") if self.language == "zh" else self._joined("given", "surname")

    def _joined(self, *slots: str) -> str:
        return ("" if self.language == "zh" else " ").join(word for slot in slots if (word := self._pick(slot)))

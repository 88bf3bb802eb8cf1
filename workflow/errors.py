"""Everything a person may be told, as one tree. `ui/shown.py` and `app.py` turn these into one sentence.

TriageError
├── NotFound            an item, label, job or version that does not exist
├── Refused             a wish that makes no sense now, with the reason
│   ├── NotAllowed      the person's role does not cover it
│   └── Conflict        somebody else changed the item meanwhile; holds what they said
├── BadInput            a file, field or value that cannot be used; names the place
└── Unavailable         something that may work later: a server that is down
    └── Loading         a model that is being loaded: whoever asks again in a moment finds it
"""

from typing import Any

LONGEST = 500
"""Characters of a sentence; what it quotes may be of any length."""


class TriageError(Exception):
    """The root. Its text is one sentence for people: one line that acts on no terminal, whatever it quotes."""

    def __str__(self) -> str:
        """Return the sentence, cut and made printable."""
        text = super().__str__()[: LONGEST + 1]
        plain = "".join(character if character.isprintable() else " " for character in text)
        return plain if len(plain) <= LONGEST else f"{plain[:LONGEST]}…"


class NotFound(TriageError):
    """Something that does not exist."""


class Refused(TriageError):
    """A wish that makes no sense now."""


class NotAllowed(Refused):
    """A wish that this person's role does not cover."""


class Conflict(Refused):
    """An item that changed since the analyst saw it; `other` describes the annotation that came first."""

    def __init__(self, message: str, other: dict[str, Any]) -> None:
        super().__init__(message)
        self.other = other


class BadInput(TriageError):
    """A value that cannot be used; the sentence names file, line and column where there are any."""


class Unavailable(TriageError):
    """Something that may work later."""


class Loading(Unavailable):
    """A model that is being loaded."""

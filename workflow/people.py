"""Accounts: who may sign in, with which role. Passwords are only ever stored hashed (Argon2)."""

import unicodedata
from dataclasses import dataclass
from functools import cached_property

from pwdlib import PasswordHash
from sqlalchemy.orm import Session

from storage import annotations, people
from storage.database import Database
from storage.tables import Person
from workflow.errors import BadInput, NotFound, Refused
from workflow.views import PersonView

ROLES = ("analyst", "lead")
NAME_LENGTH = 100
PASSWORD_LENGTHS = (8, 1000)
"""Shortest and longest password; hashing an endless one would keep the machine busy."""


@dataclass(frozen=True)
class People:
    """The use cases of accounts."""

    database: Database

    def add(self, name: str, password: str, role: str = "analyst") -> PersonView:
        """Add an account."""
        name = _checked_name(name)
        if role not in ROLES:
            raise BadInput(f"There is no role {role!r}; there are {', '.join(ROLES)}.")
        hashed = self._hash(password)
        with self.database.write() as session:
            if people.get_person(session, name):
                raise Refused(f"There is already an account {name!r}.")
            row = Person(name=name, role=role, password_hash=hashed)
            session.add(row)
            session.flush()
            return _view(row)

    def list(self) -> list[PersonView]:
        """Return all accounts by name."""
        with self.database.read() as session:
            return [_view(row) for row in people.list_people(session)]

    def any(self) -> bool:
        """Tell whether there are accounts, so that the page asks who is there."""
        with self.database.read() as session:
            return people.has_people(session)

    def has_annotated(self, name: str) -> bool:
        """Tell whether a person has said anything of any item yet."""
        with self.database.read() as session:
            return annotations.get_last_standing(session, person=name) is not None

    def check(self, name: str, password: str) -> PersonView | None:
        """Return the account when the password is right; the answer takes as long when there is no such account."""
        with self.database.read() as session:
            row = people.get_person(session, _normal(name))
        fits = self._matches(password, row.password_hash if row else self._nobody)
        return _view(row) if row and fits else None

    def remove(self, name: str) -> None:
        """Remove an account; what the person said stays."""
        with self.database.write() as session:
            session.delete(_get(session, name))

    def change_password(self, name: str, password: str) -> None:
        """Give an account another password."""
        hashed = self._hash(password)
        with self.database.write() as session:
            _get(session, name).password_hash = hashed

    @cached_property
    def _hasher(self) -> PasswordHash:
        return PasswordHash.recommended()

    @cached_property
    def _nobody(self) -> str:
        return self._hasher.hash("the password of nobody")

    def _hash(self, password: str) -> str:
        shortest, longest = PASSWORD_LENGTHS
        if not shortest <= len(password) <= longest:
            raise BadInput(f"A password needs {shortest} to {longest:,} characters, not {len(password):,}.")
        return self._hasher.hash(unicodedata.normalize("NFC", password))

    def _matches(self, password: str, hashed: str) -> bool:
        return len(password) <= PASSWORD_LENGTHS[1] and self._hasher.verify(
            unicodedata.normalize("NFC", password), hashed
        )


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split()))


def _checked_name(name: str) -> str:
    normal = _normal(name)
    if not normal or len(normal) > NAME_LENGTH or not normal.isprintable():
        raise BadInput(f"A name needs 1 to {NAME_LENGTH} printable characters.")
    return normal


def _get(session: Session, name: str) -> Person:
    if (row := people.get_person(session, _normal(name))) is None:
        raise NotFound(f"There is no account {name!r}.")
    return row


def _view(row: Person) -> PersonView:
    return PersonView(row.name, row.role, row.created_at)

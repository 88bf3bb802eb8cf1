"""Accounts: who may sign in, with which role. Passwords are only ever stored hashed (Argon2)."""

import unicodedata
from dataclasses import dataclass
from functools import cached_property

from pwdlib import PasswordHash
from sqlalchemy.orm import Session

from storage import annotations, people
from storage.database import Database
from storage.tables import Person
from storage.tables.people import new_stamp
from workflow.errors import BadInput, NotFound, Refused
from workflow.roles import ANALYST, OPERATOR, ROLES, Actor, require_lead
from workflow.views import PersonView

NAME_LENGTH = 100
PASSWORD_LENGTHS = (8, 1000)
"""Shortest and longest password; hashing an endless one would keep the machine busy."""


@dataclass(frozen=True)
class Account:
    """Who may sign in; a session is alive as long as it carries its person's stamp."""

    actor: Actor
    stamp: str


@dataclass(frozen=True)
class People:
    """The use cases of accounts."""

    database: Database

    def add(self, name: str, password: str, role: str = ANALYST, by: Actor = OPERATOR) -> PersonView:
        """Add an account."""
        require_lead(by)
        name = checked_name(name)
        check_role(role)
        hashed = self._hash(password)
        with self.database.write() as session:
            refuse_taken(session, name)
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

    def known(self) -> dict[str, Account]:
        """Return the accounts by name."""
        with self.database.read() as session:
            return {row.name: _account(row) for row in people.list_people(session)}

    def check(self, name: str, password: str) -> Account | None:
        """Return the account when the password is right; the answer takes as long when there is no such account."""
        nobody = self._nobody
        with self.database.read() as session:
            row = people.get_person(session, normal_name(name))
        fits = self._matches(password, row.password_hash if row else nobody)
        return _account(row) if row and fits else None

    def remove(self, name: str, by: Actor = OPERATOR) -> None:
        """Remove an account, which ends its sessions; what the person said stays."""
        require_lead(by)
        with self.database.write() as session:
            session.delete(_get(session, name))

    def change_password(self, name: str, password: str, by: Actor = OPERATOR) -> None:
        """Give an account another password, which ends its sessions."""
        require_lead(by)
        hashed = self._hash(password)
        with self.database.write() as session:
            row = _get(session, name)
            row.password_hash, row.session_stamp = hashed, new_stamp()

    def change_role(self, name: str, role: str, by: Actor = OPERATOR) -> PersonView:
        """Give an account another role."""
        require_lead(by)
        check_role(role)
        with self.database.write() as session:
            row = _get(session, name)
            row.role = role
            return _view(row)

    def end_sessions(self, name: str) -> None:
        """End all sessions of a person, so that a cookie that was copied is worth nothing any more."""
        with self.database.write() as session:
            _get(session, name).session_stamp = new_stamp()

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


def normal_name(name: str) -> str:
    """Return the one spelling of a name, however it was typed."""
    return unicodedata.normalize("NFC", " ".join(name.split()))


def checked_name(name: str) -> str:
    """Return a new name in its one spelling; refuse one that nobody could read."""
    normal = normal_name(name)
    if not normal or len(normal) > NAME_LENGTH or not normal.isprintable():
        raise BadInput(f"A name needs 1 to {NAME_LENGTH} printable characters.")
    return normal


def check_role(role: str) -> None:
    """Refuse a role that does not exist."""
    if role not in ROLES:
        raise BadInput(f"There is no role {role!r}; there are {', '.join(ROLES)}.")


def refuse_taken(session: Session, name: str) -> None:
    """Refuse a name that a person or a token has: annotations say by name whose they are."""
    if people.get_person(session, name):
        raise Refused(f"There is already an account {name!r}.")
    if people.get_token(session, name):
        raise Refused(f"There is already a token {name!r}.")


def _get(session: Session, name: str) -> Person:
    if (row := people.get_person(session, normal_name(name))) is None:
        raise NotFound(f"There is no account {name!r}.")
    return row


def _account(row: Person) -> Account:
    return Account(Actor(row.name, row.role), row.session_stamp)


def _view(row: Person) -> PersonView:
    return PersonView(row.name, row.role, row.created_at)

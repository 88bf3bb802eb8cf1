"""Tokens: with one a program may ask as a person does, under the token's name. Shown once, then stored hashed."""

import hashlib
import secrets
from dataclasses import dataclass

from storage import people
from storage.database import Database
from storage.tables import Token
from workflow.errors import NotFound
from workflow.people import check_role, checked_name, normal_name, refuse_taken
from workflow.roles import ANALYST, OPERATOR, Actor, require_lead
from workflow.views import PersonView


def hash_of(token: str) -> str:
    """Return the form in which a token is stored (SHA-256, hexadecimal)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True)
class Tokens:
    """The use cases of tokens."""

    database: Database

    def add(self, name: str, role: str = ANALYST, by: Actor = OPERATOR) -> str:
        """Make a token and return it; nobody can read it a second time."""
        require_lead(by)
        name = checked_name(name)
        check_role(role)
        token = secrets.token_urlsafe(32)
        with self.database.write() as session:
            refuse_taken(session, name)
            session.add(Token(name=name, role=role, token_hash=hash_of(token)))
        return token

    def list(self) -> list[PersonView]:
        """Return whose tokens there are, by name."""
        with self.database.read() as session:
            return [PersonView(row.name, row.role, row.created_at) for row in people.list_tokens(session)]

    def known(self) -> dict[str, Actor]:
        """Return {hash: actor}."""
        with self.database.read() as session:
            return {row.token_hash: Actor(row.name, row.role) for row in people.list_tokens(session)}

    def remove(self, name: str, by: Actor = OPERATOR) -> None:
        """Remove a token; whoever holds it is refused from now on."""
        require_lead(by)
        with self.database.write() as session:
            if (row := people.get_token(session, normal_name(name))) is None:
                raise NotFound(f"There is no token {name!r}.")
            session.delete(row)

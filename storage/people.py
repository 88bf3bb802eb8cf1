"""Queries on accounts and tokens. Knows nothing of how a password is hashed."""

from collections.abc import Sequence

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from storage.tables import Person, Token


def get_person(session: Session, name: str) -> Person | None:
    """Return the account of that name."""
    return session.scalar(select(Person).where(Person.name == name))


def list_people(session: Session) -> Sequence[Person]:
    """Return all accounts by name."""
    return session.scalars(select(Person).order_by(Person.name)).all()


def has_people(session: Session) -> bool:
    """Tell whether there is any account."""
    return bool(session.scalar(select(exists().select_from(Person))))


def get_token(session: Session, name: str) -> Token | None:
    """Return the token of that name."""
    return session.scalar(select(Token).where(Token.name == name))


def list_tokens(session: Session) -> Sequence[Token]:
    """Return all tokens by name."""
    return session.scalars(select(Token).order_by(Token.name)).all()

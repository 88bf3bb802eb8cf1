"""People who may sign in, programs that may ask, and settings of the whole app."""

import secrets
from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from storage.tables.base import Base, now


def new_stamp() -> str:
    """Return a stamp that no session carries yet."""
    return secrets.token_hex(16)


class Person(Base):
    """An account. `role` is analyst or lead; only sessions that carry `session_stamp` are alive."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    role: Mapped[str] = mapped_column(String(10), default="analyst")
    password_hash: Mapped[str] = mapped_column(String(300))
    session_stamp: Mapped[str] = mapped_column(String(32), default=new_stamp)
    created_at: Mapped[datetime] = mapped_column(default=now)


class Token(Base):
    """The key of a program. It has so much chance in it that a plain SHA-256, in hexadecimal, keeps it."""

    __tablename__ = "token"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    role: Mapped[str] = mapped_column(String(10))
    token_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(default=now)


class Setting(Base):
    """One remembered fact about this data folder, such as the session secret or the profile."""

    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    value: Mapped[str] = mapped_column(Text)

"""Accounts and tokens on a terminal: `app.py user` and `app.py token`. Whoever may run these is a lead."""

import argparse
import getpass
import sys
from typing import TYPE_CHECKING

from workflow.errors import Refused
from workflow.roles import ANALYST, ROLES

if TYPE_CHECKING:
    from workflow.people import People
    from workflow.tokens import Tokens


def add_user_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what says whose account is meant, and what becomes of it."""
    parser.add_argument("action", choices=("add", "list", "password", "role", "remove"))
    _add_name_and_role(parser)


def add_token_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what says which token is meant, and what becomes of it."""
    parser.add_argument("action", choices=("add", "list", "remove"))
    _add_name_and_role(parser)


def _add_name_and_role(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("name", nargs="?")
    parser.add_argument("--role", choices=ROLES, help=f"what a new one may do (default: {ANALYST})")


def keep_accounts(people: "People", arguments: argparse.Namespace) -> object:
    """List, add, change or remove accounts."""
    if arguments.action == "list":
        return {"people": people.list()}
    name = _named(arguments, "user")
    if arguments.action == "add":
        return people.add(name, _password(), arguments.role or ANALYST)
    if arguments.action == "role":
        if not arguments.role:
            raise Refused(f"Name the role: python app.py user role {name} --role {' or '.join(ROLES)}")
        return people.change_role(name, arguments.role)
    if arguments.action == "password":
        people.change_password(name, _password())
        return {"changed": name}
    people.remove(name)
    return {"removed": name}


def keep_tokens(tokens: "Tokens", arguments: argparse.Namespace) -> object:
    """List, add or remove tokens; a new one is shown this once."""
    if arguments.action == "list":
        return {"tokens": tokens.list()}
    name = _named(arguments, "token")
    if arguments.action == "add":
        role = arguments.role or ANALYST
        return {"name": name, "role": role, "token": tokens.add(name, role)}
    tokens.remove(name)
    return {"removed": name}


def _named(arguments: argparse.Namespace, command: str) -> str:
    if not arguments.name:
        raise Refused(f"Name whose it is: python app.py {command} {arguments.action} NAME")
    return str(arguments.name)


def _password() -> str:
    # Never from argv, where every program on the machine could read it.
    return getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")

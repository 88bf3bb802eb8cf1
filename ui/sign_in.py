"""The sign-in page, its two POST routes, and whose session it is. Knows names and passwords for one request only."""

import html
import logging
from dataclasses import dataclass
from pathlib import Path
from string import Template
from threading import BoundedSemaphore

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ui.guard import Accounts
from ui.throttle import Throttle, place_of
from ui.words import LANGUAGES, LOCALES, language_of, words_of
from workflow.people import NAME_LENGTH, People, normal_name

TRIES, TRIES_OF_ADDRESS = 10, 50
"""A minute: of one name from one address, and of all names from one address."""
CHECKS_AT_ONCE = 4
"""Each takes 64 MB, as it should, so that guessing is dear."""
STATUSES = {"sign_in.locked": 429, "sign_in.wrong": 401}
PAGE = Path(__file__).parent / "static" / "sign_in.html"

logger = logging.getLogger(__name__)


class Door:
    """Lets people in by name and password, and out again."""

    def __init__(self, people: People, accounts: Accounts) -> None:
        self._people, self._accounts = people, accounts
        # By name and address: who guesses locks out themselves, not the person whose name they try.
        self._by_name, self._by_address = Throttle(TRIES), Throttle(TRIES_OF_ADDRESS)
        self._checking = BoundedSemaphore(CHECKS_AT_ONCE)

    def admit(self, request: Request, name: str, password: str) -> str:
        """Open a session; else return the key of the sentence that says why not."""
        address = place_of(request.client.host if request.client else "")
        key = f"{normal_name(name)}\n{address}"
        if not self._by_address.admit(address) or not self._by_name.admit(key):
            logger.warning("Sign-in as %a from %s is locked: too many tries.", name[:NAME_LENGTH], address)
            return "sign_in.locked"
        with self._checking:
            account = self._people.check(name, password)
        if account is None:
            logger.warning("Sign-in as %a from %s failed.", name[:NAME_LENGTH], address)
            return "sign_in.wrong"
        self._by_name.forget(key)
        request.session.clear()
        request.session.update(person=account.actor.name, stamp=account.stamp)
        self._accounts.forget()
        return ""

    def close(self, request: Request) -> None:
        """End all sessions of the person whose session it is, so that a copy of its cookie is worth nothing."""
        if request.scope["actor"] and (name := request.session.get("person")):
            self._people.end_sessions(name)
        request.session.clear()
        self._accounts.forget()


def sign_in_routes(people: People, accounts: Accounts) -> APIRouter:
    """Return the routes `/sign-in`, `/sign-out` and `/session`."""
    router, door = APIRouter(), Door(people, accounts)

    @router.get("/sign-in")
    def show(request: Request) -> Response:
        """Show the form."""
        return _page(request)

    @router.post("/sign-in")
    def sign_in(request: Request, name: str = Form(), password: str = Form()) -> Response:
        """Open a session, or show the form again with the reason."""
        if problem := door.admit(request, name, password):
            return _page(request, Refusal(problem, name), STATUSES[problem])
        return RedirectResponse("/", status_code=303)

    @router.post("/sign-out")
    def sign_out(request: Request) -> Response:
        """End the person's sessions, here and everywhere."""
        door.close(request)
        return RedirectResponse("/sign-in", status_code=303)

    @router.get("/session")
    def session(request: Request) -> dict[str, str]:
        """Say whose session this is; the guard answers where it has ended, which is what a page wants to know."""
        by = request.scope["actor"]
        return {"person": by.name if by else ""}

    return router


@dataclass(frozen=True)
class Refusal:
    """Why nobody was let in, as the key of a sentence, and the name that was typed."""

    problem: str = ""
    typed: str = ""


def _page(request: Request, refusal: Refusal = Refusal(), status: int = 200) -> HTMLResponse:
    asked = request.query_params.get("lang", "")
    language = asked if asked in LANGUAGES else language_of(request)
    words = words_of(language)
    shown = {key.removeprefix("sign_in."): text for key, text in words.items() if key.startswith("sign_in.")}
    shown |= {"language": LOCALES[language], "typed": refusal.typed, "invalid": str(bool(refusal.problem)).lower()}
    shown["problem"] = words[refusal.problem] if refusal.problem else ""
    page = Template(PAGE.read_text(encoding="utf-8"))
    return HTMLResponse(page.substitute({key: html.escape(text) for key, text in shown.items()}), status)

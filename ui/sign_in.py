"""The sign-in page, its two POST routes, and whose session it is. Knows names and passwords for one request only."""

import html
from dataclasses import dataclass
from pathlib import Path
from string import Template

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ui.guard import Throttle
from ui.words import LANGUAGES, LOCALES, language_of, words_of
from workflow.people import People

PAGE = Path(__file__).parent / "static" / "sign_in.html"


def sign_in_routes(people: People) -> APIRouter:
    """Return the routes `/sign-in`, `/sign-out` and `/session`."""
    router, throttle = APIRouter(), Throttle()

    @router.get("/sign-in")
    def show(request: Request) -> Response:
        """Show the form."""
        return _page(request)

    @router.post("/sign-in")
    def sign_in(request: Request, name: str = Form(), password: str = Form()) -> Response:
        """Open a session, or show the form again with the reason."""
        # The address too: who guesses locks out themselves, not the person whose name they try.
        key = f"{name}\n{request.client.host if request.client else ''}"
        if throttle.locked(key):
            return _page(request, Refusal("sign_in.locked", name), 429)
        if (person := people.check(name, password)) is None:
            throttle.fail(key)
            return _page(request, Refusal("sign_in.wrong", name), 401)
        request.session.clear()
        request.session["person"] = person.name
        return RedirectResponse("/", status_code=303)

    @router.post("/sign-out")
    def sign_out(request: Request) -> Response:
        """End the session."""
        request.session.clear()
        return RedirectResponse("/sign-in", status_code=303)

    @router.get("/session")
    def session(request: Request) -> dict[str, str]:
        """Say whose session this is; the guard answers where it has ended, which is what a page wants to know."""
        return {"person": request.session.get("person", "")}

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

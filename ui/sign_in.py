"""The sign-in page and its two POST routes. Knows names and passwords only as long as one request lasts."""

import html
from pathlib import Path
from string import Template

from fastapi import APIRouter, Form, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response

from ui.guard import Throttle
from ui.words import language_of, words_of
from workflow.people import People

PAGE = Path(__file__).parent / "static" / "sign_in.html"


def sign_in_routes(people: People) -> APIRouter:
    """Return the routes `/sign-in` and `/sign-out`."""
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
            return _page(request, "sign_in.locked", 429)
        if (person := people.check(name, password)) is None:
            throttle.fail(key)
            return _page(request, "sign_in.wrong", 401)
        request.session.clear()
        request.session["person"] = person.name
        return RedirectResponse("/", status_code=303)

    @router.post("/sign-out")
    def sign_out(request: Request) -> Response:
        """End the session."""
        request.session.clear()
        return RedirectResponse("/sign-in", status_code=303)

    return router


def _page(request: Request, problem: str = "", status: int = 200) -> HTMLResponse:
    language = language_of(request)
    words = words_of(language)
    shown = {key.removeprefix("sign_in."): text for key, text in words.items() if key.startswith("sign_in.")}
    shown |= {"language": language, "problem": words[problem] if problem else ""}
    page = Template(PAGE.read_text(encoding="utf-8"))
    return HTMLResponse(page.substitute({key: html.escape(text) for key, text in shown.items()}), status)

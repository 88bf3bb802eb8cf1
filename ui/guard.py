"""Who may come in: a session or a token, asked for from the page itself. Knows accounts, not what they open."""

import logging
import re
import time
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from workflow.people import Account, People
from workflow.roles import Actor
from workflow.tokens import Tokens, hash_of

OPEN_PATHS = ("/sign-in", "/healthz")
OPEN_FOLDER = "/ui/"
LOOPBACK = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:\d+)?")
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
BEARER = "bearer "

logger = logging.getLogger(__name__)


class Accounts:
    """Who may sign in and which tokens there are, read every two seconds and whenever a token is unknown."""

    def __init__(
        self,
        people: Callable[[], dict[str, Account]],
        tokens: Callable[[], dict[str, Actor]],
        seconds: float = 2.0,
    ) -> None:
        self._read_people, self._read_tokens, self._seconds = people, tokens, seconds
        self._people: dict[str, Account] = {}
        self._tokens: dict[str, Actor] = {}
        self._read_at = float("-inf")

    @classmethod
    def of(cls, people: People, tokens: Tokens) -> "Accounts":
        """Return the accounts and tokens that are stored."""
        return cls(people.known, tokens.known)

    def forget(self) -> None:
        """Read anew before the next answer; for what this process itself has changed."""
        self._read_at = float("-inf")

    def exist(self) -> bool:
        """Tell whether there are accounts; without any the app is open to whoever sits at this machine."""
        self._refresh()
        return bool(self._people)

    def of_session(self, name: str | None, stamp: str | None) -> Actor | None:
        """Return whose session this is; sign-out, another password and the account's removal end it."""
        self._refresh()
        account = self._people.get(name or "")
        return account.actor if account and account.stamp == stamp else None

    def of_token(self, token: str) -> Actor | None:
        """Return whose token this is; one that was just made is known at once."""
        self._refresh()
        if (hashed := hash_of(token)) not in self._tokens:
            self.forget()
            self._refresh()
        return self._tokens.get(hashed)

    def _refresh(self) -> None:
        if time.monotonic() - self._read_at > self._seconds:
            self._people, self._tokens = self._read_people(), self._read_tokens()
            self._read_at = time.monotonic()


class Guard:
    """Lets a request pass that names its actor, or that comes from this machine where there are no accounts.

    Behind it `scope["actor"]` holds the actor, None without accounts.
    """

    def __init__(self, app: ASGIApp, accounts: Accounts) -> None:
        self.app, self.accounts = app, accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer in its place."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        elif scope["type"] != "http":
            # Nothing here speaks over WebSockets, which obey no origin.
            await Response(status_code=403)(scope, receive, send)
        else:
            await (self._refusal(Request(scope)) or self.app)(scope, receive, send)

    def _refusal(self, request: Request) -> Response | None:
        request.scope["actor"] = None
        if request.method not in SAFE_METHODS and not _same_origin(request.headers):
            return _refused(403, "This request comes from another site.")
        path = request.scope["path"]
        if path in OPEN_PATHS or path.startswith(OPEN_FOLDER):
            return None
        if (token := _token_of(request.headers)) is not None:
            request.scope["actor"] = self.accounts.of_token(token)
            if request.scope["actor"] is None:
                logger.warning("A token that is not valid came from %s.", request.client.host if request.client else "")
                return _refused(401, "This token is not valid.")
            return None
        if not self.accounts.exist():
            # Any site could point its own name at this machine; without accounts only the machine's own names will do.
            is_here = LOOPBACK.fullmatch(request.headers.get("host", ""))
            return None if is_here else _refused(403, "Open the app as http://127.0.0.1.")
        session = request.session
        request.scope["actor"] = self.accounts.of_session(session.get("person"), session.get("stamp"))
        if request.scope["actor"]:
            return None
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("/sign-in", status_code=303)
        return _refused(401, "Sign in first.")


def _token_of(headers: Headers) -> str | None:
    given = headers.get("authorization", "")
    return given[len(BEARER) :].strip() if given.lower().startswith(BEARER) else None


def _same_origin(headers: Headers) -> bool:
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    return origin.partition("://")[2] == headers.get("host")


def _refused(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status_code=status)

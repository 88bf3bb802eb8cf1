"""Who may come in: sessions, throttled sign-in, same-origin writes, headers. Knows accounts, not what they open."""

import time
from collections import defaultdict, deque
from collections.abc import Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OPEN_PATHS = ("/sign-in", "/healthz", "/ui/")
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    # Gradio compiles its templates in the browser, hence unsafe-eval; nothing is ever fetched from elsewhere.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
    "frame-ancestors 'none'; form-action 'self'",
}


class Accounts:
    """The names that may sign in, read at most every two seconds; a removed person is out with the next request."""

    def __init__(self, names: Callable[[], list[str]], seconds: float = 2.0) -> None:
        self._names, self._seconds = names, seconds
        self._known: frozenset[str] = frozenset()
        self._read_at = float("-inf")

    def names(self) -> frozenset[str]:
        """Return the names; none means that the app is open to whoever sits at this machine."""
        if time.monotonic() - self._read_at > self._seconds:
            self._known, self._read_at = frozenset(self._names()), time.monotonic()
        return self._known


class Throttle:
    """Locks a key for a minute after ten failures within a minute."""

    def __init__(self, failures: int = 10, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit, self._seconds, self._clock = failures, seconds, clock
        self._failed: dict[str, deque[float]] = defaultdict(deque)

    def locked(self, key: str) -> bool:
        """Tell whether the key has to wait."""
        failed = self._failed[key]
        while failed and self._clock() - failed[0] > self._seconds:
            failed.popleft()
        if not failed:
            del self._failed[key]
        return len(failed) >= self._limit

    def fail(self, key: str) -> None:
        """Count a failure."""
        self._failed[key].append(self._clock())


class Guard:
    """Lets a request pass when its person has an account, or when there are none and it comes from this machine."""

    def __init__(self, app: ASGIApp, accounts: Accounts) -> None:
        self.app, self.accounts = app, accounts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer in its place."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        refusal = None if scope["type"] == "http" else Response(status_code=403)
        await (refusal or self._refusal(Request(scope)) or self.app)(scope, receive, _with_headers(send))

    def _refusal(self, request: Request) -> Response | None:
        if request.method not in SAFE_METHODS and not _same_origin(request.headers):
            return _refused(403, "This request comes from another site.")
        if request.url.path.startswith(OPEN_PATHS):
            return None
        names = self.accounts.names()
        if not names:
            # Any site could point its own name at this machine; without accounts only the machine's own names will do.
            return None if request.url.hostname in LOOPBACK else _refused(403, "Open the app as http://127.0.0.1.")
        if request.session.get("person") in names:
            return None
        if request.method == "GET" and "text/html" in request.headers.get("accept", ""):
            return RedirectResponse("/sign-in", status_code=303)
        return _refused(401, "Sign in first.")


def _same_origin(headers: Headers) -> bool:
    origin = headers.get("origin")
    if origin is None:
        return headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
    return urlsplit(origin).netloc == headers.get("host")


def _refused(status: int, sentence: str) -> Response:
    return JSONResponse({"error": sentence}, status_code=status)


def _with_headers(send: Send) -> Send:
    async def send_with_headers(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return send_with_headers

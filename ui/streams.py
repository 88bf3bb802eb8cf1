"""Whose an event stream of Gradio's queue is: nobody but the person who began it reads it, adds to it or ends it.

Gradio itself asks for no more than the name of the stream, which its client makes up. Knows no event and no answer.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.shown import actor_of

QUEUE = re.compile(r"/gradio_api/(queue/join|queue/data|cancel|call/.+)")
CANCEL = "/gradio_api/cancel"
EVENT = re.compile(rb'"event_id"\s*:\s*"(\w+)"')
MOST_NAMES = 10_000
"""Streams and events that are remembered; each is read within moments of its beginning."""


class Streams:
    """Keeps the names of streams and events with their person; to anybody else there is nothing of that name."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._persons: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say that there is nothing."""
        if scope["type"] != "http" or not QUEUE.fullmatch(scope["path"]):
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        person, names = actor_of(request).name, set(_names(request))
        if begins := request.method == "POST" and request.url.path != CANCEL:
            self._keep(names, person)
        if any(self._persons.get(name) != person for name in names):
            await JSONResponse({"error": "There is nothing here."}, status_code=404)(scope, receive, send)
        else:
            await self.app(scope, receive, self._noting(send, person) if begins else send)

    def _keep(self, names: set[str], person: str) -> None:
        for name in names:
            self._persons.setdefault(name, person)
            self._persons.move_to_end(name)
        while len(self._persons) > MOST_NAMES:
            self._persons.popitem(last=False)

    def _noting(self, send: Send, person: str) -> Send:
        """Return a `send` that keeps the event's name before the person learns it."""

        async def noting(message: Message) -> None:
            self._keep({name.decode() for name in EVENT.findall(message.get("body", b""))}, person)
            await send(message)

        return noting


def _names(request: Request) -> Iterator[str]:
    """Yield the streams and events that a request names: in its address, its query and its body."""
    yield from request.query_params.getlist("session_hash")
    if request.method == "GET" and "/call/" in request.url.path:
        yield request.url.path.rstrip("/").rpartition("/")[2]
    sent = request.scope.get("sent")
    for field in ("session_hash", "event_id"):
        if isinstance(sent, dict) and isinstance(name := sent.get(field), str):
            yield name

"""How much a request may bring, and in which form; looked at before anything of it is used. Knows no person.

Gradio fetches any address that stands in a call in a file's place, and keeps what it got. Here nothing is fetched.
"""

import json
from collections.abc import Iterator

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from workflow.views import JsonValue

LARGEST = 4 * 1024**2
"""Bytes of a call; files have a way of their own."""
CALLS = "/gradio_api/"
FILE_PATHS = {"/upload", "/gradio_api/upload"}
ELSEWHERE = "A file is named by its path on this server; fetch what is elsewhere yourself, and upload it."
NO_JSON = "A call is JSON, sent as application/json."


class Bodies:
    """Refuses what is too large, what is no JSON where JSON is due, and files that are elsewhere.

    Behind it `scope["sent"]` holds what a call of Gradio's brought.
    """

    def __init__(self, app: ASGIApp, largest_file: int, largest: int = LARGEST) -> None:
        self.app, self.largest_file, self.largest = app, largest_file, largest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its body whole, or answer in its place."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD", "OPTIONS"):
            await self.app(scope, receive, send)
            return
        most = self.largest_file if scope["path"] in FILE_PATHS else self.largest
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > most:
            await _too_large(most)(scope, receive, send)
        elif scope["path"] in FILE_PATHS:
            await self.app(scope, receive, send)
        else:
            await self._answer(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await _whole(receive, self.largest)
        if body is None:
            await _too_large(self.largest)(scope, receive, send)
        elif refusal := _refusal(scope, body):
            await refusal(scope, receive, send)
        else:
            await self.app(scope, _again(body, receive), send)


async def _whole(receive: Receive, most: int) -> bytes | None:
    """Return a body, or None as soon as it is too large or its sender has gone, as nobody acts on half a call."""
    pieces, size = list[bytes](), 0
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        size += len(pieces[-1])
        if size > most or message["type"] == "http.disconnect":
            return None
        if not message.get("more_body"):
            return b"".join(pieces)


def _again(body: bytes, receive: Receive) -> Receive:
    """Hand out a body that was read already, and then what comes after it."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_again() -> Message:
        return waiting.pop() if waiting else await receive()

    return receive_again


def _refusal(scope: Scope, body: bytes) -> Response | None:
    if not scope["path"].startswith(CALLS) or not body:
        return None
    if Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return JSONResponse({"error": NO_JSON}, status_code=415)
    try:
        values = scope["sent"] = json.loads(body)
    except (ValueError, RecursionError):
        return JSONResponse({"error": NO_JSON}, status_code=400)
    return JSONResponse({"error": ELSEWHERE}, status_code=400) if any(map(_is_elsewhere, _within(values))) else None


def _within(values: JsonValue) -> Iterator[dict[str, JsonValue]]:
    """Yield every object in a JSON value, however deep."""
    waiting = [values]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            yield value
            waiting += value.values()
        elif isinstance(value, list):
            waiting += value


def _is_elsewhere(value: dict[str, JsonValue]) -> bool:
    path = value.get("path")
    return isinstance(path, str) and "://" in path


def _too_large(most: int) -> Response:
    sentence = f"A request may have {most // 1024**2:,} MB; this one is larger, and nothing of it was stored."
    return JSONResponse({"error": sentence}, status_code=413)

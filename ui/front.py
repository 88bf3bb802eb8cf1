"""Puts the style sheets, and the script that settles language and theme, into the head of Gradio's page.

Gradio's own `head` arrives only after its first paint, and after Gradio has read the browser's language.
"""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

SHEETS = ("tokens", "page", "parts", "controls", "lists", "triage", "matrix", "picker", "neighbours")
PAGE_SHEETS = ("tour", "disagreements", "retrain", "data")
LINKS = "".join(f'<link rel="stylesheet" href="ui/{name}.css">' for name in SHEETS + PAGE_SHEETS)
HEAD = f'<script src="ui/boot.js"></script>{LINKS}'
MARK = b"</head>"


class FrontPage:
    """Rewrites the answer to `GET /`; passes everything else through untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; hold the front page's answer back until it is whole."""
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        # A compressed page could not be read.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        answer = _Rewritten(send)
        await self.app(scope | {"headers": plain}, receive, answer.send)


class _Rewritten:
    """One answer: its start is kept until the body is whole, because the length changes."""

    def __init__(self, send: Send) -> None:
        self._send, self._start, self._body = send, dict[str, object](), b""

    async def send(self, message: Message) -> None:
        """Collect; send at the end."""
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish()

    async def _finish(self) -> None:
        body = self._body.replace(MARK, HEAD.encode() + MARK, 1)
        kept = [(name, value) for name, value in self._start["headers"] if name.lower() != b"content-length"]
        await self._send(self._start | {"headers": [*kept, (b"content-length", str(len(body)).encode())]})
        await self._send({"type": "http.response.body", "body": body})

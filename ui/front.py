"""Puts the style sheets, and the script that settles language and theme, into the head of Gradio's page.

Gradio's own `head` arrives only after its first paint, and after Gradio has read the browser's language. What is needed
for the first sight is named as well, so that the browser fetches it all at once, and not one after the other.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.gradio_build import files_ahead
from ui.shown import actor_of

SHEETS = ("tokens", "page", "parts", "controls", "lists", "triage", "matrix", "picker", "neighbours")
PAGE_SHEETS = ("tour", "disagreements", "retrain", "charts", "bakeoff", "prompts", "statistics", "data")
MARK = b"</head>"
STATIC = Path(__file__).parent / "static"
FIRST = ("header.js", "triage.js")
IMPORT = re.compile(r'^import .*?from "\./([\w.]+)";', re.MULTILINE | re.DOTALL)


def sheets() -> list[Path]:
    """Return the style sheets of all pages, those on which others build first."""
    return [STATIC / f"{name}.css" for name in SHEETS + PAGE_SHEETS]


def sheet() -> str:
    """Return all style sheets as one, since a first visit pays for every file that it asks for."""
    return "\n".join(path.read_text(encoding="utf-8") for path in sheets())


def modules_of(names: tuple[str, ...]) -> Iterator[str]:
    """Yield modules and all that they import, each once, those that import first."""
    waiting, seen = list(names), set[str]()
    while waiting:
        name = waiting.pop(0)
        if name not in seen:
            seen.add(name)
            yield name
            waiting += IMPORT.findall((STATIC / name).read_text(encoding="utf-8"))


def head(page: gr.Blocks) -> bytes:
    """Return what is put into the head of a mounted page."""
    own = "".join(f'<link rel="modulepreload" href="ui/{name}">' for name in modules_of(FIRST))
    theme = f'<link rel="preload" as="style" href="theme.css?v={page.theme_hash}">'
    gradio = "".join(map(_preload, files_ahead(_kinds(page))))
    start = '<script src="ui/boot.js"></script><script type="module" src="ui/early.js"></script>'
    return f'{start}<link rel="stylesheet" href="ui/all.css">{own}{gradio}{theme}'.encode()


def _kinds(page: gr.Blocks) -> list[str]:
    # The browser takes a named endpoint's values for states.
    kinds = {block.get_block_name() for block in page.blocks.values()}
    return sorted("state" if kind == "api" else kind for kind in kinds)


def _preload(name: str) -> str:
    # Gradio asks with crossorigin; what was fetched without it would be fetched again.
    way = 'rel="modulepreload"' if name.endswith(".js") else 'rel="preload" as="style"'
    return f'<link {way} crossorigin href="assets/{name}">'


def role_mark(role: str) -> bytes:
    """Return what tells the style sheets from the first sight on which role is looking."""
    return f"<script>document.documentElement.dataset.role = {json.dumps(role)}</script>".encode()


class FrontPage:
    """Rewrites the answer to `GET /`; passes everything else through untouched."""

    def __init__(self, app: ASGIApp, head: bytes) -> None:
        self.app, self.head = app, head

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; hold the front page's answer back until it is whole."""
        if scope["type"] != "http" or scope["path"] != "/" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        # A compressed page could not be read.
        plain = [(name, value) for name, value in scope["headers"] if name != b"accept-encoding"]
        answer = _Rewritten(send, self.head + role_mark(actor_of(Request(scope)).role))
        await self.app(scope | {"headers": plain}, receive, answer.send)


class _Rewritten:
    """One answer: its start is kept until the body is whole, because the length changes."""

    def __init__(self, send: Send, head: bytes) -> None:
        self._send, self._head = send, head
        self._start, self._body = dict[str, object](), b""

    async def send(self, message: Message) -> None:
        """Collect; send at the end."""
        if message["type"] == "http.response.start":
            self._start = message
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")
            if not message.get("more_body"):
                await self._finish()

    async def _finish(self) -> None:
        body = self._body.replace(MARK, self._head + MARK, 1)
        kept = [(name, value) for name, value in self._start["headers"] if name.lower() != b"content-length"]
        await self._send(self._start | {"headers": [*kept, (b"content-length", str(len(body)).encode())]})
        await self._send({"type": "http.response.body", "body": body})

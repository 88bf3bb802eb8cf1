"""Answers static files out of memory, ahead of the routes, where each of a first visit's ninety costs milliseconds.

Stands behind the guard, so whoever may not come in gets none of them. Knows paths and files, and no session.
"""

import gzip
import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import gradio as gr
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.front import STATIC, sheet, sheets
from ui.gradio_build import BUILD
from ui.words import LANGUAGES, words_of

MEDIA = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".json": "application/json"}
LARGEST = 2**20
"""Bytes of a file that is held; the few larger ones of Gradio's are for components that are not used here."""
SMALLEST_PACKED = 1024
ASK_AGAIN = "no-cache"
FOR_EVER = "private, max-age=31536000, immutable"
"""For what has a fingerprint in its address."""


@dataclass(frozen=True)
class Source:
    """What a path answers with; made anew when one of the files it is made of has changed."""

    media: str
    make: Callable[[], bytes]
    files: tuple[Path, ...] = ()
    keep: str = ASK_AGAIN

    def stamp(self) -> tuple[int, ...]:
        """Return a value that changes with the files."""
        return tuple(file.stat().st_mtime_ns for file in self.files)


@dataclass(frozen=True)
class Held:
    """A source's bytes as they are sent; `packed` is None where packing gains nothing."""

    plain: bytes
    packed: bytes | None
    tag: str


class FromMemory:
    """Answers the paths it knows; passes everything else through untouched."""

    def __init__(self, app: ASGIApp, sources: dict[str, Source]) -> None:
        self.app, self.sources = app, sources

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer in the routes' place where the path is a source's."""
        is_read = scope["type"] == "http" and scope["method"] in ("GET", "HEAD")
        source = self.sources.get(scope["path"]) if is_read else None
        answer = _answer(source, Headers(scope=scope)) if source else self.app
        await answer(scope, receive, send)


def _answer(source: Source, asked: Headers) -> Response:
    held = _hold(source, source.stamp())
    headers = {"etag": held.tag, "cache-control": source.keep, "vary": "accept-encoding"}
    if asked.get("if-none-match") == held.tag:
        return Response(status_code=304, headers=headers)
    if held.packed is None or "gzip" not in asked.get("accept-encoding", ""):
        return Response(held.plain, headers=headers, media_type=source.media)
    return Response(held.packed, headers=headers | {"content-encoding": "gzip"}, media_type=source.media)


@lru_cache(maxsize=2048)
def _hold(source: Source, stamp: tuple[int, ...]) -> Held:
    plain = source.make()
    packed = gzip.compress(plain, mtime=0) if len(plain) >= SMALLEST_PACKED else None
    return Held(plain, packed, f'W/"{hashlib.sha256(plain).hexdigest()[:16]}"')


def sources_of(page: gr.Blocks) -> dict[str, Source]:
    """Return by path all that a mounted page fetches and that is the same for everybody."""
    icon = STATIC / "icon.svg"
    return {
        **dict(_files_below(STATIC, "/ui")),
        **dict(_files_below(BUILD / "static", "/static")),
        **dict(_files_below(BUILD / "assets", "/assets", FOR_EVER)),
        **{f"/ui/words/{language}.json": Source(MEDIA[".json"], partial(_table, language)) for language in LANGUAGES},
        "/ui/all.css": Source(MEDIA[".css"], lambda: sheet().encode(), tuple(sheets())),
        "/theme.css": Source(MEDIA[".css"], page.theme_css.encode, keep=FOR_EVER),
        "/favicon.ico": Source(MEDIA[".svg"], icon.read_bytes, (icon,)),
    }


def _files_below(folder: Path, address: str, keep: str = ASK_AGAIN) -> Iterator[tuple[str, Source]]:
    for file in folder.rglob("*"):
        if file.suffix in MEDIA and file.stat().st_size <= LARGEST:
            source = Source(MEDIA[file.suffix], file.read_bytes, (file,), keep)
            yield f"{address}/{file.relative_to(folder).as_posix()}", source


def _table(language: str) -> bytes:
    return json.dumps(words_of(language), ensure_ascii=False).encode()

"""Files on their way in: taken as one stream, so that the page can show how much has arrived, and kept for a day."""

import re
import secrets
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from workflow.errors import NotFound

LARGEST = 2 * 1024**3
LARGEST_NAME = 200
"""Bytes; file systems allow some more, which temporary names need."""
KEPT_SECONDS = 24 * 3600
TOKEN = re.compile(r"[0-9a-f]{32}")


class TooLargeError(Exception):
    """Raised at the byte that is one too many."""


@dataclass(frozen=True)
class Uploads:
    """The folder of uploads: one unguessable folder a file, which keeps its own name."""

    folder: Path

    @classmethod
    def of(cls, data: Path) -> "Uploads":
        """Return the uploads of a data folder."""
        return cls(data / "uploads" / "imports")

    def add(self, name: str) -> tuple[str, Path]:
        """Make room for a file; return its token and its path. What is older than a day goes."""
        self._sweep()
        token = secrets.token_hex(16)
        (self.folder / token).mkdir(parents=True)
        return token, self.folder / token / _safe_name(name)

    def find(self, token: str) -> Path:
        """Return the file of a token; raise NotFound where there is none any more."""
        found = sorted((self.folder / token).glob("*")) if TOKEN.fullmatch(token) else []
        if not found:
            raise NotFound("The file is not here any more; choose it once more.")
        return found[0]

    def remove(self, token: str) -> None:
        """Remove a file; one that is gone already is no matter."""
        if TOKEN.fullmatch(token):
            shutil.rmtree(self.folder / token, ignore_errors=True)

    def _sweep(self) -> None:
        for old in self.folder.glob("*"):
            if time.time() - old.stat().st_mtime > KEPT_SECONDS:
                shutil.rmtree(old, ignore_errors=True)


def upload_routes(uploads: Uploads, largest: int = LARGEST) -> APIRouter:
    """Return the route that takes a file."""
    router = APIRouter()

    @router.put("/upload")
    async def upload(request: Request, name: str) -> JSONResponse:
        """Take the body as a file of that name; answer with the token under which it is known from now on."""
        token, path = await run_in_threadpool(uploads.add, name)
        try:
            with path.open("wb") as file:
                await _receive(request, file, largest)
        except (TooLargeError, ClientDisconnect, OSError) as error:
            await run_in_threadpool(uploads.remove, token)
            return JSONResponse({"error": _sentence(error, largest)}, status_code=413)
        return JSONResponse({"upload": token})

    return router


async def _receive(request: Request, file: BinaryIO, largest: int) -> None:
    size = 0
    async for block in request.stream():
        size += len(block)
        if size > largest:
            raise TooLargeError
        await run_in_threadpool(file.write, block)


def _sentence(error: Exception, largest: int) -> str:
    if isinstance(error, TooLargeError):
        return f"A file may have {largest // 1024**2:,} MB; split this one, nothing of it was stored."
    return f"The file could not be taken in, nothing of it was stored: {error}."


def _safe_name(name: str) -> str:
    """Return the last part of a name, in as many bytes as a file system takes, the ending kept."""
    plain = re.sub(r"[\x00-\x1f/\\]", "_", Path(name).name) or "file"
    stem, dot, ending = plain.rpartition(".")
    kept = (stem or plain).encode()[: LARGEST_NAME - 20].decode("utf-8", "ignore")
    return f"{kept}.{ending[:10]}" if stem and dot else kept

"""Files on their way in: taken as one stream, so that the page can show how much has arrived. For leads alone."""

from pathlib import Path
from typing import BinaryIO

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from ui.own_files import OwnFiles
from ui.shown import actor_of
from workflow.errors import NotAllowed
from workflow.roles import require_lead

LARGEST = 2 * 1024**3


class TooLargeError(Exception):
    """Raised at the byte that is one too many."""


def refusal_of_upload(request: Request) -> JSONResponse | None:
    """Return why this person may not bring a file: files are imported by leads alone."""
    try:
        require_lead(actor_of(request))
    except NotAllowed as error:
        return JSONResponse({"error": str(error)}, status_code=403)
    return None


def upload_routes(data: Path, largest: int = LARGEST) -> APIRouter:
    """Return the route that takes a file into a data folder."""
    router = APIRouter()

    @router.put("/upload")
    async def upload(request: Request, name: str) -> JSONResponse:
        """Take the body as a file of that name; answer with the token under which it is known from now on."""
        if refusal := refusal_of_upload(request):
            return refusal
        own = OwnFiles.of(data, actor_of(request).name)
        token, path = await run_in_threadpool(own.add, name)
        try:
            with path.open("wb") as file:
                await _receive(request, file, largest)
        except (TooLargeError, ClientDisconnect, OSError) as error:
            await run_in_threadpool(own.remove, token)
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

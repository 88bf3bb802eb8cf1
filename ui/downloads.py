"""Files that leave the app by a plain link. An export is written to disk, sent while it grows, and then removed.

So the first rows come at once, however many there are, and nobody who reads slowly keeps the database waiting.
"""

import logging
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Thread
from typing import Annotated, Literal, TextIO

from fastapi import APIRouter, Request
from fastapi import Path as UrlPath
from fastapi.responses import FileResponse, JSONResponse, StreamingResponse

from ui.filters import NAMES, filter_from
from ui.own_files import OwnFiles
from ui.shown import actor_of, sentence
from workflow.bakeoff.export import write_csv, write_markdown
from workflow.disagreement_csv import checked_columns
from workflow.errors import NotFound, TriageError
from workflow.roles import LEAD
from workflow.use_cases import UseCases

Format = Literal["csv", "jsonl"]
JobId = Annotated[int, UrlPath(lt=2**63)]
"""A larger one no database can look for."""
Write = Callable[[TextIO], object]
MEDIA = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson", "md": "text/markdown; charset=utf-8"}
PIECE = 256 * 1024
LOOK_SECONDS = 0.05
"""Time between two looks at a file that grows."""

logger = logging.getLogger(__name__)


def write_export(own: OwnFiles, name: str, write: Write) -> Path:
    """Write an export that only its person can fetch."""
    _, path = own.add(name)
    _fill(path, write)
    return path


class Writing(Thread):
    """Writes an export beside whoever sends it; `error` is why it could not be finished."""

    def __init__(self, path: Path, write: Write) -> None:
        super().__init__(name=f"export {path.name}", daemon=True)
        self.error: Exception | None = None
        self._path, self._write = path, write

    def run(self) -> None:
        """Write to the end."""
        try:
            _fill(self._path, self._write)
        except Exception as error:
            logger.exception("%s could not be written.", self._path.name)
            self.error = error


def growing(path: Path, write: Write) -> Iterator[bytes]:
    """Yield an export piece by piece while it is written, and remove it; raise the error that kept it from its end."""
    try:
        with path.open("rb") as file:
            writing = Writing(path, write)
            writing.start()
            while True:
                # Asked before reading: what the last look finds of an ended file is all of it.
                ended = not writing.is_alive()
                if piece := file.read(PIECE):
                    yield piece
                elif ended:
                    break
                else:
                    time.sleep(LOOK_SECONDS)
        if writing.error:
            # The connection is cut, so that no browser takes half a file for a whole one.
            raise writing.error
    finally:
        shutil.rmtree(path.parent, ignore_errors=True)


def download_routes(use_cases: UseCases) -> APIRouter:
    """Return the routes below `/download/`."""
    router = APIRouter(prefix="/download")

    @router.get("/disagreements.csv", response_model=None)
    def disagreements(request: Request) -> StreamingResponse | JSONResponse:
        """Send exactly the filter's items; the query holds the filter's fields, `columns` those that are wanted."""
        asked = request.query_params
        try:
            chosen = filter_from({name: text for name, text in asked.items() if name in NAMES})
            columns = checked_columns(asked.getlist("columns"))
        except TriageError as error:
            return JSONResponse({"error": sentence(error)}, status_code=400)
        write = use_cases.disagreements.export
        return _send(_own(use_cases, request), "disagreements.csv", lambda stream: write(chosen, stream, columns))

    @router.get("/annotations.{form}", response_model=None)
    def annotations(request: Request, form: Format) -> StreamingResponse:
        """Send every annotation."""
        write = use_cases.exporting.annotations
        return _send(_own(use_cases, request), f"annotations.{form}", lambda stream: write(form, stream))

    @router.get("/training.{form}", response_model=None)
    def training(request: Request, form: Format) -> StreamingResponse:
        """Send the labelled items."""
        write = use_cases.exporting.training
        return _send(_own(use_cases, request), f"training.{form}", lambda stream: write(form, stream))

    @router.get("/rejects/{name}", response_model=None)
    def rejects(request: Request, name: str) -> FileResponse | JSONResponse:
        """Send the rejects file of an import to a lead; to anybody else it does not exist."""
        path = use_cases.data / "exports" / Path(name).name
        if actor_of(request).role != LEAD or not path.name.startswith("rejects-") or not path.is_file():
            return JSONResponse({"error": sentence(NotFound(f"There is no file {name!r}."))}, status_code=404)
        return FileResponse(path, filename=path.name)

    _add_bake_offs(router, use_cases)
    return router


def _add_bake_offs(router: APIRouter, use_cases: UseCases) -> None:
    @router.get("/bake-off-{job_id}.{form}", response_model=None)
    def bake_off(request: Request, job_id: JobId, form: Literal["csv", "md"]) -> StreamingResponse | JSONResponse:
        """Send a bake-off's table."""
        try:
            view = use_cases.bake_offs.view(job_id)
        except TriageError as error:
            return JSONResponse({"error": sentence(error)}, status_code=404)
        write = write_csv if form == "csv" else write_markdown
        return _send(_own(use_cases, request), f"bake-off-{job_id}.{form}", lambda stream: write(view, stream))


def _own(use_cases: UseCases, request: Request) -> OwnFiles:
    return OwnFiles.of(use_cases.data, actor_of(request).name)


def _send(own: OwnFiles, name: str, write: Write) -> StreamingResponse:
    _, path = own.add(name)
    path.touch()
    media = MEDIA[path.suffix.removeprefix(".")]
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(growing(path, write), media_type=media, headers=headers)


def _fill(path: Path, write: Write) -> None:
    """Write the file; CSV starts with a BOM, so that Excel shows Chinese."""
    encoding = "utf-8-sig" if path.suffix == ".csv" else "utf-8"
    with path.open("w", encoding=encoding, newline="") as stream:
        write(stream)

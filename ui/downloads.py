"""Files that leave the app by a plain link. An export is written to disk first, row by row, then sent and removed."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Literal, TextIO

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, JSONResponse
from starlette.background import BackgroundTask

from ui.filters import NAMES, filter_from
from ui.shown import sentence
from workflow.disagreement_csv import checked_columns
from workflow.errors import NotFound, TriageError
from workflow.use_cases import UseCases

Format = Literal["csv", "jsonl"]
MEDIA = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


def write_export(use_cases: UseCases, name: str, write: Callable[[TextIO], object]) -> Path:
    """Write an export into an unguessable folder; CSV starts with a BOM, so that Excel shows Chinese."""
    folder = use_cases.data / "uploads" / secrets.token_hex(16)
    folder.mkdir(parents=True)
    path = folder / name
    encoding = "utf-8-sig" if name.endswith(".csv") else "utf-8"
    with path.open("w", encoding=encoding, newline="") as stream:
        write(stream)
    return path


def remove_export(path: Path) -> None:
    """Remove an export and its folder."""
    path.unlink(missing_ok=True)
    path.parent.rmdir()


def download_routes(use_cases: UseCases) -> APIRouter:
    """Return the routes below `/download/`."""
    router = APIRouter(prefix="/download")

    @router.get("/disagreements.csv", response_model=None)
    def disagreements(request: Request) -> FileResponse | JSONResponse:
        """Send exactly the filter's items; the query holds the filter's fields, `columns` those that are wanted."""
        asked = request.query_params
        try:
            chosen = filter_from({name: text for name, text in asked.items() if name in NAMES})
            columns = checked_columns(asked.getlist("columns"))
        except TriageError as error:
            return JSONResponse({"error": sentence(error)}, status_code=400)
        write = use_cases.disagreements.export
        return _send(use_cases, "disagreements.csv", lambda stream: write(chosen, stream, columns))

    @router.get("/annotations.{form}")
    def annotations(form: Format) -> FileResponse:
        """Send every annotation."""
        return _send(use_cases, f"annotations.{form}", lambda stream: use_cases.exporting.annotations(form, stream))

    @router.get("/training.{form}")
    def training(form: Format) -> FileResponse:
        """Send the labelled items."""
        return _send(use_cases, f"training.{form}", lambda stream: use_cases.exporting.training(form, stream))

    @router.get("/rejects/{name}", response_model=None)
    def rejects(name: str) -> FileResponse | JSONResponse:
        """Send the rejects file of an import; the guard has seen to it that a session asks."""
        path = use_cases.data / "exports" / Path(name).name
        if not path.name.startswith("rejects-") or not path.is_file():
            return JSONResponse({"error": sentence(NotFound(f"There is no file {name!r}."))}, status_code=404)
        return FileResponse(path, filename=path.name)

    return router


def _send(use_cases: UseCases, name: str, write: Callable[[TextIO], object]) -> FileResponse:
    path = write_export(use_cases, name, write)
    media = MEDIA[path.suffix.removeprefix(".")]
    return FileResponse(path, filename=name, media_type=media, background=BackgroundTask(remove_export, path))

"""Which of Gradio's routes are served: those that this page and its clients use. Whatever else it has is not there.

So a route that a newer Gradio adds stays shut until somebody names it here.
"""

import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.own_files import OwnFiles
from ui.shown import actor_of
from ui.uploads import refusal_of_upload

OURS = re.compile(r"/(sign-in|sign-out|session|healthz|upload|download/.*|ui/.*)")
PAGE = re.compile(r"/((static|assets|svelte)/.+|config|theme\.css|favicon\.ico|manifest\.json|)")
CALLS = re.compile(
    r"/gradio_api/((run|call|call/v2)/\w+|call/(v2/)?\w+/\w+|queue/(join|data|status)|component_server|info|"
    r"upload_progress|heartbeat/\w+|cancel|reset|startup-events|app_id|theme\.css)/?"
)
FILE, UPLOAD = "/gradio_api/file=", "/gradio_api/upload"


class GradioGate:
    """Passes on what is served; of files only a person's own ones, and no file from anybody but a lead."""

    def __init__(self, app: ASGIApp, data: Path) -> None:
        self.app, self.data = app, data

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say that there is nothing."""
        refusal = None if scope["type"] == "lifespan" else self._refusal(Request(scope), scope["path"])
        await (refusal or self.app)(scope, receive, send)

    def _refusal(self, request: Request, path: str) -> Response | None:
        if path == UPLOAD:
            return refusal_of_upload(request)
        if path.startswith(FILE):
            is_there = OwnFiles.of(self.data, actor_of(request).name).holds(path.removeprefix(FILE))
        else:
            is_there = any(pattern.fullmatch(path) for pattern in (OURS, PAGE, CALLS))
        return None if is_there else JSONResponse({"error": "There is nothing here."}, status_code=404)

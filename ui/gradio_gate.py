"""Which of Gradio's routes are served: those that this page and its clients use. Whatever else it has is not there.

So a route that a newer Gradio adds stays shut until somebody names it here.
"""

import re
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from ui.own_files import OwnFiles
from ui.shown import actor_of

OURS = re.compile(r"/(sign-in|sign-out|session|healthz|upload|download/.*|ui/.*)")
PAGE = re.compile(r"/((static|assets|svelte)/.+|config|theme\.css|favicon\.ico|manifest\.json|)")
CALLS = re.compile(
    r"/gradio_api/((run|call|call/v2)/\w+|call/(v2/)?\w+/\w+|queue/(join|data|status)|component_server|info|upload|"
    r"upload_progress|heartbeat/\w+|cancel|reset|startup-events|app_id|theme\.css)/?"
)
FILE = "/gradio_api/file="


class GradioGate:
    """Passes on what is served; of files only a person's own ones."""

    def __init__(self, app: ASGIApp, data: Path) -> None:
        self.app, self.data = app, data

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or say that there is nothing."""
        if scope["type"] == "lifespan" or self._is_served(scope):
            await self.app(scope, receive, send)
        else:
            await JSONResponse({"error": "There is nothing here."}, status_code=404)(scope, receive, send)

    def _is_served(self, scope: Scope) -> bool:
        path: str = scope["path"]
        if path.startswith(FILE):
            own = OwnFiles.of(self.data, actor_of(Request(scope)).name)
            return own.holds(path.removeprefix(FILE))
        return any(pattern.fullmatch(path) for pattern in (OURS, PAGE, CALLS))

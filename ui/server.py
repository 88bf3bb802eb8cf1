"""The web process: FastAPI with the page mounted in it, so that sign-in, headers and health checks have a home.

`listening.serve` serves what `build_app` returns. No model lives here; the use cases load theirs when first asked.
"""

import os
import secrets
import sys
from importlib.util import find_spec
from pathlib import Path

import gradio as gr
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from fastapi.staticfiles import StaticFiles
from starlette.middleware.cors import CORSMiddleware

from ui.answer_headers import HEADERS, AnswerHeaders
from ui.bodies import Bodies
from ui.downloads import download_routes
from ui.from_memory import FromMemory, sources_of
from ui.front import STATIC, FrontPage, head
from ui.gradio_gate import GradioGate
from ui.guard import Accounts, Guard
from ui.page import build_page
from ui.sessions import Sessions
from ui.shown import UNEXPECTED
from ui.sign_in import sign_in_routes
from ui.streams import Streams
from ui.theme import build_theme
from ui.uploads import LARGEST, upload_routes
from ui.words import gradio_words
from workflow.use_cases import UseCases

SESSION_SECONDS = 14 * 24 * 3600
COOKIE = "news_triage_session"
QUEUE_SECONDS = 0.02
"""How long Gradio's queue rests before it looks for work again."""


def build_app(use_cases: UseCases, host: str = "127.0.0.1", *, https: bool = False) -> FastAPI:
    """Return the app, ready for uvicorn on `host`; with `https`, browsers send the session over nothing else."""
    _set_up_gradio(use_cases.data)
    accounts = Accounts.of(use_cases.people, use_cases.tokens)
    app = FastAPI(title="News Triage", docs_url=None, redoc_url=None, openapi_url=None)
    app.add_exception_handler(Exception, _say_that_it_failed)
    app.include_router(sign_in_routes(use_cases.people, accounts))
    app.include_router(download_routes(use_cases))
    app.include_router(upload_routes(use_cases.data))
    _add_public_routes(app)
    page = _mount_page(app, use_cases, host)
    app.add_middleware(FrontPage, head=head(page))
    app.add_middleware(FromMemory, sources=sources_of(page))
    app.add_middleware(Streams)
    app.add_middleware(Bodies, largest_file=LARGEST)
    app.add_middleware(GradioGate, data=use_cases.data)
    app.add_middleware(Guard, accounts=accounts)
    secret = _session_secret(use_cases.data)
    app.add_middleware(Sessions, secret_key=secret, cookie=COOKIE, seconds=SESSION_SECONDS, https=https)
    # Allows no other origin; its presence also keeps Gradio from adding a laxer rule of its own.
    app.add_middleware(CORSMiddleware, allow_origins=[])
    app.add_middleware(AnswerHeaders, https=https)
    return app


def _say_that_it_failed(_request: Request, _error: Exception) -> JSONResponse:
    # Made outside of everything that adds headers; the error itself is logged by whoever serves the app.
    return JSONResponse({"error": UNEXPECTED}, status_code=500, headers=HEADERS)


def _set_up_gradio(data: Path) -> None:
    """Set what Gradio reads only from the environment: no telemetry, no summaries of events, uploads under `data`."""
    if find_spec("matplotlib") is None:
        # Gradio tries to import it with every call, which takes a search through all folders of the path.
        sys.modules["matplotlib"] = None
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_ANALYTICS_CACHE_FREQUENCY"] = "1000000"
    os.environ["GRADIO_ANALYTICS_MAX_EVENTS"] = "1"
    os.environ["GRADIO_TEMP_DIR"] = str(data / "uploads")


def _add_public_routes(app: FastAPI) -> None:
    @app.get("/healthz")
    def healthz() -> dict[str, str]:
        """Say that the process answers."""
        return {"status": "ok"}

    app.mount("/ui", StaticFiles(directory=STATIC))


def _mount_page(app: FastAPI, use_cases: UseCases, host: str) -> gr.Blocks:
    page = build_page(use_cases)
    # Only of a page that was launched does Gradio refuse files that nobody uploaded; else any on this machine would do.
    page.has_launched = True
    gr.mount_gradio_app(
        app,
        page,
        path="/",
        server_name=host,
        footer_links=[],
        run_history=False,
        show_error=True,
        max_file_size=LARGEST,
        ssr_mode=False,
        enable_monitoring=False,
        i18n=gradio_words(),
        theme=build_theme(),
        favicon_path=STATIC / "icon.svg",
    )
    _let_queue_rest(page)
    return page


def _let_queue_rest(page: gr.Blocks) -> None:
    # It would look a thousand times a second: four hundredths of a processor, while nobody asks for anything.
    page._queue.sleep_when_free = page._queue.progress_update_sleep_when_free = QUEUE_SECONDS


def _session_secret(data: Path) -> str:
    """Return the key that signs sessions, made once, so that a restart signs nobody out."""
    path = data / "session.key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True)
        # Written aside first: a reader never sees half a key.
        aside = path.with_suffix(f".{secrets.token_hex(4)}")
        aside.touch(mode=0o600)
        aside.write_text(secrets.token_hex(32), encoding="ascii")
        aside.replace(path)
    return path.read_text(encoding="ascii")

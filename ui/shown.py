"""The one boundary between the use cases and people: every error becomes one sentence, and nobody sees a traceback.

Handlers take plain values, after who asks for them, and return plain values; the wrappers here bring in the request.
"""

import inspect
import json
import logging
from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

import gradio as gr
from starlette.requests import Request

from ui.phrasebook import in_language
from ui.words import language_of
from workflow.errors import BadInput, Conflict, TriageError
from workflow.faults import explained
from workflow.roles import ANYBODY, LEAD, Actor
from workflow.views import as_json

Taken, Given = ParamSpec("Taken"), TypeVar("Given")
"""What a handler takes and gives."""
UNEXPECTED = "Something went wrong on the server; nothing was changed. The server's log says more."

log = logging.getLogger(__name__)


def actor_of(request: gr.Request | Request, fallback: str = "") -> Actor:
    """Return who is asking: whom the guard has let in, else, where no accounts exist, a lead of the fallback's name."""
    # An event gets Gradio's request, which holds Starlette's; a server function gets Starlette's itself.
    asked = request.request if isinstance(request, gr.Request) else request
    known: Actor | None = asked.scope["actor"]
    return known or Actor(fallback or ANYBODY, LEAD)


def sentence(error: Exception) -> str:
    """Return what a person is told about an error; what nobody foresaw goes to the log."""
    if isinstance(error, TriageError):
        return str(error)
    if fault := explained(error):
        log.warning("a fault of disk or database", exc_info=error)
        return str(fault)
    log.error("unexpected error", exc_info=error)
    return UNEXPECTED


def refuse_broken(sent: object) -> None:
    """Raise BadInput for values that nothing could store or send back: half a character, endless nesting."""
    try:
        json.dumps(sent, ensure_ascii=False, default=lambda _: None).encode()
    except (UnicodeEncodeError, RecursionError):
        raise BadInput("What was sent holds half a character, or is nested too deeply.") from None


def answering(handler: Callable[..., dict[str, Any]]) -> Callable[[dict[str, Any], gr.Request], dict[str, Any]]:
    """Make a handler callable from the page: fields in, `{"ok": true, …}` or `{"ok": false, "message"}` out.

    The page cannot tell a server function that raises from one that returns nothing, hence the `ok`.
    """

    def answer(fields: dict[str, Any] | None, request: gr.Request) -> dict[str, Any]:
        return in_language(attempt(fields or {}, actor_of(request)), language_of(request))

    signature = inspect.signature(handler)

    def attempt(fields: dict[str, Any], by: Actor) -> dict[str, Any]:
        try:
            signature.bind(by, **fields)
        except TypeError as wrong:
            return {"ok": False, "message": f"The page asked for something unknown: {wrong}."}
        try:
            refuse_broken(fields)
            return {"ok": True} | as_json(handler(by, **fields))
        except Conflict as conflict:
            return {"ok": False, "message": str(conflict), "conflict": as_json(conflict.other)}
        except Exception as error:
            return {"ok": False, "message": sentence(error)}

    # Gradio makes it an attribute of the component; a bare name such as `page` or `undo` would hide one of its own.
    answer.__name__ = f"ask_{handler.__name__}"
    return answer


def shown(handler: Callable[Taken, Given]) -> Callable[Taken, Given]:
    """Make a handler's errors a Gradio error with one sentence."""

    @wraps(handler)
    def safe(*values: Taken.args, **named: Taken.kwargs) -> Given:
        try:
            refuse_broken([*values, *named.values()])
            return handler(*values, **named)
        except gr.Error:
            raise
        except Exception as error:
            raise gr.Error(sentence(error), print_exception=False) from error

    # Gradio asks for it at every call, and would find it anew behind both wrappers.
    safe.__signature__ = inspect.signature(handler)
    return safe

"""Draws a part of a page whose DOM is built in the browser: a static skeleton, one JS module, what it may ask.

Data never passes through a template, which would run it: the module gets JSON and writes `textContent`.
"""

from collections.abc import Callable, Sequence
from typing import Any

import gradio as gr

from ui.shown import answering
from workflow.views import JsonValue

PATIENCE = 0.5
"""Seconds that a page waits for a model; it then says that it is being loaded, and asks again."""
MOUNT = 'newsTriage.mount("{module}", {{ element: element.querySelector(".nt"), props, server, watch, trigger }});'


def draw_view(
    module: str,
    functions: Sequence[Callable[..., dict[str, Any]]] = (),
    value: JsonValue = None,
) -> gr.HTML:
    """Draw the view of `ui/static/<module>.js`; its `mount` finds each function by name in `server`."""
    return gr.HTML(
        value,
        html_template=f'<div class="nt nt-{module}"></div>',
        js_on_load=MOUNT.format(module=module),
        server_functions=[answering(function) for function in functions],
        apply_default_css=False,
        elem_id=f"view-{module}",
        elem_classes=["view"],
    )

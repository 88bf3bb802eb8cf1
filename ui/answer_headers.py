"""The headers that every answer carries, an error's and a refusal's too. Knows no answer."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    # An answer may hold news; whoever sits at the machine next finds none of it by going back.
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Gradio compiles its templates in the browser, hence unsafe-eval; nothing is ever fetched from elsewhere.
    "Content-Security-Policy": "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; "
    "object-src 'none'; base-uri 'self'; frame-ancestors 'none'; form-action 'self'",
}
SAME_FOR_EVERYBODY = ("/ui/", "/assets/", "/static/", "/svelte/")
"""Folders of scripts, styles and fonts, which a browser may keep when it asks whether they have changed."""
OVER_HTTPS = {"Strict-Transport-Security": "max-age=31536000"}


class AnswerHeaders:
    """Adds the headers to whatever the app answers."""

    def __init__(self, app: ASGIApp, *, https: bool = False) -> None:
        self.app, self.headers = app, HEADERS | (OVER_HTTPS if https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if scope["path"].startswith(SAME_FOR_EVERYBODY):
                    headers.setdefault("Cache-Control", "no-cache")
                for name, value in self.headers.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)

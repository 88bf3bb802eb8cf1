"""Where the page is served: on this machine alone, unless there are accounts. Knows sockets and no page."""

import ipaddress
import socket
from contextlib import suppress
from typing import TYPE_CHECKING

from workflow.errors import Refused
from workflow.log_lines import log_to_stderr
from workflow.people import People

if TYPE_CHECKING:
    from fastapi import FastAPI


def listen(host: str, port: int, people: People) -> socket.socket:
    """Open the socket that the page is served on; raise `Refused` when the host is not allowed or the port not free."""
    if not _is_loopback(host) and not people.any():
        raise Refused(
            f"Without accounts the page is for this machine alone, not for {host}: "
            "add one with `python app.py user add NAME`, or leave --host out."
        )
    try:
        opened = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise Refused(f"{host}:{port} cannot be opened ({reason}); choose another one with --port.") from error
    # Connections inherit it; asyncio misses such sockets, and the end of every answer would wait 40 ms for the browser.
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


def serve(app: "FastAPI", listener: socket.socket, *, https: bool) -> None:
    """Answer on an open socket until somebody ends it; warnings go to standard error."""
    import uvicorn

    log_to_stderr()
    # Only of a proxy is it believed from which address a request came; anybody could say anything.
    config = uvicorn.Config(app, proxy_headers=https, log_config=None, timeout_graceful_shutdown=2)
    # Ctrl-C is how a person ends a server, not a failure.
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run(sockets=[listener])


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

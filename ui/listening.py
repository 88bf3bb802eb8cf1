"""Where the page can be reached: this machine alone, unless there are accounts. Knows sockets and no page."""

import ipaddress
import socket

from workflow.errors import Refused
from workflow.people import People


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


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

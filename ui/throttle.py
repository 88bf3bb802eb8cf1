"""Slows down whoever guesses: too many tries in a minute, and a key has to wait one. Knows keys, no request."""

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

MOST_KEYS = 10_000
"""Keys that are remembered; whoever tries more of them only makes the oldest be forgotten."""


class Throttle:
    """Locks a key for `seconds` after `tries` within `seconds`, counted from the last of them."""

    def __init__(self, tries: int = 10, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._seconds, self._clock = tries, seconds, clock
        self._tried: OrderedDict[str, list[float]] = OrderedDict()
        self._lock = Lock()

    def admit(self, key: str) -> bool:
        """Count a try and allow it, or refuse; counted before its outcome is known, so that many at once are too."""
        with self._lock:
            now, tried = self._clock(), self._tried.pop(key, [])
            if len(tried) < self._most:
                tried = [*(at for at in tried if now - at <= self._seconds), now]
                admitted = True
            elif admitted := now - tried[-1] > self._seconds:
                tried = [now]
            self._tried[key] = tried
            if len(self._tried) > MOST_KEYS:
                self._tried.popitem(last=False)
            return admitted

    def forget(self, key: str) -> None:
        """Forget the tries of a key that turned out to be in its right."""
        with self._lock:
            self._tried.pop(key, None)

    def __len__(self) -> int:
        """Return how many keys are remembered."""
        return len(self._tried)


def place_of(address: str) -> str:
    """Return what stands for an address: of IPv6 the network, since one machine has billions of addresses there."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    return str(ipaddress.ip_network((found, 64), strict=False)) if found.version == 6 else address

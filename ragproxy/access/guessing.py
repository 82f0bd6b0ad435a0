"""Who tries keys out: failures counted by the address that they come from."""

from __future__ import annotations

import ipaddress
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable

FAILURES = 20  # in WINDOW_S
WINDOW_S = 60.0
WATCHED = 10_000  # addresses


class Guessing:
    """Remembers the failures of the last minute. One a process: it is there to make guessing hopeless, not to count.

    An IPv6 address counts as its /64, which is what one customer has.
    """

    def __init__(self, *, timer: Callable[[], float] = time.monotonic, watched: int = WATCHED) -> None:
        self._timer = timer
        self._watched = watched
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    def note(self, address: str | None) -> None:
        """Somebody failed from there."""
        place, now = _place(address), self._timer()
        with self._lock:
            times = self._failures.setdefault(place, deque(maxlen=FAILURES))
            times.append(now)
            self._failures.move_to_end(place)
            while len(self._failures) > self._watched:
                self._failures.popitem(last=False)

    def wait_s(self, address: str | None) -> float:
        """How long no guess from there is looked at; 0 when the address has not failed too often."""
        if not self._failures:
            return 0.0
        times = self._failures.get(_place(address))
        if times is None or len(times) < FAILURES:
            return 0.0
        return max(0.0, times[0] + WINDOW_S - self._timer())


def _place(address: str | None) -> str:
    """What counts as one address."""
    try:
        ip = ipaddress.ip_address(address or "")
    except ValueError:
        return address or ""  # a Unix socket has none
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            return str(ip.ipv4_mapped)
        return str(ipaddress.ip_network((ip, 64), strict=False))
    return str(ip)

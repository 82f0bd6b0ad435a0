"""One question over HTTP to a server of the installation, with nothing of the machine's proxies in between."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from ragproxy import __version__

LARGEST = 1 << 20  # bytes of an answer that are read


class Silent(Exception):
    """Nobody answers there, or not as HTTP has it; the words say why."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer: its status, its headers in lower case, its body, and between which moments (epoch s) it was made."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    asked_at: float
    told_at: float


def ask(
    url: str,
    timeout_s: float,
    *,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    clock: Callable[[], float] = time.time,
) -> Told:
    """The answer, whatever its status; redirects are not followed. Silent when there is none."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=timeout_s)
    asked_at = clock()
    try:
        connection.request(
            method, parts.path or "/", headers={"User-Agent": f"ragproxy/{__version__}", **(headers or {})}
        )
        response = connection.getresponse()
        body = response.read(LARGEST)
    except TimeoutError as err:
        raise Silent(f"it did not answer within {timeout_s:g} seconds") from err
    except (OSError, http.client.HTTPException, UnicodeError) as err:
        raise Silent(_reason(err)) from err
    finally:
        connection.close()
    lower = {name.lower(): value for name, value in response.getheaders()}
    return Told(response.status, lower, body, asked_at, clock())


def _reason(err: Exception) -> str:
    if isinstance(err, ConnectionRefusedError):
        return "it refuses connections"
    return getattr(err, "strerror", None) or type(err).__name__

"""What a check has to say, and what it may look at."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from ragproxy.settings import Settings

Status = Literal["ok", "warning", "failed"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing that was looked at: `message` says what was found and `advice` what to do, whole sentences both.

    `name` says what, in dotted words: `disk`, `upstream.openai`. `duration_ms` is how long its check took.
    """

    name: str
    status: Status
    message: str
    advice: str | None = None
    duration_ms: float = 0.0


def ok(name: str, message: str) -> Verdict:
    """It is as it should be."""
    return Verdict(name, "ok", message)


def warning(name: str, message: str, advice: str) -> Verdict:
    """It works, and may cease to, or lets in whom it should not."""
    return Verdict(name, "warning", message, advice)


def failed(name: str, message: str, advice: str) -> Verdict:
    """It does not work."""
    return Verdict(name, "failed", message, advice)


def _free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


@dataclass(frozen=True)
class Scene:
    """What the checks look at: the settings, the environment they are of, and how long a server may be silent.

    `clock` tells the epoch seconds of this machine, and `free` the bytes that are free where a folder is.
    """

    settings: Settings
    environ: Mapping[str, str]
    timeout_s: float = 5.0
    clock: Callable[[], float] = time.time
    free: Callable[[Path], int] = _free


Check = Callable[[Scene], Iterable[Verdict]]


def place_of(url: str) -> str:
    """The server of an address, without the name and password that may stand before it."""
    return urlsplit(url).netloc.rpartition("@")[2]


def masked(url: str) -> str:
    """The address without name, password and query."""
    parts = urlsplit(url)
    return parts._replace(netloc=place_of(url), query="", fragment="").geturl()

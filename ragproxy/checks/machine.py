"""The machine: what runs us, and how much it lets us open at once."""

from __future__ import annotations

import platform
import resource
import sqlite3
from collections.abc import Iterator

from ragproxy import __version__
from ragproxy.checks.verdict import Scene, Verdict, failed, ok, warning

OLDEST_SQLITE = (3, 35)  # the first with RETURNING
_OTHERS = 256  # descriptors: databases, indexes, logs, connections to servers


def versions(scene: Scene | None = None) -> Iterator[Verdict]:
    """Python and SQLite."""
    told = f"ragproxy {__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        oldest = ".".join(map(str, OLDEST_SQLITE))
        yield failed("versions", told, f"Use a Python that has SQLite {oldest} or newer")
    else:
        yield ok("versions", told)


def descriptors(scene: Scene) -> Iterator[Verdict]:
    """Whether every thread can have a client and an upstream."""
    threads = scene.settings.threads
    wanted = 2 * threads + _OTHERS
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        limit = "without limit" if soft == resource.RLIM_INFINITY else f"{soft:,}"
        yield ok("descriptors", f"Files and connections that may be open at once: {limit}")
        return
    yield warning(
        "descriptors",
        f"A process may have {soft:,} files and connections open, and {threads} threads can want {wanted:,}",
        f"Start the server after `ulimit -n {wanted}` (LimitNOFILE of systemd), or lower RAGPROXY_THREADS",
    )

"""IS THE INSTALLATION WELL? Each part of it is looked at, in words that say what to do. Nothing is changed by that."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from ragproxy.checks.folders import file_system, permissions, room
from ragproxy.checks.holders import lock, server
from ragproxy.checks.indexes import index
from ragproxy.checks.machine import descriptors, versions
from ragproxy.checks.records import database
from ragproxy.checks.running import Look, carry_out
from ragproxy.checks.sharing import bucket, chroma, redis, worker
from ragproxy.checks.upstreams import issuer, upstreams
from ragproxy.checks.variables import variables
from ragproxy.checks.verdict import Check, Scene, Status, Verdict, failed, ok, warning
from ragproxy.errors import ConfigError

__all__ = ["Scene", "Status", "Verdict", "examine", "failed", "ok", "versions", "warning"]

_CHECKS: tuple[tuple[str, Check], ...] = (
    ("versions", versions),
    ("settings", variables),
    ("descriptors", descriptors),
    ("disk", room),
    ("permissions", permissions),
    ("file_system", file_system),
    ("lock", lock),
    ("server", server),
    ("database", database),
    ("index", index),
    ("redis", redis),
    ("worker", worker),
    ("chroma", chroma),
    ("bucket", bucket),
    ("issuer", issuer),
)


def examine(scene: Scene) -> Iterator[Verdict]:
    """What the checks say, in order; they run at the same time, beside a running server or without one.

    Whether records, bytes and indexes agree is not among them: see `ingestion.Doctor`, which wants the data to itself.
    """
    checks: list[tuple[str, Look]] = [(name, partial(check, scene)) for name, check in _CHECKS]
    try:
        checks += upstreams(scene)
    except ConfigError as err:
        said = failed("upstreams", err.message, "Put it right: nothing starts with this")
        checks.append(("upstreams", lambda: [said]))
    yield from carry_out(checks, scene.timeout_s)

"""What we answer, described for /openapi.json: one schema for each object, by the names that its users read."""

from __future__ import annotations

from ragproxy.wire.reference import (
    administration,
    asked,
    chats,
    desk,
    files,
    jobs,
    passed_on,
    response_stream,
    responses,
    runs,
    threads,
)
from ragproxy.wire.reference.shapes import Shape

_PARTS = (asked, chats, responses, response_stream, files, threads, runs, jobs, administration, desk)


def schemas() -> dict[str, Shape]:
    """The components of /openapi.json, but for the requests that a schema of ragproxy.wire reads."""
    return {name: shape for part in _PARTS for name, shape in part.SCHEMAS.items()} | passed_on.RELAYED

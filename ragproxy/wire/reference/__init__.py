"""What we answer, described for /openapi.json: one schema for each object, by the names that its users read."""

from __future__ import annotations

from ragproxy.wire.reference import (
    administration,
    asked,
    chats,
    desk,
    files,
    jobs,
    response_stream,
    responses,
    runs,
    threads,
)
from ragproxy.wire.reference.shapes import Shape

_PARTS = (asked, chats, responses, response_stream, files, threads, runs, jobs, administration, desk)


def schemas() -> dict[str, Shape]:
    """The components of /openapi.json that answers are made of."""
    return {name: shape for part in _PARTS for name, shape in part.SCHEMAS.items()}

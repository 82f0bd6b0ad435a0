"""Files of folders over HTTP: ragproxy's own routes, which OpenAI does not have.

A client that follows a folder asks what the store knows of it, and sends what is new or has changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load

from ragproxy.domain import Cursor, Known, Outcome
from ragproxy.wire.fields import Identifier, Items, Text
from ragproxy.wire.paging import Limit, PageQuery
from ragproxy.wire.validation import alone, at, wrong_value

MAX_SOURCE = 4096  # characters: no system has longer paths
MAX_KNOWN = 10_000  # files of a page, and its default
MAX_SENT = 200  # files of one form


class Source(Text):
    """Where a file was read from: any path that a system may have, and databases can hold."""

    def __init__(self) -> None:
        super().__init__(required=True, max_length=MAX_SOURCE)

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        value = super()._deserialize(value, attr, data, **kwargs)
        if not value:
            raise at(wrong_value("expected at least one character", "empty_string"))
        if "\0" in value:
            raise at(wrong_value("NUL characters are not allowed here"))
        return value


@dataclass(frozen=True, slots=True)
class Sent:
    """A file that is sent: where it was read from, and what sources of answers are to call it."""

    source: str
    filename: str


class SentSchema(Schema):
    """A file of the manifest. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    source = Source()
    filename = Identifier(required=True, max_length=MAX_SOURCE)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Sent:
        """The file."""
        return Sent(data["source"], data["filename"])


class ManifestSchema(Schema):
    """What the form of POST /vector_stores/{id}/folder_files holds, in its order. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    files = Items(fields.Nested(SentSchema), required=True, min_items=1, max_items=MAX_SENT)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> tuple[Sent, ...]:
        """The files, each source once."""
        seen: set[str] = set()
        for number, file in enumerate(data["files"]):
            if file.source in seen:
                raise at(alone("A source is listed twice"), "files", number, "source")
            seen.add(file.source)
        return tuple(data["files"])


class KnownQuerySchema(PageQuery):
    """GET /vector_stores/{id}/folder_files."""

    limit = Limit(1, MAX_KNOWN, description=f"Files of a page, {MAX_KNOWN} by default")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Cursor:
        """The query."""
        return self.cursor(data, default=MAX_KNOWN)


MANIFEST = ManifestSchema()
KNOWN_QUERY = KnownQuerySchema()


def known_json(known: Known) -> dict[str, Any]:
    """What a store knows of a file of a folder; `sha256` null: send it again, whatever it holds now."""
    return {
        "id": known.file_id,
        "object": "vector_store.folder_file",
        "source": known.source,
        "sha256": known.sha256,
        "chunks": known.chunks,
    }


def outcomes_json(sent: Sequence[Sent], outcomes: Iterable[Outcome]) -> dict[str, Any]:
    """What became of each file, in the order of the form."""
    return {
        "object": "list",
        "data": [
            {
                "object": "vector_store.folder_file.outcome",
                "source": file.source,
                "status": outcome.status,
                "chunks": outcome.chunks,
                "reason": outcome.reason,
            }
            for file, outcome in zip(sent, outcomes, strict=True)
        ],
    }

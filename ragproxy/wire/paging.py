"""Lists, page by page: the query that asks for one, and the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from marshmallow import EXCLUDE, Schema, post_load, pre_load

from ragproxy.domain import Cursor, FileStatus, Purpose
from ragproxy.wire.fields import Identifier, Text, Whole, unquoted

MAX_ITEMS, DEFAULT_ITEMS = 100, 20
MAX_TITLE = 512  # characters, as of a value of metadata
MAX_FILES = 10_000  # of a page of /files, and its default


class Limit(Whole):
    """An integer in a query, where everything is text."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> int:
        return super()._deserialize(unquoted(value), attr, data, **kwargs)


class PageQuery(Schema):
    """The arguments of every list. Unknown ones are ignored, and `?after=` is no `after`: forms send empty fields."""

    class Meta:
        unknown = EXCLUDE

    limit = Limit(1, MAX_ITEMS, description=f"Items of a page, {DEFAULT_ITEMS} by default")
    order = Text(choices=("asc", "desc"), description="By time of creation; desc, the newest first, by default")
    after = Identifier(description="The page that begins after the item of this id")

    @pre_load
    def drop_empty(self, data: Any, **_: Any) -> Any:
        """The arguments that have a value."""
        return {key: data[key] for key in data if data[key] != ""} if isinstance(data, Mapping) else data

    def cursor(self, data: Mapping[str, Any], default: int = DEFAULT_ITEMS) -> Cursor:
        """Which page is wanted."""
        return Cursor(
            limit=data.get("limit") or default,
            order=data.get("order") or "desc",
            after=data.get("after"),
            before=data.get("before"),
        )


@dataclass(frozen=True, slots=True)
class FileQuery:
    """What GET /files asks for; every purpose when None."""

    cursor: Cursor
    purpose: Purpose | None = None


class FileQuerySchema(PageQuery):
    """GET /files."""

    limit = Limit(1, MAX_FILES, description=f"Files of a page, {MAX_FILES} by default")
    purpose = Text(choices=get_args(Purpose), description="Files of this purpose alone")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> FileQuery:
        """The query."""
        return FileQuery(self.cursor(data, default=MAX_FILES), data.get("purpose"))


class StoreQuerySchema(PageQuery):
    """GET /vector_stores."""

    before = Identifier(description="The page that ends before the item of this id")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Cursor:
        """The query."""
        return self.cursor(data)


@dataclass(frozen=True, slots=True)
class StoreFileQuery:
    """What GET /vector_stores/{id}/files asks for; every status when None."""

    cursor: Cursor
    status: FileStatus | None = None


class StoreFileQuerySchema(PageQuery):
    """GET /vector_stores/{id}/files, and the same of a batch."""

    before = Identifier(description="The page that ends before the item of this id")
    filter = Text(choices=get_args(FileStatus), description="Files of this status alone")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> StoreFileQuery:
        """The query."""
        return StoreFileQuery(self.cursor(data), data.get("filter"))


@dataclass(frozen=True, slots=True)
class ConversationQuery:
    """What GET /conversations asks for; every title when the words are none."""

    cursor: Cursor
    title: str = ""


class ConversationQuerySchema(PageQuery):
    """GET /conversations."""

    before = Identifier(description="The page that ends before the item of this id")
    query = Text(max_length=MAX_TITLE, description="Those whose `title`, in their metadata, has these words")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ConversationQuery:
        """The query."""
        return ConversationQuery(self.cursor(data), data.get("query") or "")


FILE_QUERY = FileQuerySchema()
STORE_QUERY = StoreQuerySchema()
CONVERSATION_QUERY = ConversationQuerySchema()
STORE_FILE_QUERY = StoreFileQuerySchema()


def page_json(items: Sequence[Mapping[str, Any]], has_more: bool) -> dict[str, Any]:
    """OpenAI's list of objects that have an `id`."""
    return {
        "object": "list",
        "data": list(items),
        "first_id": items[0]["id"] if items else None,
        "last_id": items[-1]["id"] if items else None,
        "has_more": has_more,
    }

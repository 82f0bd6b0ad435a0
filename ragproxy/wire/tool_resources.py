"""What the tools of assistants and threads work on: vector stores, or files that make one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, fields, post_load

from ragproxy.domain import Chunking
from ragproxy.wire.conversations import Notes
from ragproxy.wire.fields import Identifier, Items
from ragproxy.wire.store_files import ChunkingSchema
from ragproxy.wire.validation import Problem, at, wrong_value

MAX_STORES = 32  # of one assistant or thread; OpenAI has one
MAX_FILES = 500  # of a store that is made on the way
CODE_INTERPRETER: Final = "code_interpreter"


def no_interpreter() -> Problem:
    """Of whoever wants code to be run."""
    return wrong_value(
        "the tool 'code_interpreter' is not available here, for nothing runs code; "
        "'file_search' and 'function' are available",
        "unsupported_parameter",
    )


@dataclass(frozen=True, slots=True)
class NewStore:
    """A vector store to make of files; `chunking` None means ours."""

    file_ids: tuple[str, ...] = ()
    chunking: Chunking | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ToolResources:
    """What was said: the ids of stores, None when nothing was; and a store to make beside them."""

    stores: tuple[str, ...] | None = None
    new: NewStore | None = None


class _NewStoreSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    file_ids = Items(Identifier(), max_items=MAX_FILES)
    chunking_strategy = fields.Nested(ChunkingSchema, allow_none=True)
    metadata = Notes()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> NewStore:
        """The store."""
        file_ids = tuple(dict.fromkeys(data.get("file_ids") or ()))
        return NewStore(file_ids, data.get("chunking_strategy"), data.get("metadata") or {})


class _SearchedSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    vector_store_ids = Items(Identifier(), max_items=MAX_STORES)
    vector_stores = Items(fields.Nested(_NewStoreSchema), max_items=1)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ToolResources:
        """Both at once are one too many, as OpenAI has it."""
        ids, made = data.get("vector_store_ids"), data.get("vector_stores")
        if ids and made:
            raise at(wrong_value("give this or 'vector_store_ids', not both"), "vector_stores")
        stores = None if ids is None else tuple(dict.fromkeys(ids))
        return ToolResources(stores, made[0] if made else None)


class _InterpreterSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    file_ids = Items(Identifier(), max_items=MAX_FILES)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> None:
        """Nothing: an empty list is what objects show that clients send back."""
        if data.get("file_ids"):
            raise at(no_interpreter(), "file_ids")


class ToolResourcesSchema(Schema):
    """`tool_resources` of an assistant, a thread or a run. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    file_search = fields.Nested(_SearchedSchema, allow_none=True)
    code_interpreter = fields.Nested(_InterpreterSchema, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ToolResources:
        """The resources."""
        return data.get("file_search") or ToolResources()


def tool_resources_json(stores: Iterable[str]) -> dict[str, Any]:
    """OpenAI's `tool_resources` of these stores."""
    ids = list(stores)
    return {"file_search": {"vector_store_ids": ids}} if ids else {}

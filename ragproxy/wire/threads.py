"""Threads: how clients make and change them, and see them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load

from ragproxy.domain import Thread, ThreadMessage
from ragproxy.wire.conversations import Notes
from ragproxy.wire.fields import Items
from ragproxy.wire.thread_messages import NewMessageSchema
from ragproxy.wire.tool_resources import ToolResources, ToolResourcesSchema, tool_resources_json

MAX_MESSAGES = 1000  # of a new thread; OpenAI's older servers took 32


@dataclass(frozen=True, slots=True)
class ThreadRequest:
    """A thread to make, with its first messages."""

    messages: tuple[ThreadMessage, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    resources: ToolResources = field(default_factory=ToolResources)


class ThreadRequestSchema(Schema):
    """POST /threads, and the `thread` of POST /threads/runs. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    messages = Items(fields.Nested(NewMessageSchema), max_items=MAX_MESSAGES)
    metadata = Notes()
    tool_resources = fields.Nested(ToolResourcesSchema, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ThreadRequest:
        """The request."""
        return ThreadRequest(
            tuple(data.get("messages") or ()),
            data.get("metadata") or {},
            data.get("tool_resources") or ToolResources(),
        )


@dataclass(frozen=True, slots=True)
class ThreadChange:
    """What takes the place of the thread's own; None leaves it."""

    metadata: Mapping[str, str] | None = None
    resources: ToolResources = field(default_factory=ToolResources)


class ThreadChangeSchema(Schema):
    """POST /threads/{id}. Null takes the metadata or the stores away; unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    metadata = Notes()
    tool_resources = fields.Nested(ToolResourcesSchema, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ThreadChange:
        """The change."""
        metadata = (data["metadata"] or {}) if "metadata" in data else None
        if "tool_resources" in data and data["tool_resources"] is None:
            return ThreadChange(metadata, ToolResources(stores=()))
        return ThreadChange(metadata, data.get("tool_resources") or ToolResources())


THREAD_REQUEST = ThreadRequestSchema()
THREAD_CHANGE = ThreadChangeSchema()


def thread_json(thread: Thread) -> dict[str, Any]:
    """OpenAI's thread."""
    return {
        "id": thread.id,
        "object": "thread",
        "created_at": thread.created,
        "metadata": dict(thread.metadata),
        "tool_resources": tool_resources_json(thread.stores),
    }

"""Files of the library: the form that brings one, and what clients see of it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load, pre_load

from ragproxy.domain import File, Purpose
from ragproxy.wire.fields import Identifier, Text, Whole, unquoted
from ragproxy.wire.groups import Groups, groups_json

UPLOADABLE: tuple[Purpose, ...] = ("assistants", "batch", "fine-tune", "vision", "user_data", "evals")
BATCH_LIFETIME_S = 30 * 86_400  # OpenAI's rule for files of the purpose `batch` that come without expires_after

_BRACKETED = re.compile(r"expires_after\[(\w+)\]")


class FileExpirySchema(Schema):
    """`expires_after` of a file, loaded as seconds."""

    class Meta:
        unknown = EXCLUDE

    anchor = Text(required=True, choices=("created_at",))
    seconds = Whole(3600, 2_592_000, required=True, description="From one hour to 30 days")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> int:
        """The seconds."""
        return data["seconds"]


@dataclass(frozen=True, slots=True)
class FileForm:
    """What is said of a file that is sent; `lifetime_s` counts from its creation, None is for ever."""

    purpose: Purpose
    lifetime_s: int | None = None
    groups: tuple[str, ...] = ()


class FileFormSchema(Schema):
    """The fields beside `file` in the form of POST /files. Unknown ones are ignored."""

    class Meta:
        unknown = EXCLUDE

    purpose = Text(required=True, choices=UPLOADABLE, description="What the file is for")
    expires_after = fields.Nested(FileExpirySchema, allow_none=True)
    groups = Groups()

    @pre_load
    def unbracket(self, data: Any, **_: Any) -> Any:
        """A form has no objects: `expires_after[seconds]=3600` is one."""
        return _unbracketed(data) if isinstance(data, Mapping) else data

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> FileForm:
        """The form."""
        lifetime = lifetime_s(data["purpose"], data.get("expires_after"))
        return FileForm(data["purpose"], lifetime, tuple(data.get("groups") or ()))


class FileNameSchema(Schema):
    """The name that the file of a form came with."""

    file = Identifier(required=True)


FILE_FORM = FileFormSchema()
FILE_NAME = FileNameSchema()


def _unbracketed(form: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    expiry: dict[str, Any] = {}
    for key in form:
        inner, value = _BRACKETED.fullmatch(key), form[key]
        if inner is None:
            flat[key] = value
        else:
            expiry[inner[1]] = unquoted(value) if inner[1] == "seconds" else value
    return {**flat, "expires_after": expiry} if expiry else flat


def lifetime_s(purpose: Purpose, asked: int | None) -> int | None:
    """How long a file of that purpose is kept: as asked, or else as OpenAI does; None is for ever."""
    return BATCH_LIFETIME_S if asked is None and purpose == "batch" else asked


def file_json(file: File) -> dict[str, Any]:
    """OpenAI's file object. The deprecated status is always `processed`: a file that has a row is whole."""
    return {
        "id": file.id,
        "object": "file",
        "bytes": file.size,
        "created_at": file.created,
        "expires_at": file.expires,
        "filename": file.filename,
        "purpose": file.purpose,
        "status": "processed",
        "status_details": None,
        **groups_json(file.groups),
    }


def deleted_json(id: str, object: str) -> dict[str, Any]:
    """OpenAI's answer to DELETE; `object` is "file", "vector_store.deleted" or "vector_store.file.deleted"."""
    return {"id": id, "object": object, "deleted": True}

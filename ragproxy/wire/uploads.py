"""Uploads: files that arrive in parts."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from marshmallow import EXCLUDE, Schema, fields, post_load

from ragproxy.domain import File, Purpose, Upload
from ragproxy.wire.fields import Identifier, Items, Text, Whole
from ragproxy.wire.files import UPLOADABLE, FileExpirySchema, file_json, lifetime_s
from ragproxy.wire.validation import at, shown, wrong_value

MAX_BYTES = 8 * 2**30  # of an upload, as OpenAI has it
MAX_PARTS = 10_000

_MD5 = re.compile("[0-9a-fA-F]{32}")
# RFC 6838's names, and parameters in plain ASCII: the type comes back as a header
_MIME_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,127}/[A-Za-z0-9!#$&^_.+-]{1,127}(?: ?;[ -~]{0,255})?")


class MimeType(Text):
    """A media type such as `text/plain; charset=utf-8`."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        value = super()._deserialize(value, attr, data, **kwargs)
        if not _MIME_TYPE.fullmatch(value):
            raise at(wrong_value(f"expected a media type such as 'text/plain', but got {shown(value)}"))
        return value


class Md5(Text):
    """An MD5 in hexadecimal, in lower case once loaded."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> str:
        value = super()._deserialize(value, attr, data, **kwargs)
        if not _MD5.fullmatch(value):
            raise at(wrong_value(f"expected 32 hexadecimal digits, but got {shown(value)}"))
        return value.lower()


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """A file that is announced; `lifetime_s` is the file's, from its creation, None for ever."""

    filename: str
    purpose: Purpose
    size: int  # bytes
    mime_type: str
    lifetime_s: int | None = None


class UploadRequestSchema(Schema):
    """POST /uploads. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    filename = Identifier(required=True)
    purpose = Text(required=True, choices=UPLOADABLE)
    bytes = Whole(1, MAX_BYTES, required=True, description="Size of the whole file")
    mime_type = MimeType(required=True)
    expires_after = fields.Nested(FileExpirySchema, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> UploadRequest:
        """The request."""
        return UploadRequest(
            filename=data["filename"],
            purpose=data["purpose"],
            size=data["bytes"],
            mime_type=data["mime_type"],
            lifetime_s=lifetime_s(data["purpose"], data.get("expires_after")),
        )


@dataclass(frozen=True, slots=True)
class UploadEnd:
    """The parts in the order in which they make the file, and the MD5 of the whole in lower case hexadecimal."""

    part_ids: tuple[str, ...]
    md5: str | None = None


class UploadEndSchema(Schema):
    """POST /uploads/{id}/complete. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    part_ids = Items(Identifier(), required=True, min_items=1, max_items=MAX_PARTS)
    md5 = Md5(description="Of the whole file, in hexadecimal")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> UploadEnd:
        """The request."""
        return UploadEnd(tuple(data["part_ids"]), data.get("md5"))


UPLOAD_REQUEST = UploadRequestSchema()
UPLOAD_END = UploadEndSchema()


def upload_json(upload: Upload, file: File | None = None) -> dict[str, Any]:
    """OpenAI's upload object, with the file that it became."""
    return {
        "id": upload.id,
        "object": "upload",
        "bytes": upload.size,
        "created_at": upload.created,
        "filename": upload.filename,
        "purpose": upload.purpose,
        "status": upload.status,
        "expires_at": upload.expires,
        "file": None if file is None else file_json(file),
    }


def part_json(id: str, upload_id: str, created: int) -> dict[str, Any]:
    """OpenAI's part of an upload; `created` in epoch seconds."""
    return {"id": id, "object": "upload.part", "created_at": created, "upload_id": upload_id}

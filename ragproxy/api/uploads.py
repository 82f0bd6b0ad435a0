"""/uploads: files that arrive in parts."""

from __future__ import annotations

from flask import Response, request

from ragproxy.api.context import services, visit
from ragproxy.api.files import form_doc
from ragproxy.api.forms import receive
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.wire.uploads import UPLOAD_END, UPLOAD_REQUEST, UploadEnd, UploadRequest, part_json, upload_json

bp = Resource("uploads", "Uploads: large files, in parts.", scope="files")


@bp.route("/uploads", methods=["POST"])
@bp.arguments(UPLOAD_REQUEST)
def create_upload(asked: UploadRequest) -> Response:
    """Create an upload"""
    upload = services.librarian.announce(
        owner=visit().caller.owner,
        filename=asked.filename,
        purpose=asked.purpose,
        mime_type=asked.mime_type,
        size=asked.size,
        lifetime_s=asked.lifetime_s,
    )
    return json_response(upload_json(upload))


@bp.route("/uploads/<upload_id>/parts", methods=["POST"])
@bp.doc(requestBody=form_doc(["data"], data={"type": "string", "format": "binary"}))
def add_upload_part(upload_id: str) -> Response:
    """Add a part to an upload"""
    librarian = services.librarian
    upload = librarian.pending(upload_id, owner=visit().caller.owner)
    limit = librarian.part_limit
    with receive(request, "data", librarian.keep_part, librarian.drop, limit=limit.size, beyond=limit.message) as form:
        part = librarian.add_part(upload, form.file)
    return json_response(part_json(part.id, part.upload_id, part.created))


@bp.route("/uploads/<upload_id>/complete", methods=["POST"])
@bp.arguments(UPLOAD_END)
def complete_upload(asked: UploadEnd, upload_id: str) -> Response:
    """Complete an upload"""
    upload = services.librarian.pending(upload_id, owner=visit().caller.owner)
    completed, file = services.librarian.complete(upload, asked.part_ids, asked.md5)
    return json_response(upload_json(completed, file))


@bp.route("/uploads/<upload_id>/cancel", methods=["POST"])
def cancel_upload(upload_id: str) -> Response:
    """Cancel an upload"""
    upload = services.librarian.pending(upload_id, owner=visit().caller.owner)
    return json_response(upload_json(services.state.uploads.cancel(upload.id)))

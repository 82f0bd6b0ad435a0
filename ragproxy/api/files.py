"""/files: the library of what clients uploaded."""

from __future__ import annotations

import mimetypes
import unicodedata
from typing import Any
from urllib.parse import quote

from flask import Response, request
from werkzeug.wsgi import FileWrapper

from ragproxy.api.context import services, visit
from ragproxy.api.forms import receive
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.api.vector_stores import shared
from ragproxy.domain import File
from ragproxy.errors import Forbidden
from ragproxy.wire.files import FILE_FORM, FILE_NAME, UPLOADABLE, FileForm, deleted_json, file_json
from ragproxy.wire.groups import SHARING, Sharing
from ragproxy.wire.paging import FILE_QUERY, FileQuery, page_json
from ragproxy.wire.validation import load

bp = Resource("files", "Files: documents to be searched, and input of other kinds.", scope="files")

BLOCK = 1 << 18  # bytes sent at once
# beside what Python knows on every machine
TYPES = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".jsonl": "application/jsonl",
    ".md": "text/markdown",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_BINARY = {"type": "string", "format": "binary"}
_FORM = {
    "purpose": {"type": "string", "enum": [*UPLOADABLE]},
    "expires_after[anchor]": {"type": "string", "const": "created_at"},
    "expires_after[seconds]": {"type": "integer"},
    "groups": {"type": "string"},
}


def form_doc(required: list[str], **properties: Any) -> dict[str, Any]:
    """OpenAPI's requestBody of a form."""
    schema = {"type": "object", "required": required, "properties": properties}
    return {"required": True, "content": {"multipart/form-data": {"schema": schema}}}


@bp.route("/files", methods=["POST"])
@bp.doc(requestBody=form_doc(["file", "purpose"], file=_BINARY, **_FORM))
def create_file() -> Response:
    """Upload a file"""
    librarian = services.librarian
    limit = librarian.file_limit
    with receive(request, "file", librarian.keep, librarian.drop, limit=limit.size, beyond=limit.message) as form:
        about: FileForm = load(FILE_FORM, form.fields)
        file = librarian.add(
            form.file,
            owner=visit().caller.owner,
            filename=load(FILE_NAME, {"file": form.filename})["file"],
            purpose=about.purpose,
            lifetime_s=about.lifetime_s,
            groups=shared(about.groups),
        )
    return json_response(file_json(file))


@bp.route("/files", methods=["GET"])
@bp.arguments(FILE_QUERY, location="query")
def list_files(query: FileQuery) -> Response:
    """List files"""
    page = services.state.library.list(visit().caller, query.cursor, query.purpose)
    return json_response(page_json([file_json(file) for file in page.items], page.has_more))


@bp.route("/files/<file_id>", methods=["GET"])
def retrieve_file(file_id: str) -> Response:
    """Retrieve a file"""
    return json_response(file_json(_file(file_id)))


@bp.route("/files/<file_id>", methods=["POST"])
@bp.arguments(SHARING)
def share_file(sharing: Sharing, file_id: str) -> Response:
    """Say which groups may read a file (not part of OpenAI's API)"""
    file = _own(file_id)
    return json_response(file_json(services.state.library.share(file.id, shared(sharing.groups), owner=file.owner)))


@bp.route("/files/<file_id>", methods=["DELETE"])
def delete_file(file_id: str) -> Response:
    """Delete a file, from every vector store too"""
    file = _own(file_id)
    services.librarian.forget(file.id, owner=file.owner)
    services.copies.forget(file.id, owner=file.owner)
    return json_response(deleted_json(file_id, "file"))


@bp.route("/files/<file_id>/content", methods=["GET"])
def download_file(file_id: str) -> Response:
    """Retrieve a file's content"""
    file = _file(file_id)
    # not `direct_passthrough`: then nobody would close the response, see api/stream.py
    response = Response(FileWrapper(services.state.blobs.open(file.sha256), BLOCK), mimetype=media_type(file.filename))
    response.content_length = file.size
    response.set_etag(file.sha256)
    response.headers["Content-Disposition"] = disposition(file.filename)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private"
    try:
        # an unknown unit, or several ranges, may be ignored; werkzeug would refuse them
        whole = request.range is None or request.range.units != "bytes" or len(request.range.ranges) != 1
        response.make_conditional(request.environ, accept_ranges="bytes", complete_length=None if whole else file.size)
    except BaseException:
        response.close()
        raise
    return response


def media_type(filename: str) -> str:
    """What a file of that name most likely is."""
    ending = "." + filename.rpartition(".")[2].lower()
    return TYPES.get(ending) or mimetypes.guess_type(filename)[0] or "application/octet-stream"


def disposition(filename: str) -> str:
    """The header that tells a browser to save the file, and as what: RFC 6266, with RFC 5987's form of the name.

    The plain form is for those who know no better, its accents gone.
    """
    plain = unicodedata.normalize("NFKD", filename).encode("ascii", "ignore").decode()
    escaped = plain.replace("\\", "\\\\").replace('"', '\\"')
    value = f'attachment; filename="{escaped}"'
    return value if plain == filename else f"{value}; filename*=UTF-8''{quote(filename, safe='!#$&+-.^_`|~')}"


def _file(file_id: str) -> File:
    return services.state.library.readable(file_id, visit().caller)


def _own(file_id: str) -> File:
    """The file, to be changed. Forbidden when others let the caller read it, and no more."""
    file = _file(file_id)
    if file.owner != visit().caller.owner:
        raise Forbidden(f"The file '{file_id}' is shared with you to be read; its owner alone changes it")
    return file

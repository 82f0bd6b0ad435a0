"""/vector_stores/{id}/folder_files: folders that a client keeps alike with a store. Ours, not OpenAI's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

from flask import Response, request

from ragproxy.api.context import services
from ragproxy.api.files import form_doc
from ragproxy.api.forms import Part, parts
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.api.vector_stores import owned_store
from ragproxy.domain import Cursor, KeptFile
from ragproxy.errors import InvalidRequest, RagproxyError
from ragproxy.wire.folders import KNOWN_QUERY, MANIFEST, MAX_SENT, Sent, known_json, outcomes_json
from ragproxy.wire.json import loads
from ragproxy.wire.paging import page_json
from ragproxy.wire.validation import load

bp = Resource(
    "folder_files",
    "Files of folders (ragproxy's own): what `ragproxy ingest` keeps alike with a folder.",
    scope="files",
)

MAX_TOGETHER = 32 << 20  # bytes of one form, or what one file may have if that is more
MAX_MANIFEST = 2 << 20  # bytes: as many files as may be sent, each with two paths of 4,096

_FILES = {"type": "array", "items": {"type": "string", "format": "binary"}}
_MANIFEST = {"type": "string", "description": 'JSON: {"files": [{"source": "/docs/a.md", "filename": "a.md"}]}'}


@bp.route("/vector_stores/<vector_store_id>/folder_files", methods=["GET"])
@bp.arguments(KNOWN_QUERY, location="query")
def list_folder_files(cursor: Cursor, vector_store_id: str) -> Response:
    """List what a vector store knows of files of folders (not part of OpenAI's API)"""
    page = services.state.folders.page(owned_store(vector_store_id).id, cursor)
    known = [known_json(known) for known in services.ingestor.about(page.items)]
    return json_response(page_json(known, page.has_more))


@bp.route("/vector_stores/<vector_store_id>/folder_files", methods=["POST"])
@bp.doc(requestBody=form_doc(["manifest", "file"], manifest=_MANIFEST, file=_FILES))
def put_folder_files(vector_store_id: str) -> Response:
    """Put files of a folder into a vector store; they are indexed when it answers (not part of OpenAI's API)"""
    store = owned_store(vector_store_id)
    if store.status == "expired":
        raise InvalidRequest(f"The vector store '{store.id}' has expired", code="vector_store_expired")
    limit = max(MAX_TOGETHER, services.ingestor.file_limit)
    beyond = f"The files are larger than {limit >> 20} MiB together; the setting is RAGPROXY_FILE_LIMIT_MB"
    with closing(parts(request, limit=limit, beyond=beyond, max_parts=MAX_SENT + 1)) as received:
        sent, files = _received(received)
    return json_response(outcomes_json(sent, services.ingestor.put_kept(store, files)))


def _received(received: Iterator[Part]) -> tuple[Sequence[Sent], list[KeptFile]]:
    """The manifest, and the bytes of its files, kept, in their order; none are when anything is wrong."""
    sent = _manifest(received)
    files: list[KeptFile] = []
    try:
        _keep(received, sent, files)
    except RagproxyError:
        for file in files:
            services.ingestor.drop(file.sha256)
        raise
    return sent, files


def _manifest(received: Iterator[Part]) -> Sequence[Sent]:
    """What the form begins with, so that nothing is kept that is not wanted."""
    first = next(received, None)
    if first is None or first.name != "manifest":
        raise InvalidRequest(
            "The form must begin with its 'manifest'", param="manifest", code="missing_required_parameter"
        )
    sent: Sequence[Sent] = load(MANIFEST, loads(first.text(MAX_MANIFEST).encode()))
    return sent


def _keep(received: Iterator[Part], sent: Sequence[Sent], files: list[KeptFile]) -> None:
    for part in received:
        if part.name != "file" or len(files) == len(sent):
            raise InvalidRequest(
                f"After the manifest of {len(sent)} come as many parts 'file', and nothing else", param="file"
            )
        kept = services.ingestor.keep(part.content)
        files.append(KeptFile(sent[len(files)].source, sent[len(files)].filename, kept.sha256, kept.size))
    if len(files) < len(sent):
        raise InvalidRequest(f"The manifest lists {len(sent)} files, but the form holds {len(files)}", param="file")

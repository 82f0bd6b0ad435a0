"""Files, uploads and vector stores, and what is in them."""

from __future__ import annotations

from typing import get_args

from ragproxy.domain import FileStatus, FolderStatus, Purpose
from ragproxy.wire.reference.shapes import (
    INTEGER,
    METADATA,
    NULL,
    NUMBER,
    STRING,
    TIME,
    Shape,
    array,
    choice,
    const,
    deleted,
    either,
    nullable,
    page,
    record,
    told,
)

_PURPOSE = choice(get_args(Purpose))
_GROUPS = told(array(STRING), "Who may read it; absent when all of its owner's callers may")
_STATUS = choice(get_args(FileStatus))
_TEXT = array(record({"type": const("text"), "text": STRING}))
_WHOLE = {"has_more": const(False), "next_page": NULL}

SCHEMAS: dict[str, Shape] = {
    "File": record(
        {
            "id": STRING,
            "object": const("file"),
            "bytes": INTEGER,
            "created_at": TIME,
            "expires_at": nullable(TIME),
            "filename": STRING,
            "purpose": _PURPOSE,
            "status": const("processed"),
            "status_details": NULL,
            "groups?": _GROUPS,
        },
        "A file of the library",
    ),
    "FileList": page("File", "A page of files"),
    "FileDeleted": deleted("file", "A file that is gone"),
    "Upload": record(
        {
            "id": STRING,
            "object": const("upload"),
            "bytes": INTEGER,
            "created_at": TIME,
            "filename": STRING,
            "purpose": _PURPOSE,
            "status": choice(("pending", "completed", "cancelled", "expired")),
            "expires_at": TIME,
            "file": told(nullable("File"), "The file that it became"),
        },
        "A file that arrives in parts",
    ),
    "UploadPart": record(
        {"id": STRING, "object": const("upload.part"), "created_at": TIME, "upload_id": STRING}, "A part of an upload"
    ),
    "FileCounts": record(
        {"in_progress": INTEGER, "completed": INTEGER, "failed": INTEGER, "cancelled": INTEGER, "total": INTEGER}
    ),
    "VectorStore": record(
        {
            "id": STRING,
            "object": const("vector_store"),
            "created_at": TIME,
            "name": STRING,
            "description": nullable(STRING),
            "usage_bytes": INTEGER,
            "file_counts": "FileCounts",
            "status": choice(("in_progress", "completed", "expired")),
            "expires_after": nullable(record({"anchor": const("last_active_at"), "days": INTEGER})),
            "expires_at": nullable(TIME),
            "last_active_at": nullable(TIME),
            "metadata": METADATA,
            "groups?": _GROUPS,
        },
        "A collection of documents that can be searched",
    ),
    "VectorStoreList": page("VectorStore", "A page of vector stores"),
    "VectorStoreDeleted": deleted("vector_store.deleted", "A vector store that is gone"),
    "VectorStoreFile": record(
        {
            "id": STRING,
            "object": const("vector_store.file"),
            "usage_bytes": INTEGER,
            "created_at": TIME,
            "vector_store_id": STRING,
            "status": _STATUS,
            "last_error": nullable(
                record({"code": choice(("unsupported_file", "invalid_file", "server_error")), "message": STRING})
            ),
            "chunking_strategy": either(
                record({"type": const("other")}),
                record(
                    {
                        "type": const("static"),
                        "static": record({"max_chunk_size_tokens": INTEGER, "chunk_overlap_tokens": INTEGER}),
                    }
                ),
            ),
            "attributes": "Attributes",
        },
        "A file of a vector store",
    ),
    "VectorStoreFileList": page("VectorStoreFile", "A page of a store's files"),
    "VectorStoreFileDeleted": deleted("vector_store.file.deleted", "A file that was taken out of a store"),
    "VectorStoreFileContent": record(
        {"object": const("vector_store.file_content.page"), "data": _TEXT, **_WHOLE}, "The text of a file, in chunks"
    ),
    "VectorStoreFileBatch": record(
        {
            "id": STRING,
            "object": const("vector_store.files_batch"),
            "created_at": TIME,
            "vector_store_id": STRING,
            "status": _STATUS,
            "file_counts": "FileCounts",
        },
        "Files that were put into a store together",
    ),
    "SearchResults": record(
        {
            "object": const("vector_store.search_results.page"),
            "search_query": array(STRING),
            "data": array(
                record(
                    {
                        "file_id": STRING,
                        "filename": STRING,
                        "score": told(NUMBER, "From 0 to 1"),
                        "attributes": "Attributes",
                        "content": _TEXT,
                        "page?": told(INTEGER, "From 1, where the document has pages"),
                    }
                )
            ),
            **_WHOLE,
        },
        "What a search found, the best first",
    ),
    "Reindex": record(
        {
            "object": const("vector_store.reindex"),
            "vector_store_id": STRING,
            "status": choice(("in_progress", "completed", "failed")),
            "done": told(INTEGER, "Chunks"),
            "total": told(INTEGER, "Chunks"),
            "error": nullable(record({"code": STRING, "message": STRING})),
            "created_at": TIME,
            "finished_at": nullable(TIME),
        },
        "A vector store whose chunks are embedded anew",
    ),
    "FolderFile": record(
        {
            "id": STRING,
            "object": const("vector_store.folder_file"),
            "source": told(STRING, "Where it was read from"),
            "sha256": told(nullable(STRING), "Of its bytes; null: send it again, whatever it holds"),
            "chunks": INTEGER,
        },
        "What a store knows of a file of a folder",
    ),
    "FolderFileList": page("FolderFile", "A page of them"),
    "FolderOutcomes": record(
        {
            "object": const("list"),
            "data": array(
                record(
                    {
                        "object": const("vector_store.folder_file.outcome"),
                        "source": STRING,
                        "status": choice(get_args(FolderStatus)),
                        "chunks": INTEGER,
                        "reason": nullable(STRING),
                    }
                )
            ),
        },
        "What became of each file, in the order of the form",
    ),
}

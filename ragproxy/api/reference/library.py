"""The operations of files and vector stores."""

from __future__ import annotations

from ragproxy.api.reference.operations import BINARY, Operation, answers, serves

_POLL = ("openai-poll-after-ms",)
_OURS = "Ours: OpenAI has no such route."

OPERATIONS: dict[str, Operation] = {
    "files.create_file": answers(
        "File", "A form with the `file` and its `purpose`; `assistants` and `user_data` are for documents."
    ),
    "files.list_files": answers("FileList", "Those that the caller may read, the newest first by default."),
    "files.retrieve_file": answers("File", "What is known of it; its bytes are at `/content`."),
    "files.share_file": answers("File", f"{_OURS} The groups given take the place of those there were."),
    "files.delete_file": answers("FileDeleted", "It is found by no search any more."),
    "files.download_file": serves(
        "*/*",
        "Its bytes, as they were sent. `Range` and `If-None-Match` are honoured.",
        BINARY,
        more={206: "The part that `Range` asked for", 304: "It has not changed"},
        headers=("Content-Disposition",),
        refuses=(416,),
    ),
    "uploads.create_upload": answers("Upload", "Parts may be sent for an hour."),
    "uploads.add_upload_part": answers("UploadPart", "A form with the bytes as `data`. Parts may come in any order."),
    "uploads.complete_upload": answers("Upload", "The parts in their order make the file; nothing may be missing."),
    "uploads.cancel_upload": answers("Upload", "No part can be added any more."),
    "vector_stores.create_vector_store": answers(
        "VectorStore", "Files named in `file_ids` are indexed after it answers."
    ),
    "vector_stores.list_vector_stores": answers("VectorStoreList", "Those that the caller may read."),
    "vector_stores.get_vector_store": answers("VectorStore", "Its counts say how far indexing has got."),
    "vector_stores.modify_vector_store": answers("VectorStore", "What the body does not say stays as it is."),
    "vector_stores.delete_vector_store": answers("VectorStoreDeleted", "What is indexed of it is removed afterwards."),
    "vector_stores.search_vector_store": answers(
        "SearchResults",
        "Passages by words and by meaning, the best first. With `rewrite_query` a model is asked first.",
        headers=("x-ragproxy-cost",),
        relays=True,
    ),
    "vector_store_files.create_vector_store_file": answers("VectorStoreFile", "It is indexed after this answers."),
    "vector_store_files.list_vector_store_files": answers("VectorStoreFileList", "With `filter`, of one status alone."),
    "vector_store_files.get_vector_store_file": answers(
        "VectorStoreFile", "`last_error` says why one that failed did.", headers=_POLL
    ),
    "vector_store_files.update_vector_store_file": answers(
        "VectorStoreFile", "The attributes given take the place of those there were; no text is indexed anew."
    ),
    "vector_store_files.delete_vector_store_file": answers(
        "VectorStoreFileDeleted", "It is found in this store no more."
    ),
    "vector_store_files.retrieve_vector_store_file_content": answers("VectorStoreFileContent", "A piece a chunk."),
    "vector_store_file_batches.create_vector_store_file_batch": answers(
        "VectorStoreFileBatch", "Either `file_ids`, or `files` with attributes of their own."
    ),
    "vector_store_file_batches.get_vector_store_file_batch": answers(
        "VectorStoreFileBatch", "Its counts say how far it has got.", headers=_POLL
    ),
    "vector_store_file_batches.cancel_vector_store_file_batch": answers(
        "VectorStoreFileBatch", "Files that are indexed already stay in the store."
    ),
    "vector_store_file_batches.list_files_in_vector_store_batch": answers(
        "VectorStoreFileList", "With `filter`, of one status alone."
    ),
    "vector_store_reindex.reindex_vector_store": answers(
        "Reindex", f"{_OURS} Its chunks are embedded by the embedder that is configured now."
    ),
    "vector_store_reindex.get_vector_store_reindex": answers("Reindex", f"{_OURS} `done` and `total` count chunks."),
    "folder_files.list_folder_files": answers("FolderFileList", f"{_OURS} A client compares it with its folder."),
    "folder_files.put_folder_files": answers(
        "FolderOutcomes", f"{_OURS} A form that begins with its `manifest`; the files follow in its order."
    ),
}

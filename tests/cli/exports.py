"""An export of the Assistants API, as its calls returned it."""

import json

SECOND = 1_700_000_000
ANSWER = "It costs four euros【4:0†pool.txt】."
MARKER = "【4:0†pool.txt】"
FUNCTION = {
    "type": "function",
    "function": {"name": "look", "description": "Looks", "parameters": {"type": "object", "properties": {}}},
}


def listed(*items):
    return {"object": "list", "data": list(items), "first_id": None, "last_id": None, "has_more": False}


def message(id, role, text, second, *notes, **more):
    content = [{"type": "text", "text": {"value": text, "annotations": list(notes)}}]
    return {
        "id": id,
        "object": "thread.message",
        "created_at": SECOND + second,
        "thread_id": "thread_1",
        "role": role,
        "content": content,
        "assistant_id": None,
        "run_id": None,
        "attachments": [],
        "metadata": {},
        "status": "completed",
        **more,
    }


def note(file_id="file-pool", kind="file_citation"):
    start = ANSWER.index(MARKER)
    return {
        "type": kind,
        "text": MARKER,
        "start_index": start,
        "end_index": start + len(MARKER),
        kind: {"file_id": file_id},
    }


def whole(**changed):
    """An assistant that searches a store of one file, and a thread with a question and its answer."""
    searching = {"file_search": {"vector_store_ids": ["vs_town"]}}
    return {
        "assistants": listed(
            {
                "id": "asst_guide",
                "object": "assistant",
                "created_at": SECOND,
                "name": "Town guide",
                "description": None,
                "instructions": "Tell of the town.",
                "model": "gpt-4o",
                "tools": [{"type": "file_search", "file_search": {"ranking_options": None}}, FUNCTION],
                "tool_resources": {**searching, "code_interpreter": {"file_ids": []}},
                "metadata": {"team": "town"},
                "temperature": 0.5,
                "top_p": 1.0,
                "response_format": "auto",
            }
        ),
        "threads": [
            {
                "id": "thread_1",
                "object": "thread",
                "created_at": SECOND,
                "metadata": {"user": "ann"},
                "tool_resources": {},
                "messages": listed(
                    message("msg_2", "assistant", ANSWER, 5, note(), assistant_id="asst_guide", run_id="run_1"),
                    message("msg_1", "user", "What does the pool cost?", 1, metadata={"page": "1"}),
                ),
            }
        ],
        "files": listed(
            {
                "id": "file-pool",
                "object": "file",
                "bytes": 40,
                "created_at": SECOND,
                "filename": "pool.txt",
                "purpose": "assistants",
                "path": "contents/pool.txt",
            }
        ),
        "vector_stores": listed(
            {
                "id": "vs_town",
                "object": "vector_store",
                "created_at": SECOND,
                "name": "Town",
                "file_counts": {"total": 1},
                "metadata": {"a": "b"},
                "expires_after": None,
                "files": listed(
                    {
                        "id": "file-pool",
                        "object": "vector_store.file",
                        "vector_store_id": "vs_town",
                        "attributes": {"kind": "sport"},
                        "chunking_strategy": {
                            "type": "static",
                            "static": {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400},
                        },
                    }
                ),
            }
        ),
        **changed,
    }


def written(folder, export, name="export.json"):
    """The file of an export, and the content of its file beside it."""
    (folder / "contents").mkdir(parents=True, exist_ok=True)
    (folder / "contents" / "pool.txt").write_text("To enter the town's pool costs four euros.")
    path = folder / name
    path.write_text(json.dumps(export), encoding="utf-8")
    return path

"""What the admin desk is told: stores of every owner, latency, health, its session. Ours, not OpenAI's."""

from __future__ import annotations

from typing import get_args

from ragproxy.domain import CircuitState
from ragproxy.wire.reference import files
from ragproxy.wire.reference.shapes import (
    BOOLEAN,
    INTEGER,
    NUMBER,
    STRING,
    TIME,
    Shape,
    array,
    choice,
    const,
    nullable,
    page,
    record,
    told,
)


def _store(**more: Shape) -> dict[str, str | Shape]:
    """The fields of a vector store, and more."""
    fields = files.SCHEMAS["VectorStore"]
    return {name if name in fields["required"] else f"{name}?": each for name, each in fields["properties"].items()} | {
        "owner": STRING,
        **more,
    }


_FILE: dict[str, str | Shape] = {
    **files.SCHEMAS["VectorStoreFile"]["properties"],
    "filename": STRING,
    "bytes": INTEGER,
    "chunks": INTEGER,
}

SCHEMAS: dict[str, Shape] = {
    "AdminStore": record(_store(), "A vector store, with whose it is"),
    "AdminStoreList": page("AdminStore", "A page of vector stores of every owner"),
    "AdminStoreWhole": record(
        _store(reindex=nullable("Reindex")), "A vector store, with whose it is and its last reindex"
    ),
    "AdminStoreFile": record(_FILE, "A file of a vector store, with its name and its sizes"),
    "AdminStoreFileList": page("AdminStoreFile", "A page of a store's files"),
    "LatencyBucket": record(
        {
            "object": const("latency.bucket"),
            "start_time": TIME,
            "end_time": TIME,
            **{name: nullable(STRING) for name in ("key", "key_name", "model", "upstream", "agent", "owner")},
            "requests": told(INTEGER, "Those that did not fail"),
            **{name: told(NUMBER, "Milliseconds, of the nearest rank") for name in ("p50_ms", "p95_ms", "p99_ms")},
        },
        "How long requests took; what was not asked for is null",
    ),
    "LatencyList": record(
        {"object": const("list"), "data": array("LatencyBucket"), "has_more": BOOLEAN}, "Percentiles of latency"
    ),
    "AdminHealth": record(
        {
            "object": const("admin.health"),
            "version": STRING,
            "process": told(INTEGER, "The id of the process that answers, and that has seen what it tells"),
            "processes": told(INTEGER, "How many web processes there are on this machine"),
            "checks": record({"records": STRING, "index": STRING}),
            "upstreams": array("UpstreamHealth"),
        },
        "How the server and its upstreams are doing",
    ),
    "UpstreamHealth": record(
        {
            "object": const("upstream.health"),
            "name": STRING,
            "kind": STRING,
            "base_url": STRING,
            "status": choice(("ok", "failing", "down", "unknown")),
            "circuit": nullable(choice(get_args(CircuitState))),
            "retry_in_s": NUMBER,
            "calls_in_flight": INTEGER,
            "calls_waiting": INTEGER,
            "calls": INTEGER,
            "failures": INTEGER,
            "last_answer_at": nullable(TIME),
            "last_failure_at": nullable(TIME),
            "last_failure": told(nullable(STRING), "A status, or a word such as `timeout`"),
            "p50_ms": told(nullable(NUMBER), "To the first piece of an answer, of the last calls"),
            "p95_ms": nullable(NUMBER),
            "models": told(nullable(INTEGER), "How many it has; null while nobody knows"),
        },
        "An upstream, as one process has seen it",
    ),
    "AdminSession": record(
        {
            "object": const("admin.session"),
            "signed_in": BOOLEAN,
            "name": told(nullable(STRING), "Of the key or the person; empty for the admin key"),
            "expires_at": nullable(TIME),
            "csrf_token": told(nullable(STRING), "What requests of the page send in `X-CSRF-Token`"),
            "admin_key_set": BOOLEAN,
            "login_url": told(nullable(STRING), "Where people log in at the issuer"),
            "person": told(nullable(STRING), "The administrator who has done so"),
        },
        "The session of a browser at the admin desk",
    ),
    "AdminLogin": record({"object": const("admin.login"), "signed_in": BOOLEAN}, "Whether a session is open now"),
}

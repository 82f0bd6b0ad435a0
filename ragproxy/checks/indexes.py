"""The index beside a running server: as much of it as can be seen from outside."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import closing

from ragproxy.checks.verdict import Scene, Verdict, failed, ok, warning
from ragproxy.errors import RagproxyError
from ragproxy.retrieval import Glimpse, HashEmbedder, peek
from ragproxy.settings import Settings
from ragproxy.state import State, holder, open_state

_AGAIN_S = 1.0  # a file may be at its very end between two looks


def index(scene: Scene) -> Iterator[Verdict]:
    """Each store's embedder, and whether vectors are missing, while another process holds the embedded data."""
    settings = scene.settings
    record = None if settings.chroma_url else holder(settings.data_dir)
    if record is None:
        return
    try:
        with closing(open_state(settings.database)) as state:
            yield from _seen(state, scene, f"process {record.get('pid', 'of somebody')}")
    except RagproxyError as err:
        yield warning("index", f"The index cannot be compared: {err.message}", "Put that right first")


def _seen(state: State, scene: Scene, who: str) -> Iterator[Verdict]:
    folder = scene.settings.data_dir / "chroma"
    state.check_migrated()
    recorded = state.audit.chunks()
    glimpses = peek(folder, scene.timeout_s)
    if glimpses is not None and _lacking(recorded, glimpses):
        time.sleep(_AGAIN_S)
        recorded, glimpses = state.audit.chunks(), peek(folder, scene.timeout_s)
    if glimpses is None:
        yield ok("index", f"The index is not looked at while {who} works on it; stop it for that")
        return
    wrong = [*_of_another(state, scene.settings, glimpses), *_missing(state, recorded, glimpses)]
    yield from wrong
    if not wrong:
        chunks = sum(each.chunks for each in glimpses.values())
        yield ok(
            "index",
            f"{len(glimpses)} vector stores with {chunks:,} chunks are as recorded; "
            f"they are compared file by file when {who} is stopped",
        )


def _of_another(state: State, settings: Settings, glimpses: Mapping[str, Glimpse]) -> Iterator[Verdict]:
    named = settings.embedding_model or HashEmbedder.name
    names = {named, named.partition("/")[2]}  # with or without its upstream's name
    for store_id, name in state.audit.stores():
        glimpse = glimpses.get(store_id)
        if glimpse is not None and glimpse.embedder not in names:
            yield failed(
                "index.embedder",
                f"'{name or store_id}' was indexed by the embedder '{glimpse.embedder}', and '{named}' is configured",
                f"Run `ragproxy reindex {store_id}`, or configure the other embedder again",
            )


def _missing(state: State, recorded: Mapping[str, int], glimpses: Mapping[str, Glimpse]) -> Iterator[Verdict]:
    lacking = _lacking(recorded, glimpses)
    for store_id, name in state.audit.stores():
        if store_id in lacking:
            there = glimpses[store_id].chunks if store_id in glimpses else 0
            yield failed(
                "index.missing_chunks",
                f"'{name or store_id}' should have {recorded[store_id]:,} chunks, and its index has {there:,}",
                "Stop the server, and run `ragproxy doctor --repair`",
            )


def _lacking(recorded: Mapping[str, int], glimpses: Mapping[str, Glimpse]) -> set[str]:
    """The stores that have less than the records say; more is what is just being put in, or taken out."""
    return {
        store_id
        for store_id, chunks in recorded.items()
        if chunks > (glimpses[store_id].chunks if store_id in glimpses else 0)
    }

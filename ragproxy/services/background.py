"""Who works in the background, under which name, and who rings for whom."""

from __future__ import annotations

import hashlib
import secrets
import socket
from collections.abc import Callable, Sequence
from typing import Any

from ragproxy.domain import Doorbell
from ragproxy.ingestion import Indexer, Reindexer, Sandbox
from ragproxy.settings import Settings
from ragproxy.state import State
from ragproxy.worker import Hands, Jobs, is_answered

_DAY_S = 86_400


def salt(settings: Settings) -> str:
    """What keeps servers apart that share a Redis but not the database."""
    return hashlib.sha256(settings.database.encode()).hexdigest()[:16]


def worker_name(settings: Settings) -> str:
    """Who indexes: whoever holds the embedded data, under the same name after a restart; else this process."""
    if settings.chroma_url is None:
        return str(settings.data_dir.resolve())
    return f"{socket.gethostname()}-{secrets.token_hex(6)}"


def open_bell(settings: Settings) -> Doorbell:
    """A bell for whoever works on the records of these settings: a process that rings it does none of the work."""

    def nothing(*_: object) -> None:
        """Somebody else does it."""

    return Jobs(work=nothing, sweep=nothing, abort=nothing, here=False, **_queue(settings))


def bell_is_answered(settings: Settings, patience_s: float) -> bool:
    """Whether a worker of this installation takes a ring in that time. StateUnavailable when Redis is."""
    assert settings.redis_url is not None
    return is_answered(open_bell(settings).ring, settings.redis_url, str(_queue(settings)["salt"]), patience_s)


def open_jobs(
    settings: Settings,
    state: State,
    indexer: Indexer,
    reindexer: Reindexer,
    sandbox: Sandbox,
    hands: Sequence[Hands],
) -> Jobs:
    """Whoever does what waits in the queue, and by themselves what `hands` are for."""

    def work(stop: Callable[[], bool]) -> None:
        while reindexer.work(stop):  # between one and the next, whatever waited for it
            indexer.work(stop)
        indexer.work(stop)

    def sweep() -> None:
        indexer.sweep()
        sandbox.rest()
        state.usage.drop(settings.usage_days * _DAY_S)
        state.idempotency.drop(_DAY_S)
        if settings.conversation_days:
            old_s = settings.conversation_days * _DAY_S
            for kept in (state.conversations, state.responses, state.completions, state.batch_jobs):
                kept.drop(old_s)
        state.batch_jobs.clear()

    return Jobs(
        work=work,
        sweep=sweep,
        abort=sandbox.close,
        **_queue(settings),
        threads=settings.jobs,
        here=settings.redis_url is None or settings.chroma_url is None,
        hands=hands,
    )


def _queue(settings: Settings) -> dict[str, Any]:
    return {"file": settings.data_dir / "jobs.db", "redis_url": settings.redis_url, "salt": f"-{salt(settings)}"}

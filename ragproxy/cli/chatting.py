"""A chat that a command has answered here, as a server would: what it consumed is recorded."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from ragproxy.cli.context import CALLER
from ragproxy.domain import Account, Answer, ChatRequest
from ragproxy.errors import RagproxyError
from ragproxy.services import Services
from ragproxy.telemetry import request_id

MODEL = "ragproxy"  # the built-in agent
LIST_S = 2.0  # for an upstream's list of models


def learn(services: Services, model: str) -> None:
    """Give the upstream a moment to say that it serves `model`; a server has long had its list, we have just begun."""
    services.models.start()
    until = time.monotonic() + LIST_S
    while services.settings.upstream_url and model != MODEL and time.monotonic() < until:
        if model in services.models.names():
            return
        time.sleep(0.05)


@contextmanager
def answered(services: Services, request: ChatRequest, route: str) -> Iterator[Answer]:
    """An answer that is made here, to be read in the block; what it consumed is recorded, whatever becomes of it.

    `route` is what the record names: the command.
    """
    began = time.perf_counter()
    hit, status = False, 200
    try:
        answer = services.answerer.answer(request, CALLER)
        hit = answer.headers.get("x-cache") == "hit"
        try:
            yield answer
        finally:
            close = getattr(answer.deltas, "close", None)  # a generator has it, the port's Iterator does not promise it
            if close:
                close()
    except RagproxyError:
        status = 500  # of what kind it is, only an answer over HTTP would tell
        raise
    finally:
        ms = (time.perf_counter() - began) * 1000
        tally = request.tally
        services.recorder.record(
            Account(request_id(None), CALLER, request.model, tally.calls, tally.agent, route, status, ms, hit)
        )

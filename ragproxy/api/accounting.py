"""What the requests that ask a model consume, each on its way to who writes it down: once, when nothing more comes."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from flask import Flask, Response, current_app, request

from ragproxy.api.context import Visit, services, visit
from ragproxy.domain import Account, Answer, Recorder, Tally
from ragproxy.offload import brief_lock
from ragproxy.wire.reading import dollars

COST = "x-ragproxy-cost"
UNSETTLED = "ragproxy.unsettled"
# POST to any route of these resources asks a model, whatever becomes of it; a search only does if it is rewritten
_RESOURCES = frozenset({"chat", "completions", "azure_chat", "embeddings", "azure_embeddings", "relays"})
_ROUTES = frozenset({"fine_tuning.create_job", "responses.create_response", "responses.compact_response"})


class Unsettled:
    """How many requests that ask a model have not ended yet."""

    def __init__(self) -> None:
        self._number = 0
        self._lock = brief_lock()
        self._none: threading.Event | None = None  # that somebody waits for

    def add(self, number: int) -> None:
        """So many more, or fewer."""
        with self._lock:
            self._number += number
            none = None if self._number else self._none
        if none is not None:
            none.set()

    def wait(self, patience_s: float) -> bool:
        """Wait until there is none; whether that came in time."""
        with self._lock:
            if not self._number:
                return True
            if self._none is None or self._none.is_set():
                self._none = threading.Event()
            none = self._none
        return none.wait(patience_s)


class Asking:
    """A request that asks a model, until it is settled. It needs no context of the request to be."""

    def __init__(
        self, model: str, tally: Tally, current: Visit, route: str, recorder: Recorder, unsettled: Unsettled
    ) -> None:
        self.status = 200
        self.hit = False
        self.opaque = False
        self.agent: str | None = None
        self._model = model
        self._tally = tally
        self._id, self._caller, self._started = current.id, current.caller, current.started  # it knows us
        self._route = route
        self._recorder = recorder
        self._unsettled = unsettled
        self._steps: list[Callable[[Account], None]] = []
        self._lock = brief_lock()
        self._settled = False
        unsettled.add(1)

    def answered(self, answer: Answer) -> None:
        """Note who answers, and whether it is out of the cache."""
        self.agent = answer.agent
        self.hit = answer.headers.get("x-cache") == "hit"

    def then(self, step: Callable[[Account], None]) -> None:
        """What is to be done with the account when the request is settled; it must not fail."""
        self._steps.append(step)

    def settle(self) -> None:
        """Record what was consumed, the first time this is called; from any thread."""
        with self._lock:
            if self._settled:
                return
            self._settled = True
        account = Account(
            self._id,
            self._caller,
            self._model,
            self._tally.calls,
            agent=self.agent or self._tally.agent,
            route=self._route,
            status=self.status,
            ms=(time.perf_counter() - self._started) * 1000,
            hit=self.hit,
            # whoever hung up may have had the upstream at work
            opaque=self.opaque and (self.status < 400 or self.status == 499),
        )
        try:
            for step in self._steps:
                step(account)
            self._recorder.record(account)
        finally:
            self._unsettled.add(-1)


def init_app(app: Flask) -> None:
    """Settle every request of the app that asks a model, when its answer has gone out or was refused."""
    app.extensions[UNSETTLED] = Unsettled()
    app.after_request(_conclude)


def asking(model: str, tally: Tally, *, opaque: bool = False) -> Asking:
    """The request in hand asks that model, as it named it; what it consumes comes on the tally.

    Of an `opaque` one it may be more than the tally tells. It is settled when its answer is whole or closed.
    """
    current = visit()
    rule = current.request.url_rule
    begun = Asking(
        model, tally, current, rule.rule if rule else "", services.recorder, current_app.extensions[UNSETTLED]
    )
    begun.opaque = opaque
    current.asking = begun
    return begun


def tell_cost(response: Response, tally: Tally) -> None:
    """Say in the answer's headers what it cost, when that is known and more than nothing."""
    if cost := tally.cost:
        response.headers[COST] = dollars(cost)


def _conclude(response: Response) -> Response:
    current = visit()
    begun = current.asking
    if begun is None:
        if current.put_off or not (current.known and _asks_a_model()):
            return response
        # refused before anybody read what it asks
        begun = asking((request.view_args or {}).get("deployment", ""), Tally())
    begun.status = response.status_code
    if response.is_streamed:
        response.call_on_close(begun.settle)
    else:
        begun.settle()  # before it goes out: whoever asks again then has this behind it
    return response


def _asks_a_model() -> bool:
    resource, _, view = (request.endpoint or "").removeprefix("bare-").rpartition(".")
    return request.method == "POST" and (resource in _RESOURCES or f"{resource}.{view}" in _ROUTES)

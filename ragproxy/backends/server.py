"""One upstream at work: the connections to it, the models it is known to have, and the thread that asks it for them."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import Protocol

from ragproxy import tokens
from ragproxy.backends.azure import Resource
from ragproxy.backends.embedder import UpstreamEmbedder
from ragproxy.backends.embeddings import UpstreamEmbeddings
from ragproxy.backends.http import Channel, Http
from ragproxy.backends.metering import Metered
from ragproxy.backends.openai import OpenAI
from ragproxy.backends.prices import price_of
from ragproxy.backends.resilience import Breaker, Gate, Protection, RetryPolicy, Watch, Watched
from ragproxy.backends.trying import Call, T
from ragproxy.domain import Cancel, ChatModel, CompletionModel, UpstreamHealth
from ragproxy.errors import RagproxyError
from ragproxy.telemetry import OTHER, Metrics, UpstreamMetrics
from ragproxy.tracing import Tracing
from ragproxy.upstreams import Capability, Kind, Upstream
from ragproxy.wire.errors import upstream_error
from ragproxy.wire.json import loads_upstream
from ragproxy.wire.models import model_names

log = logging.getLogger(__name__)

MOST_NAMES = 2000  # of an upstream's list
REFRESH_S = 300.0
FALLBACK_WAIT_S = 2.0  # the longest `retry-after` worth waiting for when another model can answer at once
RETRY_S = 1.0  # after a failure; doubled by each one more


class UpstreamModel(ChatModel, CompletionModel, Protocol):
    """What a backend makes of a server and a model's name."""

    @property
    def chat_only(self) -> bool:
        """Whether the server has shown that it has no legacy completions for it."""
        ...


class Line(Protocol):
    """The connections to an upstream, and where on them a model is."""

    @property
    def http(self) -> Http: ...

    def channel(self, model: str | None) -> Channel:
        """Where requests to that model go, or those that concern none."""
        ...

    def close(self) -> None: ...


class Direct:
    """A Line to a server that is told the model in the body alone."""

    def __init__(self, upstream: Upstream, *, pool: int) -> None:
        self.http = Http(
            upstream.base_url,
            upstream.key,
            connect_timeout_s=upstream.connect_timeout_s,
            read_timeout_s=upstream.read_timeout_s,
            pool=pool,
            headers=upstream.headers,
        )

    def channel(self, model: str | None) -> Http:
        """The one there is."""
        return self.http

    def close(self) -> None:
        """Close the connections that no call is using."""
        self.http.close()


class _Connect(Protocol):
    def __call__(self, upstream: Upstream, *, pool: int) -> Line: ...


BACKENDS: Mapping[Kind, _Connect] = {"openai": Direct, "azure": Resource}


class Server:
    """An upstream. Its list, where it has one, is read by a thread of its own, never by a request.

    `pool` is how many requests may call it at once; more are served too, on connections that are not kept.
    """

    def __init__(
        self,
        upstream: Upstream,
        *,
        pool: int,
        count: Callable[[str], int] = tokens.estimate,
        refresh_s: float = REFRESH_S,
        retry_s: float = RETRY_S,
        tracing: Tracing | None = None,
        metrics: Metrics | None = None,
    ) -> None:
        self.upstream = upstream
        self.name = upstream.name
        self._count = count
        self._refresh_s, self._retry_s = refresh_s, retry_s
        self._line = BACKENDS[upstream.kind](upstream, pool=pool + 1)  # one for the list
        self._line.http.tracing = tracing
        self.models: tuple[str, ...] = upstream.models or ()  # as configured, or as last learnt
        # whether its models were asked for, and whether they are known; neither needs be when they are configured
        self.asked = self.listed = upstream.models is not None
        counted = (metrics or Metrics()).upstream(self.name)
        self.protection = _protected(upstream, counted)
        self._watch = Watch(metrics=counted)
        self._made: dict[str, UpstreamModel] = {}
        self._embedding: dict[str, UpstreamEmbeddings] = {}
        self._thread: threading.Thread | None = None
        self._closed = threading.Event()
        self._cancel = Cancel()

    def serves(self, capability: Capability) -> bool:
        """Whether it is configured to serve that."""
        return capability in self.upstream.serves

    @property
    def lists_its_models(self) -> bool:
        """Whether its models are learnt from it, and so may change."""
        return self.upstream.models is None

    def model(self, model: str) -> UpstreamModel:
        """The model of that id, which it may or may not have, as protected as it is configured; the same each time."""
        made = self._made.get(model)
        if made is None:
            price = price_of(self.upstream, model)
            label = f"{self.name}/{model}"
            called = Watched(OpenAI(self.channel(model), model), self._watch, label)
            made = Metered(called, label, price, self._count)
            protection = self._protection_of(model)
            made = self._made.setdefault(model, protection.around(made) if protection else made)
        return made

    def embedder(self, model: str) -> UpstreamEmbedder:
        """The embedding model of that id, which it may or may not have, for the index; as protected as any other."""
        return UpstreamEmbedder(self.channel(model), model, self._around(self.protection, model))

    def embedding_model(self, model: str) -> UpstreamEmbeddings:
        """The same for clients, as protected as it is configured; the same object each time."""
        made = self._embedding.get(model)
        if made is None:
            around = self._around(self._protection_of(model), model)
            made = UpstreamEmbeddings(self.channel(model), model, around)
            made = self._embedding.setdefault(model, made)
        return made

    def channel(self, model: str | None) -> Channel:
        """Where requests to that model go, or those that concern none."""
        return self._line.channel(model)

    def _protection_of(self, model: str) -> Protection | None:
        """What stands before that model: who can be stood in for is waited for less."""
        if self.protection is None or model not in self.upstream.fallbacks:
            return self.protection
        return replace(self.protection, policy=replace(self.protection.policy, max_wait_s=FALLBACK_WAIT_S))

    def watched(self, call: Call[T], cancel: Cancel, model: str | None) -> Iterator[T]:
        """The items of a call that is passed on, and what becomes of it noted; a client may have made its model up."""
        label = self.name if model is None else f"{self.name}/{model if model in self.models else OTHER}"
        return self._watch.guard(call, cancel, label)

    def _around(self, protection: Protection | None, model: str) -> Callable[[Call[T], Cancel], Iterator[T]]:
        """What calls go through that no model makes."""
        guard = partial(self._watch.guard, model=f"{self.name}/{model}")
        if protection is None:
            return guard
        return lambda call, cancel: protection.call(partial(guard, call, cancel), cancel)

    @property
    def health(self) -> UpstreamHealth:
        """How it is doing, as far as this process has seen."""
        watch, upstream = self._watch, self.upstream
        breaker = self.protection.breaker if self.protection and upstream.break_after else None
        return UpstreamHealth(
            name=self.name,
            kind=upstream.kind,
            base_url=upstream.base_url,
            circuit=breaker.state if breaker else None,
            open_for_s=breaker.open_for_s if breaker else 0.0,
            in_flight=watch.in_flight,
            waiting=self.protection.gate.waiting if self.protection else 0,
            calls=watch.calls,
            failures=watch.failures,
            answered_at=watch.answered_at,
            failed_at=watch.failed_at,
            failure=watch.failure,
            p50_ms=watch.latency_ms(50),
            p95_ms=watch.latency_ms(95),
            models=len(self.models),
            listed=self.listed,
        )

    def start(self, learnt: Callable[[], None]) -> None:
        """Begin to learn its models, if they are to be learnt; once, after any fork.

        `learnt` is called, in another thread, after the first attempt and whenever they have changed.
        """
        if self.lists_its_models and self._thread is None:
            name = f"models of {self.name}"
            self._thread = threading.Thread(target=self._keep_learning, args=(learnt,), name=name, daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop learning and close the connections."""
        self._closed.set()
        self._cancel.cancel()
        if self._thread is not None:
            self._thread.join(2)
        self._line.close()

    def _keep_learning(self, learnt: Callable[[], None]) -> None:
        delay_s = self._retry_s
        well = True
        while not self._closed.is_set():
            news = not self.asked
            try:
                models = self._listed()
            except RagproxyError as err:
                self._watch.failed(err)
                if well and not self._closed.is_set():
                    log.warning(
                        "the models of the upstream %s cannot be read, trying again: %s", self.name, err.message
                    )
                well = False
                wait_s, delay_s = delay_s, min(2 * delay_s, self._refresh_s)
            else:
                well, wait_s, delay_s = True, self._refresh_s, self._retry_s
                self.listed = True
                self._watch.well()
                if models != self.models:
                    self.models, news = models, True
                    log.info("the upstream %s serves %d models", self.name, len(models))
            self.asked = True
            if news:
                learnt()
            self._closed.wait(wait_s)

    def _listed(self) -> tuple[str, ...]:
        with self._line.http.get("/models", self._cancel) as reply:
            if reply.status >= 300:
                raise upstream_error(reply.status, reply.read(), reply.headers)
            return tuple(islice(model_names(loads_upstream(reply.read())), MOST_NAMES))


def _protected(upstream: Upstream, metrics: UpstreamMetrics) -> Protection | None:
    """None when nothing of it is wanted: then nothing stands between a model and those who call it."""
    if not (upstream.retries or upstream.break_after or upstream.concurrency):
        return None
    gate = Gate(
        upstream.name,
        concurrency=upstream.concurrency or sys.maxsize,
        queue=upstream.queue,
        queue_timeout_s=upstream.queue_timeout_s,
        metrics=metrics,
    )
    if upstream.concurrency:
        metrics.limited(upstream.concurrency)
    if upstream.break_after:
        metrics.circuit("closed")
    breaker = Breaker(upstream.name, failures=upstream.break_after or sys.maxsize, metrics=metrics)
    return Protection(gate, breaker, RetryPolicy(upstream.retries, metrics=metrics))

"""What is counted of the calls of one upstream. Nothing here is called for a piece of an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prometheus_client import Counter, Histogram

    from ragproxy.telemetry.metrics import Metrics

_CIRCUIT = {"closed": 0, "half-open": 1, "open": 2}


class UpstreamMetrics:
    """The metrics of the upstream of that `name`, as this process sees it.

    A `model` is a label, `<upstream>/<id>`, and never what a client made up.
    """

    def __init__(self, metrics: Metrics, name: str) -> None:
        self._metrics = metrics
        self._name = name
        self._in_flight = metrics.upstream_in_flight.labels(name)
        self._queued = metrics.upstream_queued.labels(name)
        self._retries = metrics.upstream_retries.labels(name)
        # looked up once: there are few of them, and the library takes longer to find one than to count
        self._ended: dict[tuple[str, str], Counter] = {}
        self._timed: dict[str, tuple[Histogram, Histogram]] = {}
        # a process of the same number may have left its own
        self._in_flight.set(0)
        self._queued.set(0)

    def limited(self, concurrency: int) -> None:
        """It gets so many calls at once from this process."""
        self._metrics.upstream_concurrency.labels(self._name).set(concurrency)

    def circuit(self, state: str) -> None:
        """It has a circuit, which is now closed, half-open or open."""
        self._metrics.upstream_circuit.labels(self._name).set(_CIRCUIT[state])
        opened = self._metrics.upstream_circuit_opened.labels(self._name)
        if state == "open":
            opened.inc()

    def queued(self, more: int) -> None:
        """So many more calls wait for their turn, or fewer."""
        self._queued.inc(more)

    def retried(self) -> None:
        """A call is made again."""
        self._retries.inc()

    def refused(self, reason: str) -> None:
        """A call was not let out to it, because the circuit is `open` or it is `busy`."""
        self._metrics.upstream_refusals.labels(self._name, reason).inc()

    def began(self) -> None:
        """A call goes out."""
        self._in_flight.inc()

    def ended(self, model: str, result: str, first_s: float | None, total_s: float) -> None:
        """It ended after `total_s`; its first piece came after `first_s`. `result` is `ok` or one of a few words."""
        self._in_flight.dec()
        counter = self._ended.get((model, result))
        if counter is None:
            counter = self._ended[model, result] = self._metrics.upstream_requests.labels(self._name, model, result)
        counter.inc()
        if first_s is None:
            return
        timed = self._timed.get(model)
        if timed is None:
            timed = self._timed[model] = (
                self._metrics.upstream_first_token.labels(model),
                self._metrics.upstream_request_seconds.labels(model),
            )
        timed[0].observe(first_s)
        if result == "ok":  # how long the others took says how patient somebody was
            timed[1].observe(total_s)

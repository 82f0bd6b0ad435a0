"""What is looked up when somebody asks for the metrics, because nobody counts it: processes, and work that waits."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from ragproxy.errors import RagproxyError

log = logging.getLogger(__name__)

Queue = tuple[str, int, int, float]  # its name, how many jobs wait, how many are in hand, seconds the oldest waits

FRESH_S = 5.0
_PATIENCE_S = 1.0


class Processes(Collector):
    """The memory, processor time and files of each process, by its number: those of several cannot be added up later,
    for one that ends would take its processor time with it.
    """

    def __init__(self, pids: Callable[[], Iterable[int]]) -> None:
        self._pids = pids

    def collect(self) -> Iterator[Metric]:
        """As the library wants it."""
        merged: dict[str, Metric] = {}
        for pid in self._pids():
            for told in ProcessCollector(pid=lambda pid=pid: pid, registry=None).collect():  # type: ignore[misc]
                metric = merged.setdefault(told.name, Metric(told.name, told.documentation, told.type))
                for sample in told.samples:
                    metric.add_sample(sample.name, {"pid": str(pid)}, sample.value)
        yield from merged.values()


class Jobs(Collector):
    """The work that waits in the records, as `read` tells it; looked up every `fresh_s` seconds at most.

    Records that do not answer in a second are told to be down, and nothing else is: nobody waits for them.
    """

    def __init__(
        self,
        read: Callable[[], Iterable[Queue]],
        *,
        fresh_s: float = FRESH_S,
        patience_s: float = _PATIENCE_S,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._fresh_s, self._patience_s = fresh_s, patience_s
        self._clock = clock
        self._lock = threading.Lock()
        self._reader: threading.Thread | None = None
        self._again = float("-inf")
        self._known: tuple[Queue, ...] | None = None

    def collect(self) -> Iterator[Metric]:
        """As the library wants it."""
        queues = self._look()
        yield GaugeMetricFamily("ragproxy_records_up", "Whether the records answer: 1 or 0", float(queues is not None))
        by_queue = ["queue"]
        waiting = GaugeMetricFamily("ragproxy_jobs_waiting", "Jobs that nobody works on yet", labels=by_queue)
        in_hand = GaugeMetricFamily("ragproxy_jobs_in_hand", "Jobs that somebody works on", labels=by_queue)
        oldest = GaugeMetricFamily(
            "ragproxy_jobs_oldest_waiting_seconds", "Age of the oldest job that nobody works on yet", labels=by_queue
        )
        for name, waits, held, oldest_s in queues or ():
            waiting.add_metric([name], waits)
            in_hand.add_metric([name], held)
            oldest.add_metric([name], oldest_s)
        yield from (waiting, in_hand, oldest)

    def _look(self) -> tuple[Queue, ...] | None:
        with self._lock:
            if self._clock() >= self._again and not (self._reader and self._reader.is_alive()):
                self._reader = threading.Thread(target=self._learn, name="jobs-metrics", daemon=True)
                self._reader.start()
            reader = self._reader
        if reader is not None:
            reader.join(self._patience_s)
            if reader.is_alive():
                return None
        return self._known

    def _learn(self) -> None:
        known = None
        try:
            known = tuple(self._read())
        except RagproxyError as err:
            log.warning("the metrics of what waits cannot be read: %s", err.message)
        finally:  # whatever else it was: nothing is known
            self._known = known
            self._again = self._clock() + self._fresh_s

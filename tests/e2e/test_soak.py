"""A hundred streams for ten minutes, from an upstream and to clients that both misbehave: nothing is left behind.

RAGPROXY_SOAK_SECONDS makes it shorter, or longer.
"""

import asyncio
import logging
import os
import statistics
import time
from pathlib import Path

import pytest

from tests.e2e import soak_upstream
from tests.e2e.servers import Server, ragproxy
from tests.e2e.soak_clients import Crowd

log = logging.getLogger(__name__)

SECONDS = int(os.environ.get("RAGPROXY_SOAK_SECONDS", "600"))
SETTLED_S = min(60, SECONDS / 3)  # when the memory is first looked at
SAMPLED_S = min(20, SECONDS / 6)  # for so long, then and at the end
STREAMS = 100
OTHERS = 12
THREADS = 160  # those of clients that have left stay busy for a moment
MARGIN = 3  # threads and files that come and go by themselves


@pytest.mark.soak
def test_streams_that_break_off_at_both_ends_leave_nothing_behind(tmp_path, documents):
    asyncio.run(_soak(tmp_path, documents))


async def _soak(data_dir, documents):
    async with asyncio.timeout(SECONDS + 300), soak_upstream.Upstream() as upstream:
        ragproxy("migrate", data_dir=data_dir)
        ragproxy("ingest", documents, "--store", "default", data_dir=data_dir)
        server = await asyncio.to_thread(Server, data_dir, **_settings(data_dir, upstream))
        try:
            await _through_it(server, upstream)
        finally:
            await asyncio.to_thread(server.close)


async def _through_it(server, upstream):
    worker, crowd = Worker(server), Crowd(server.port)
    await crowd.each_once()
    await crowd.all_at_once(THREADS)  # from here on the server has all the threads that it may have
    await _idle(server, upstream)
    threads, files = worker.threads, worker.files(upstream.port)

    asking = asyncio.ensure_future(crowd.keep_asking(STREAMS, OTHERS, SECONDS))
    memory = await _sampled(worker, crowd, asking)
    await asking
    await _idle(server, upstream)

    assert not crowd.findings, f"{len(crowd.findings)} of {crowd.ended.total()}:\n" + "\n".join(crowd.findings[:20])
    log.info("%s", dict(crowd.ended))
    _all_happened(crowd, upstream)
    assert upstream.outstayed == 0, "the server waited for an upstream beyond its patience"
    pooled = worker.connections_to(upstream.port)
    assert upstream.open <= pooled
    assert pooled <= 2 * (THREADS + 1), f"{pooled} connections are kept to two upstreams"
    assert worker.threads <= threads + MARGIN, f"{worker.threads} threads, {threads} before"
    left = worker.files(upstream.port)
    assert left <= files + MARGIN, f"{left} files and sockets, {files} before"
    first, last = (statistics.median(part) for part in memory)
    grown = f"{first / 1e6:.1f} MB after {SETTLED_S:.0f} s, {last / 1e6:.1f} MB after {SECONDS} s (medians of the RSS)"
    log.info(
        "%s; %d of %d threads, %d of %d files, %d connections", grown, worker.threads, threads, left, files, pooled
    )
    assert last <= 1.1 * first, grown
    assert '"level": "error"' not in server.log.read_text()
    await asyncio.sleep(10)  # as long as a breaker may be open
    await crowd.each_once()
    assert not crowd.findings, crowd.findings


async def _sampled(worker, crowd, asking):
    """The memory of the worker, once a second: after the first minute, and at the end."""
    began, early, late = time.monotonic(), [], []
    while (passed := time.monotonic() - began) < SECONDS and not asking.done():
        if SETTLED_S <= passed < SETTLED_S + SAMPLED_S:
            early.append(worker.memory)
        elif passed >= SECONDS - SAMPLED_S:
            late.append(worker.memory)
        if 5 < passed < SECONDS - 1:
            assert crowd.streaming >= STREAMS * 0.9
        said = f"{passed:.0f} s: {worker.memory / 1e6:.1f} MB, {worker.threads} threads, {crowd.streaming} streams"
        log.log(logging.DEBUG if round(passed) % 10 else logging.INFO, said)
        await asyncio.sleep(1)
    return early, late


async def _idle(server, upstream):
    """The last client is gone: soon nothing is in flight, and no answer of the upstream is open."""
    until = time.monotonic() + 10
    while True:
        in_flight = await asyncio.to_thread(server.metric, "ragproxy_requests_in_flight")
        if in_flight == 1 and upstream.answering == 0:  # the one that asks
            return
        assert time.monotonic() < until, f"{in_flight - 1:.0f} requests in flight, {upstream.answering} at the upstream"
        await asyncio.sleep(0.1)


def _all_happened(crowd, upstream):
    """The time was not spent on a few of the cases, or in vain."""
    faults = {*soak_upstream.GOOD, *soak_upstream.AT_ONCE, *soak_upstream.LATER}
    assert set(upstream.asked) == faults
    for how in ("whole", "error frame", "refused", "cut", "hung up"):
        assert crowd.ended[how] >= SECONDS / 30, how
    assert crowd.hits >= SECONDS / 30
    # by an upstream that closed a kept connection at the very moment when it was used
    assert crowd.ended["raced"] <= 0.02 * crowd.ended["whole"]


class Worker:
    """The process that serves, seen from outside."""

    def __init__(self, server):
        (self._pid,) = server.workers
        self._data_dir = str(server.data_dir)

    @property
    def memory(self):
        """Bytes that are resident. Not the PSS: that grows when another process which shared pages ends."""
        lines = Path(f"/proc/{self._pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:")) << 10

    @property
    def threads(self):
        """How many are Python's: Chroma and the like give names to theirs, and have their own bounds."""
        names = [task.read_text() for task in Path(f"/proc/{self._pid}/task").glob("*/comm")]
        return names.count(Path(f"/proc/{self._pid}/comm").read_text())

    def files(self, port):
        """Its open files and sockets but the connections to that port, and the databases, which have their bounds."""
        kept = [link for link in self._links() if link.startswith(self._data_dir) and not link.endswith("(deleted)")]
        return len(self._links()) - len(kept) - self.connections_to(port)

    def connections_to(self, port):
        """How many sockets lead to that port, those too that the other side has closed."""
        rows = [line.split() for line in Path(f"/proc/{self._pid}/net/tcp").read_text().splitlines()[1:]]
        sockets = {f"socket:[{row[9]}]" for row in rows if int(row[2].partition(":")[2], 16) == port}
        return sum(link in sockets for link in self._links())

    def _links(self):
        links = []
        for link in Path(f"/proc/{self._pid}/fd").iterdir():
            try:
                links.append(os.readlink(link))
            except FileNotFoundError:
                continue
        return links


def _settings(data_dir, upstream):
    file = data_dir / "upstreams.toml"
    file.write_text(f"""
        [[upstream]]
        name = "main"
        base_url = "{upstream.url}"
        models = ["tiny"]
        serves = ["chat", "completions", "embeddings", "images", "audio", "moderations"]
        retries = 0
        break_after = 0

        [[upstream]]
        name = "second"
        base_url = "{upstream.url}"
        models = ["firm"]
        retries = 1
        break_after = 10
        concurrency = 10
        fallbacks = {{ "firm" = ["extractive"] }}
        """)
    return {
        "RAGPROXY_CONFIG": str(file),
        "RAGPROXY_UPSTREAM_MODEL": "main/tiny",
        "RAGPROXY_THREADS": str(THREADS),
        "RAGPROXY_READ_TIMEOUT": "3",
        "RAGPROXY_HEARTBEAT": "0.5",
    }

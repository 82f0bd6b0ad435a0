"""Processes that share a folder: what each of them tells is the sum of all, and of those alone that live."""

import os
import subprocess
import sys
from contextlib import contextmanager

import pytest

from tests.promql import samples
from tests.warm import ROOT, clean

PROCESS = """
import sys
from pathlib import Path
from ragproxy.telemetry import Metrics
metrics = Metrics(Path(sys.argv[1]))
upstream = metrics.upstream("main")
upstream.limited(8)
upstream.circuit("closed")
for line in sys.stdin:
    exec(line)
    print(flush=True)
"""


def test_counts_are_added_and_the_worst_circuit_is_told(folder):
    with process(folder) as one, process(folder) as other:
        one.do("upstream.began(); upstream.began(); upstream.ended('main/m', 'ok', 0.2, 1.0); upstream.queued(3)")
        other.do("upstream.began(); upstream.ended('main/m', 'ok', 0.4, 2.0); upstream.circuit('open')")
        told = one.told()
        assert told["ragproxy_upstream_requests_total", labels(upstream="main", model="main/m", result="ok")] == 2
        assert told["ragproxy_upstream_first_token_seconds_sum", labels(model="main/m")] == pytest.approx(0.6)
        assert told["ragproxy_upstream_requests_in_flight", labels(upstream="main")] == 1
        assert told["ragproxy_upstream_requests_queued", labels(upstream="main")] == 3
        assert told["ragproxy_upstream_concurrency_limit", labels(upstream="main")] == 16
        assert told["ragproxy_upstream_circuit_state", labels(upstream="main")] == 2
        assert told["ragproxy_upstream_circuit_opened_total", labels(upstream="main")] == 1
        assert pids(told) == {one.pid, other.pid}
        other.do("upstream.circuit('closed')")
        assert one.told()["ragproxy_upstream_circuit_state", labels(upstream="main")] == 0


def test_of_one_that_was_killed_the_counts_stay_and_nothing_else(folder):
    with process(folder) as one, process(folder) as other:
        other.do("upstream.began(); upstream.circuit('open'); metrics.hangups.inc()")
        other.kill()
        told = one.told()
    assert told["ragproxy_hangups_total", labels()] == 1
    assert told["ragproxy_upstream_requests_in_flight", labels(upstream="main")] == 0
    assert told["ragproxy_upstream_circuit_state", labels(upstream="main")] == 0
    assert pids(told) == {one.pid}


# ---- processes ----------------------------------------------------------------------------------


class Shared:
    def __init__(self, folder):
        self._process = subprocess.Popen(
            [sys.executable, "-c", PROCESS, folder],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**clean(), "PROMETHEUS_MULTIPROC_DIR": str(folder)},
        )
        self.pid = self._process.pid
        self.do("")

    def do(self, line):
        """Run it there; what it printed."""
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        printed = iter(self._process.stdout.readline, "\n")
        return "".join(printed)

    def told(self):
        return samples(self.do("print(metrics.render().decode().strip().replace('\\n\\n', '\\n'))"))

    def kill(self):
        self._process.kill()
        self._process.communicate()


@contextmanager
def process(folder):
    shared = Shared(folder)
    try:
        yield shared
    finally:
        shared.kill()


def labels(**pairs):
    return frozenset(pairs.items())


def pids(told):
    return {int(dict(pairs)["pid"]) for name, pairs in told if name == "process_resident_memory_bytes"}


@pytest.fixture
def folder(tmp_path):
    os.makedirs(tmp_path / "metrics")
    return tmp_path / "metrics"

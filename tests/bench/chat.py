"""What the gateway adds to a chat, plain and grounded, against a canned upstream."""

import json
import statistics
import subprocess
import sys
from contextlib import contextmanager

from tests.bench import corpus
from tests.bench.tables import table
from tests.e2e.servers import ROOT, Server, ragproxy

ROUNDS, SECONDS = 5, 2.0
CHUNKS = 10_000


def run(scratch):
    """Prints requests a second and the median's addition."""
    data_dir, documents = scratch / "chat", scratch / "chat-documents"
    corpus.write(documents, CHUNKS)
    ragproxy("migrate", data_dir=data_dir)
    ingested = ragproxy("ingest", documents, "--store", "default", data_dir=data_dir, timeout=1200).stdout
    print(ingested.strip().splitlines()[-1])
    with (
        canned_upstream() as url,
        Server(data_dir, OPENAI_BASE_URL=url, RAGPROXY_UPSTREAM_MODEL="tiny") as server,
    ):
        _measure(server, url)


@contextmanager
def canned_upstream(chunks=40, period_ms=50):
    """The address of an upstream whose streams are so many chunks, one a period."""
    upstream = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.upstream", str(chunks), str(period_ms)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield f"http://127.0.0.1:{upstream.stdout.readline().strip()}/v1"
    finally:
        upstream.terminate()
        upstream.wait()


def ask(url, body, concurrency, seconds=SECONDS, headers=None):
    """One request over and over, from another process: {"rps", "p50_ms", "p95_ms"}."""
    numbers = [str(concurrency), str(seconds), "0", json.dumps(headers or {})]
    command = [sys.executable, "-m", "tests.bench.load", url, json.dumps(body), *numbers]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def _measure(server, upstream_url):
    """The same upstream with and without the gateway, in turns."""
    plain = {"model": "tiny", "messages": [{"role": "user", "content": "How long is the notice period?"}]}
    grounded = {**plain, "model": "ragproxy"}
    rows = []
    for concurrency in (1, 16):
        results = {"direct": [], "plain": [], "grounded": []}
        for _ in range(ROUNDS):
            results["direct"].append(ask(upstream_url + "/chat/completions", plain, concurrency))
            results["plain"].append(ask(server.url + "/v1/chat/completions", plain, concurrency))
            results["grounded"].append(ask(server.url + "/v1/chat/completions", grounded, concurrency))
        base = statistics.median(one["p50_ms"] for one in results["direct"])
        for name, runs in results.items():
            rps = statistics.median(one["rps"] for one in runs)
            p50 = statistics.median(one["p50_ms"] for one in runs)
            rows.append((concurrency, name, f"{rps:.0f}", f"{p50:.2f}", f"{p50 - base:+.2f}"))
    table(rows, ("connections", "path", "requests/s", "p50 ms", "added ms"))

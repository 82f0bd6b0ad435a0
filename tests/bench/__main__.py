"""`make bench`: what the gateway adds to a chat, and what retrieval costs, against a canned upstream."""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.e2e.servers import ROOT, Server, ragproxy

ROUNDS, SECONDS = 5, 2.0
CHUNKS = 10_000
WORDS = 4_000


def measure(url, body, concurrency):
    command = [sys.executable, "-m", "tests.bench.load", url, json.dumps(body), str(concurrency), str(SECONDS)]
    return json.loads(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout)


def write_corpus(folder, chunks=CHUNKS):
    """Files of made-up words with a natural (Zipf) spread, each file of ten chunks."""
    rng = random.Random(1)
    words = ["".join(rng.choices("abcdefghijklmnoprstuv", k=rng.randint(3, 9))) for _ in range(WORDS)]
    spread = [1 / (rank + 1) for rank in range(WORDS)]
    for number in range(chunks // 10):
        paragraphs = [" ".join(rng.choices(words, spread, k=150)) + "." for _ in range(10)]
        (folder / f"{number:05}.txt").write_text("\n\n".join(paragraphs))
    return [" ".join(rng.choices(words[50:], k=5)) for _ in range(200)]


def table(rows, head):
    widths = [max(len(str(row[at])) for row in [head, *rows]) for at in range(len(head))]
    for row in [head, *rows]:
        print("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)))


def bench_chat(server, upstream_url):
    """Requests a second and the median's addition, the same upstream with and without the gateway, in turns."""
    plain = {"model": "tiny", "messages": [{"role": "user", "content": "How long is the notice period?"}]}
    grounded = {**plain, "model": "ragproxy"}
    rows = []
    for concurrency in (1, 16):
        results = {"direct": [], "plain": [], "grounded": []}
        for _ in range(ROUNDS):
            results["direct"].append(measure(upstream_url + "/chat/completions", plain, concurrency))
            results["plain"].append(measure(server.url + "/v1/chat/completions", plain, concurrency))
            results["grounded"].append(measure(server.url + "/v1/chat/completions", grounded, concurrency))
        base = statistics.median(one["p50_ms"] for one in results["direct"])
        for name, runs in results.items():
            rps = statistics.median(one["rps"] for one in runs)
            p50 = statistics.median(one["p50_ms"] for one in runs)
            rows.append((concurrency, name, f"{rps:.0f}", f"{p50:.2f}", f"{p50 - base:+.2f}"))
    table(rows, ("connections", "path", "requests/s", "p50 ms", "added ms"))


def main():
    print(f"load before: {os.getloadavg()[0]:.2f} (2 cores or fewer: anything else running falsifies this)")
    with tempfile.TemporaryDirectory() as scratch:
        data_dir, documents = Path(scratch, "data"), Path(scratch, "documents")
        documents.mkdir()
        write_corpus(documents)
        ragproxy("migrate", data_dir=data_dir)
        ingested = ragproxy("ingest", documents, "--store", "default", data_dir=data_dir, timeout=1200).stdout
        print(ingested.strip().splitlines()[-1])
        upstream = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.upstream"], cwd=ROOT, stdout=subprocess.PIPE, text=True
        )
        try:
            url = f"http://127.0.0.1:{upstream.stdout.readline().strip()}/v1"
            with Server(data_dir, OPENAI_BASE_URL=url, RAGPROXY_UPSTREAM_MODEL="tiny") as server:
                bench_chat(server, url)
        finally:
            upstream.terminate()
            upstream.wait()
    print(f"load after: {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()

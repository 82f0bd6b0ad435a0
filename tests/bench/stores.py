"""Documents in over the API, and searches over HTTP: rates, latencies, time to be ready, memory."""

import statistics
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import requests

from tests.bench import corpus
from tests.bench.tables import table
from tests.e2e.servers import Server, ragproxy

INGESTED = 10_000
SEARCHED = (10_000, 100_000)
ROUNDS = 5
UPLOADERS = 4
BATCH = 500


def run(scratch):
    """Prints both tables."""
    _ingestion(scratch)
    _searches(scratch)


# ---- in ----


def _ingestion(scratch):
    """From the first byte uploaded to the last file `completed`, beside Chroma alone with the same vectors."""
    paths, _ = corpus.write(scratch / "ingested", INGESTED)
    data_dir = scratch / "ingestion"
    ragproxy("migrate", data_dir=data_dir)
    with Server(data_dir) as server:
        store, seconds = _ingest(server.url + "/v1", paths)
    chunks, bare = _bare(data_dir, store, scratch / "bare")
    rows = [
        (
            "files uploaded, attached in one batch, completed",
            chunks,
            f"{chunks / seconds:.0f}",
            f"{bare / seconds:.2f}",
        ),
        ("collection.upsert of the same vectors alone", chunks, f"{chunks / bare:.0f}", "1.00"),
    ]
    table(rows, ("ingestion", "chunks", "chunks/s", "ratio"))


def _ingest(base, paths):
    session = requests.Session()
    store = session.post(base + "/vector_stores", json={"name": "bench"}).json()["id"]

    def upload(path):
        answer = session.post(base + "/files", data={"purpose": "assistants"}, files={"file": path.open("rb")})
        answer.raise_for_status()
        return answer.json()["id"]

    began = time.perf_counter()
    with ThreadPoolExecutor(UPLOADERS) as pool:
        ids = list(pool.map(upload, paths))
    batch = session.post(f"{base}/vector_stores/{store}/file_batches", json={"file_ids": ids}).json()
    while batch["status"] == "in_progress":
        time.sleep(0.1)
        batch = session.get(f"{base}/vector_stores/{store}/file_batches/{batch['id']}").json()
    seconds = time.perf_counter() - began
    if batch["file_counts"]["completed"] != len(paths):
        raise SystemExit(f"not all files were indexed: {batch}")
    return store, seconds


def _bare(data_dir, store, folder):
    """How many chunks the server made, and the seconds that Chroma alone takes for them."""
    import chromadb

    settings = chromadb.config.Settings(anonymized_telemetry=False)
    made = chromadb.PersistentClient(str(data_dir / "chroma"), settings=settings).get_collection(
        store, embedding_function=None
    )
    pages = []
    for offset in range(0, made.count(), BATCH):
        page = made.get(limit=BATCH, offset=offset, include=["embeddings", "documents", "metadatas"])
        pages.append({key: page[key] for key in ("ids", "embeddings", "documents", "metadatas")})
    bare = chromadb.PersistentClient(str(folder), settings=settings).create_collection(
        "bare", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )
    began = time.perf_counter()
    for page in pages:
        bare.upsert(**page)
    return made.count(), time.perf_counter() - began


# ---- out ----


def _searches(scratch):
    rows = []
    for chunks in SEARCHED:
        documents, data_dir = scratch / f"documents-{chunks}", scratch / f"searched-{chunks}"
        _, queries = corpus.write(documents, chunks)
        ragproxy("migrate", data_dir=data_dir)
        ragproxy("ingest", documents, "--store", "bench", data_dir=data_dir, timeout=3600)
        print(f"{chunks} chunks are ingested", file=sys.stderr)
        began = time.perf_counter()
        with Server(data_dir) as server:
            ready_s = _ready(server, began)
            p50, p95 = _search(server.url + "/v1", queries)
            mib = sum(_resident_kib(pid) for pid in server.workers) / 1024
        rows.append((chunks, f"{ready_s:.2f}", f"{p50:.1f}", f"{p95:.1f}", f"{mib:.0f}"))
    table(rows, ("chunks", "ready s", "search p50 ms", "p95 ms", "memory MiB"))


def _ready(server, began):
    while not requests.get(server.url + "/ready", timeout=10).ok:
        time.sleep(0.02)
    return time.perf_counter() - began


def _resident_kib(pid):
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])


def _search(base, queries):
    session = requests.Session()
    store = session.get(base + "/vector_stores").json()["data"][0]["id"]
    took = []
    for _ in range(ROUNDS):
        for query in queries:
            began = time.perf_counter()
            answer = session.post(f"{base}/vector_stores/{store}/search", json={"query": query})
            took.append((time.perf_counter() - began) * 1000)
            answer.raise_for_status()
            if not answer.json()["data"]:
                raise SystemExit(f"nothing was found for {query!r}")
    took.sort()
    return statistics.median(took), took[int(len(took) * 0.95)]

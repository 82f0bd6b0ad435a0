"""A store indexed anew by a running server: searches go on, kill -9 costs nothing, the command line watches."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest
import requests

from tests.e2e.servers import ROOT, Server, environment, migrated, ragproxy
from tests.replies import refusal
from tests.upstream import Upstream

FILES, LINES = 6, 420  # more chunks than two pages of a reindex, so that its progress shows
WAIT_S = 90
PAUSE_S = 0.05  # between two searches of a thread: the reindex has to get on as well


@pytest.mark.parametrize("times", [1, pytest.param(3, marks=pytest.mark.soak)])
def test_searches_never_fail_or_come_back_empty_while_a_store_is_reindexed(filled, times):
    with Server(filled.data_dir) as server, Searching(server.url, filled.store) as searching:
        searching.until(5)
        for _ in range(times):
            asked = _post(server, filled.store)
            assert asked["status"] == "in_progress"
            done = _ended(server, filled.store)
            assert (done["status"], done["error"]) == ("completed", None)
            assert done["done"] == done["total"] == filled.chunks
        searching.until(searching.answers + 5)
    assert searching.wrong == []


def test_progress_is_visible_and_files_of_other_stores_go_on_with_two_threads(filled):
    with Server(filled.data_dir, RAGPROXY_JOBS="2") as server:
        other = _json(server, "post", "/v1/vector_stores", json={"name": "other"})["id"]
        _post(server, filled.store)
        _upload(server, other, "quick.txt", "The swift is quick.")
        steps = set()
        quick = None
        while (now := _get(server, filled.store))["status"] == "in_progress":
            steps.add(now["done"])
            counts = _json(server, "get", f"/v1/vector_stores/{other}")["file_counts"]
            if counts["completed"] and quick is None:
                quick = now
            time.sleep(0.05)
        assert quick is not None, "the other store's file waited for the reindex"
        assert len(steps) >= 2
        assert now["status"] == "completed"


@pytest.mark.soak
def test_kill_9_in_the_middle_costs_nothing(filled):
    server = Server(filled.data_dir)
    try:
        _post(server, filled.store)
        until = time.monotonic() + WAIT_S
        while not 0 < _get(server, filled.store)["done"] < filled.chunks:
            assert time.monotonic() < until
            time.sleep(0.01)
        server.kill()
        server = Server(filled.data_dir, PORT=str(server.port))
        with Searching(server.url, filled.store) as searching:
            done = _ended(server, filled.store)
            searching.until(3)
        assert (done["status"], done["total"]) == ("completed", filled.chunks)
        assert searching.wrong == []
    finally:
        server.close()
    checked = ragproxy("doctor", "--deep", data_dir=filled.data_dir)
    assert "nothing is wrong" in checked.stdout


def test_a_new_embedder_takes_over(small, upstream):
    with Server(small.data_dir, **_embedding(upstream)) as server:
        refused = _upload(server, small.store, "late.txt", "The late bird.")
        _post(server, small.store)
        assert _ended(server, small.store)["status"] == "completed"
        assert upstream.to("/embeddings")
        assert _search(server.url, small.store)["data"]
        added = _upload(server, small.store, "new.txt", "The new bird sings.")
        until = time.monotonic() + WAIT_S
        path = f"/v1/vector_stores/{small.store}/files/{added}"
        while (file := _json(server, "get", path))["status"] == "in_progress":
            assert time.monotonic() < until
            time.sleep(0.1)
        assert (file["status"], refused != added) == ("completed", True)
    assert "nothing is wrong" in ragproxy("doctor", data_dir=small.data_dir, **_embedding(upstream)).stdout


def test_an_embedder_that_refuses_is_told_and_the_old_index_answers(small, upstream):
    with Server(small.data_dir, **_embedding(upstream)) as server:
        upstream.script(*[refusal(400, "no such model")] * 20, path="/embeddings")
        _post(server, small.store)
        failed = _ended(server, small.store)
        assert failed["status"] == "failed"
        assert failed["error"]["code"] == "server_error"
        assert "no such model" in failed["error"]["message"]
        assert failed["finished_at"]
        assert _search(server.url, small.store)["data"]


def test_the_command_asks_the_server_and_waits(filled):
    with Server(filled.data_dir) as server:
        done = ragproxy("reindex", "filled", data_dir=filled.data_dir)
        assert done.stdout == f"'filled' is indexed anew: {filled.chunks} chunks.\n"
        assert _get(server, filled.store)["status"] == "completed"


def test_the_command_asks_the_server_that_is_named(small):
    with Server(small.data_dir) as server:
        done = ragproxy("reindex", small.store, "--url", server.url, data_dir=small.data_dir / "elsewhere")
        assert done.stdout == "'small' is indexed anew: 1 chunks.\n"
        assert _get(server, small.store)["status"] == "completed"


def test_ctrl_c_leaves_it_running_and_says_so(filled):
    with Server(filled.data_dir) as server:
        command = subprocess.Popen(
            [sys.executable, "-m", "ragproxy", "reindex", "filled"],
            env=environment(filled.data_dir),
            cwd=ROOT,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        until = time.monotonic() + WAIT_S
        while _status(server, filled.store) is None:
            assert time.monotonic() < until
            time.sleep(0.02)
        time.sleep(0.7)  # it polls by now
        os.kill(command.pid, signal.SIGINT)
        _, said = command.communicate(timeout=20)
        assert command.returncode == 130
        assert f"The server goes on with it; GET {server.url}/v1/vector_stores/{filled.store}/reindex" in said
        assert _ended(server, filled.store)["status"] == "completed"


def test_the_command_tells_a_failure(small, upstream):
    with Server(small.data_dir, **_embedding(upstream)):
        upstream.script(*[refusal(400, "no such model")] * 20, path="/embeddings")
        failed = ragproxy("reindex", "small", data_dir=small.data_dir, check=False)
        assert failed.returncode == 1
        assert "no such model" in failed.stderr


class Searching:
    """Searches one after the other in the background; `wrong` holds what was not a good answer."""

    def __init__(self, url, store):
        self._url, self._store = url, store
        self.answers, self.wrong = 0, []
        self._over = threading.Event()
        self._threads = [threading.Thread(target=self._run) for _ in range(3)]

    def _run(self):
        while not self._over.is_set():
            started = time.monotonic()
            answer = _search(self._url, self._store)
            seconds = time.monotonic() - started
            if not answer.get("data") or seconds > 5:
                self.wrong.append((seconds, answer))
            self.answers += 1
            time.sleep(PAUSE_S)

    def until(self, answers):
        until = time.monotonic() + WAIT_S
        while self.answers < answers:
            assert time.monotonic() < until
            time.sleep(0.02)

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for thread in self._threads:
            thread.join(30)


class Filled:
    def __init__(self, data_dir, name, documents):
        self.data_dir = data_dir
        migrated(data_dir)
        ragproxy("ingest", documents, "--store", name, data_dir=data_dir)
        with Server(data_dir) as server:
            (store,) = _json(server, "get", "/v1/vector_stores")["data"]
        self.store = store["id"]
        with closing(sqlite3.connect(data_dir / "ragproxy.db")) as records:
            ((self.chunks,),) = records.execute("SELECT sum(chunks) FROM store_files")


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A store of thousands of chunks, indexed by the built-in embedder."""
    documents = tmp_path_factory.mktemp("documents")
    for file in range(FILES):
        lines = [f"The heron number {line} of pond {file} fishes at dawn. " * 20 for line in range(LINES)]
        (documents / f"{file}.txt").write_text("\n\n".join(lines))
    return Filled(tmp_path_factory.mktemp("filled"), "filled", documents)


@pytest.fixture
def small(tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "heron.txt").write_text("The heron fishes at dawn.")
    return Filled(tmp_path / "data", "small", documents)


@pytest.fixture
def upstream():
    with Upstream(models=["tiny", "embedder"]) as upstream:
        yield upstream


def _embedding(upstream):
    return {"OPENAI_BASE_URL": upstream.url, "OPENAI_API_KEY": "sk-up", "RAGPROXY_EMBEDDING_MODEL": "embedder"}


def _post(server, store):
    return _json(server, "post", f"/v1/vector_stores/{store}/reindex")


def _get(server, store):
    return _json(server, "get", f"/v1/vector_stores/{store}/reindex")


def _status(server, store):
    """The reindex that is in progress, None when there is none."""
    answer = requests.get(f"{server.url}/v1/vector_stores/{store}/reindex", timeout=10)
    return answer.json() if answer.ok and answer.json()["status"] == "in_progress" else None


def _ended(server, store):
    until = time.monotonic() + WAIT_S
    while (now := _get(server, store))["status"] == "in_progress":
        assert time.monotonic() < until, now
        time.sleep(0.1)
    return now


def _search(url, store):
    try:
        answer = requests.post(f"{url}/v1/vector_stores/{store}/search", json={"query": "heron at dawn"}, timeout=60)
        return answer.json()
    except requests.RequestException as err:
        return {"failed": repr(err)}


def _upload(server, store, name, text):
    """The id of a file that is put into the store."""
    sent = {"purpose": (None, "assistants"), "file": (name, text.encode())}
    file_id = _json(server, "post", "/v1/files", files=sent)["id"]
    _json(server, "post", f"/v1/vector_stores/{store}/files", json={"file_id": file_id})
    return file_id


def _json(server, method, path, **options):
    answer = requests.request(method, server.url + path, timeout=30, **options)
    assert answer.ok, answer.text
    return answer.json()

"""The index over a real Chroma server, and what becomes of it when the server goes."""

import threading
import time

import pytest

from ragproxy.errors import UpstreamUnavailable
from ragproxy.retrieval import open_index
from tests.chroma import ChromaServer
from tests.retrieval.machines import Machines
from tests.retrieval.samples import ANIMALS_AND_TRADES, BREAD, CARS, CATS, MeaningEmbedder


def test_add_search_remove(machines):
    index, store = machines.open("here"), machines.store()
    index.ping()
    machines.add(index, store, ANIMALS_AND_TRADES)
    assert found(index, store, "chat") == ["cats"]
    assert index.chunks(store, CATS.file_id) == [CATS]
    machines.remove(index, store, [CATS.file_id])
    assert found(index, store, "chat") == []
    assert index.count(store) == 2
    index.drop(store)
    assert index.count(store) == 0


def test_meaning_ranks_over_http_too(machines):
    index, store = machines.open("here", embedder=MeaningEmbedder()), machines.store()
    machines.add(index, store, ANIMALS_AND_TRADES)
    best = index.search([store], "automobile").passages[0]
    assert best.chunk == CARS
    assert index.search([store], "automobile", files=[BREAD.file_id]).passages[0].chunk == BREAD


def test_without_a_log_of_changes_there_is_no_index_beside_a_server(tmp_path):
    with pytest.raises(ValueError, match="log of changes"):
        open_index(data_dir=tmp_path, chroma_url="http://127.0.0.1:9", attributes=lambda store_id: {})


def test_warming_without_chroma_is_only_logged(tmp_path, state, caplog):
    machines = Machines("http://127.0.0.1:9", tmp_path, state)
    index = machines.open("here")
    index.warm()
    _follower().join(0.5)  # it goes on, and tries again
    with pytest.raises(UpstreamUnavailable, match=r"127\.0\.0\.1:9"):
        index.ping()
    with pytest.raises(UpstreamUnavailable, match=r"127\.0\.0\.1:9"):
        index.search([machines.store()], "chat")
    index.close()
    assert "127.0.0.1:9" in caplog.text


def test_a_server_that_goes_away_is_unavailable_and_welcome_back(tmp_path, state):
    with ChromaServer(tmp_path / "chroma") as server:
        machines = Machines(server.url, tmp_path, state)
        index, store = machines.open("here"), machines.store()
        machines.add(index, store, [CATS])
        assert found(index, store, "chat") == ["cats"]
        server.kill()
        for act in (
            index.ping,
            lambda: index.count(store),
            lambda: index.search([store], "chat"),
            lambda: index.add(store, [CARS]),
        ):
            with pytest.raises(UpstreamUnavailable, match=f"127.0.0.1:{server.port}"):
                act()
        server.start()
        index.ping()
        assert found(index, store, "chat") == ["cats"]
        machines.add(index, store, [CARS])
        assert found(index, store, "voiture") == ["cars"]
        machines.close()


def test_the_follower_outlives_a_server_that_goes_away(tmp_path, state):
    with ChromaServer(tmp_path / "chroma") as server:
        machines = Machines(server.url, tmp_path, state)
        worker, web, store = machines.open("worker"), machines.open("web"), machines.store()
        machines.add(worker, store, [CATS])
        web.warm()
        applied = tmp_path / "web" / "lexical" / store / "applied.json"
        _wait_until(applied.exists)
        first = applied.read_text()
        server.kill()
        state.files.delete(store, ["file-none"])  # a change that cannot be followed now
        time.sleep(1.5)
        server.start()
        _wait_until(lambda: applied.read_text() != first)
        machines.close()


def found(index, store_id, query):
    return [passage.chunk.id for passage in index.search([store_id], query, min_score=0.1).passages]


def _wait_until(happened):
    until = time.monotonic() + 20
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.05)


def _follower():
    return next(thread for thread in threading.enumerate() if thread.name == "follower")

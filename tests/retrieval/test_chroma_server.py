"""The index over a real Chroma server, with other processes and other machines beside it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from ragproxy.errors import UpstreamUnavailable
from ragproxy.retrieval import open_index
from tests.retrieval.samples import ANIMALS_AND_TRADES, BREAD, CARS, CATS, MeaningEmbedder, chunk


def test_add_search_remove(machine):
    index = machine("here")
    index.ping()
    index.add("vs_first", ANIMALS_AND_TRADES)
    index.warm()
    assert found(index, "vs_first", "chat") == ["cats"]
    assert index.chunks("vs_first", CATS.file_id) == [CATS]
    index.remove("vs_first", [CATS.file_id])
    assert found(index, "vs_first", "chat") == []
    assert index.count("vs_first") == 2
    index.drop("vs_first")
    assert index.count("vs_first") == 0


def test_meaning_ranks_over_http_too(machine):
    index = machine("here", embedder=MeaningEmbedder())
    index.add("vs_meaning", ANIMALS_AND_TRADES)
    best = index.search(["vs_meaning"], "automobile").passages[0]
    assert best.chunk == CARS
    assert index.search(["vs_meaning"], "automobile", files=[BREAD.file_id]).passages[0].chunk == BREAD


def test_another_machine_builds_its_own_lexical_index(machine):
    machine("here").add("vs_two", ANIMALS_AND_TRADES)
    assert found(machine("there"), "vs_two", "voiture") == ["cars"]


def test_what_other_machines_added_is_found_at_the_next_open(machine):
    here, there = machine("here"), machine("there")
    here.add("vs_grows", [CATS])
    assert found(there, "vs_grows", "chat") == ["cats"]
    here.add("vs_grows", [CARS])
    there.close()
    assert found(there, "vs_grows", "voiture") == ["cars"]


def test_chunks_removed_on_another_machine_are_left_out(machine):
    here, there = machine("here"), machine("there")
    here.add("vs_shrinks", ANIMALS_AND_TRADES)
    assert found(there, "vs_shrinks", "chat") == ["cats"]
    here.remove("vs_shrinks", [CATS.file_id])
    assert found(there, "vs_shrinks", "chat") == []


def test_workers_of_one_machine_see_each_other_s_writes(machine):
    one, other = machine("here"), machine("here")
    one.add("vs_workers", [CATS])
    assert found(other, "vs_workers", "chat") == ["cats"]
    one.add("vs_workers", [CARS])
    assert found(other, "vs_workers", "voiture") == ["cars"]
    other.remove("vs_workers", [CATS.file_id])
    assert found(one, "vs_workers", "chat") == []


def test_workers_that_write_at_once_lose_nothing(machine):
    workers = [machine("here") for _ in range(3)]

    def write(worker):
        for number in range(6):
            name = f"{worker}-{number}"
            workers[worker].add("vs_busy", [chunk(name, f"mot{worker}x{number}", file=name)])

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(write, range(3)))
    for worker in workers:
        assert worker.count("vs_busy") == 18
        for number in range(6):
            assert found(worker, "vs_busy", f"mot1x{number}")[0] == f"1-{number}"


def test_a_reindex_by_one_worker_is_followed_by_the_others(machine):
    machine("here").add("vs_moves", ANIMALS_AND_TRADES)
    other = machine("here", embedder=MeaningEmbedder())
    elsewhere = machine("there", embedder=MeaningEmbedder())
    assert found(other, "vs_moves", "chat") == found(elsewhere, "vs_moves", "chat") == ["cats"]
    machine("here", embedder=MeaningEmbedder()).reindex("vs_moves")
    # they notice when they read a passage, and answer that question all the same
    assert found(other, "vs_moves", "chat") == found(elsewhere, "vs_moves", "chat") == ["cats"]
    assert other.search(["vs_moves"], "automobile").passages[0].chunk == CARS
    assert elsewhere.search(["vs_moves"], "automobile").passages[0].chunk == CARS
    other.add("vs_moves", [chunk("more", "zymurgie")])
    assert other.count("vs_moves") == 4


def test_a_store_dropped_by_one_worker_is_empty_for_the_others(machine):
    one, other = machine("here"), machine("here")
    one.add("vs_gone", [CATS])
    assert found(other, "vs_gone", "chat") == ["cats"]
    one.drop("vs_gone")
    assert found(other, "vs_gone", "chat") == []
    assert other.count("vs_gone") == 0
    other.add("vs_gone", [CARS])
    assert found(other, "vs_gone", "voiture") == ["cars"]


def test_a_server_that_goes_away_is_unavailable_and_welcome_back(tmp_path):
    port = free_port()
    first = start(tmp_path, port)
    index = open_index(
        data_dir=tmp_path / "data", chroma_url=f"http://127.0.0.1:{port}", attributes=lambda store_id: {}
    )
    try:
        index.add("vs_a", [CATS])
        stop(first)
        for act in (
            index.ping,
            lambda: index.count("vs_a"),
            lambda: index.search(["vs_a"], "chat"),
            lambda: index.add("vs_a", [CARS]),
        ):
            with pytest.raises(UpstreamUnavailable, match=f"127.0.0.1:{port}"):
                act()
        second = start(tmp_path, port)
        try:
            index.ping()
            assert found(index, "vs_a", "chat") == ["cats"]
            index.add("vs_a", [CARS])
            assert found(index, "vs_a", "voiture") == ["cars"]
        finally:
            stop(second)
    finally:
        stop(first)
        index.close()


def found(index, store_id, query):
    return [passage.chunk.id for passage in index.search([store_id], query, min_score=0.1).passages]


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    port = free_port()
    server = start(tmp_path_factory.mktemp("chroma"), port)
    yield f"http://127.0.0.1:{port}"
    stop(server)


@pytest.fixture
def machine(url, tmp_path):
    """Opens the index of a process on the machine of that name: same name, same folder."""
    indexes = []

    def open_one(name, **given):
        index = open_index(data_dir=tmp_path / name, chroma_url=url, attributes=lambda store_id: {}, **given)
        indexes.append(index)
        return index

    yield open_one
    for index in indexes:
        index.close()


def start(folder, port):
    server = subprocess.Popen(
        [Path(sys.executable).with_name("chroma"), "run", "--path", folder / "server", "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "RUST_LOG": "error", "ANONYMIZED_TELEMETRY": "False"},
    )
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v2/heartbeat", timeout=2).close()
            return server
        except OSError:
            assert server.poll() is None, "the Chroma server ended"
            assert time.monotonic() < deadline, "the Chroma server did not answer in time"
            time.sleep(0.05)


def stop(server):
    server.kill()
    server.wait()


def free_port():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return listening.getsockname()[1]

"""How processes end, and what the next one finds."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.e2e.by_hand import ask, post, question, read_until, user
from tests.e2e.conftest import writing
from tests.e2e.servers import ROOT, Server, environment, ragproxy
from tests.replies import DONE, Reply, chat_frames

FILES = 620  # three times what is written at once


def test_after_kill_9_the_next_server_starts_at_once_and_knows_all(data_dir):
    with Server(data_dir) as first:
        before = _answer(first)
        assert "330" in before
        first.kill()
    began = time.monotonic()
    with Server(data_dir, PORT=str(first.port)) as second:
        assert time.monotonic() - began < 20
        assert _answer(second) == before


def test_after_kill_9_of_gunicorns_master_alone_the_worker_ends_and_frees_the_data(data_dir):
    with Server(data_dir) as first:
        (worker,) = first.workers
        os.kill(first.process.pid, signal.SIGKILL)
        first.process.wait()
    _until(lambda: not os.path.exists(f"/proc/{worker}"), 10)
    with Server(data_dir, PORT=str(first.port)) as second:
        assert "330" in _answer(second)


def test_a_worker_that_is_killed_is_replaced(data_dir):
    with Server(data_dir) as server:
        (worker,) = server.workers
        os.kill(worker, signal.SIGKILL)
        _until(lambda: server.workers not in ([], [worker]), 20)
        _until(lambda: _is_up(server), 20)
        assert "330" in _answer(server)


def test_a_stopped_server_finishes_the_stream_it_is_sending(data_dir, upstream):
    with Server(data_dir, **writing(upstream)) as server:
        upstream.script(Reply.events(*chat_frames(*"slowly but surely"), delay_s=0.1), path="/chat/completions")
        answers = []
        asking = threading.Thread(target=lambda: answers.append(post(server, question())))
        asking.start()
        _until(lambda: upstream.to("/chat/completions"))
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        asking.join(20)
        assert answers[0].content.endswith(DONE)
        assert server.process.wait(15) == 0
    with Server(data_dir, PORT=str(server.port)):
        pass


def test_ctrl_c_ends_it_at_once_whatever_it_is_doing(data_dir, upstream):
    with Server(data_dir, **writing(upstream)) as server, ThreadPoolExecutor(8) as clients:
        upstream.script(Reply.events(*chat_frames("Yes")[:2], stalls=True), path="/chat/completions")
        with ask(server, question()) as streaming:
            read_until(streaming, b"Yes")
            callers = [clients.submit(_call_until_it_is_gone, server) for _ in range(8)]
            time.sleep(0.2)
            began = time.monotonic()
            server.close()
            assert time.monotonic() - began < 5
            assert server.process.returncode == 0
            assert not _rest(streaming).endswith(DONE)
        for caller in callers:
            assert caller.result() > 0
    assert "Traceback" not in server.log.read_text()


@pytest.mark.soak
def test_an_ingestion_killed_midway_doubles_nothing_when_run_again(tmp_path):
    documents, data_dir = tmp_path / "documents", tmp_path / "data"
    documents.mkdir()
    for number in range(FILES):
        (documents / f"note-{number}.md").write_text(f"# Note {number}\n\nThe quokka number {number} likes figs.\n")
    kept = 0
    for delay_s in (0.0, 0.1):  # while it loads the next files, while it writes them to the two indexes
        kept += _ingest_and_kill(documents, data_dir, delay_s)
    again = ragproxy("ingest", documents, data_dir=data_dir).stdout
    added, unchanged = (int(re.search(rf"(\d+) {word}", again)[1]) for word in ("added", "unchanged"))
    assert added + unchanged == FILES
    assert unchanged >= kept > 0
    listed = ragproxy("stores", "list", data_dir=data_dir).stdout
    assert re.search(rf"^default .* completed +{FILES} ", listed, re.MULTILINE)
    ragproxy("doctor", data_dir=data_dir)  # which ends badly when a chunk is there twice, or not at all
    assert _found_once(data_dir) == 50
    assert f": {FILES} chunks" in ragproxy("reindex", "default", data_dir=data_dir).stdout
    assert _found_once(data_dir) == 50


def _call_until_it_is_gone(server):
    """How many calls were answered; each opens a connection and closes it, which wakes the server's main thread."""
    answered = 0
    while True:
        try:
            answered += requests.get(server.url + "/health", timeout=5).ok
        except requests.RequestException:
            return answered


def _rest(sock):
    seen = b""
    try:
        while piece := sock.recv(65536):
            seen += piece
    except ConnectionError:
        pass
    return seen


def _ingest_and_kill(documents, data_dir, delay_s):
    """How many files it had reported as added when it was killed, `delay_s` after the first of them."""
    with subprocess.Popen(
        [sys.executable, "-u", "-m", "ragproxy", "ingest", str(documents)],
        env=environment(data_dir),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as ingestion:
        reported = [ingestion.stdout.readline()]
        time.sleep(delay_s)
        ingestion.kill()
        reported += ingestion.stdout.readlines()
    assert ingestion.returncode == -signal.SIGKILL
    assert all(line.startswith("added ") for line in reported)
    return len(reported)


def _found_once(data_dir):
    """How many files a search shows; none may be there twice."""
    found = ragproxy("search", "quokka figs", "--top-k", "50", data_dir=data_dir).stdout
    names = re.findall(r"note-\d+\.md", found)
    assert len(names) == len(set(names))
    return len(names)


def _answer(server):
    asked = {"model": "ragproxy", "messages": user("How tall is the Eiffel Tower?"), "clientModel": "extractive"}
    return post(server, asked).json()["choices"][0]["message"]["content"]


def _is_up(server):
    try:
        return requests.get(server.url + "/ready", timeout=2).ok
    except requests.RequestException:
        return False


def _until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    """A data folder with one document, shared by servers that follow each other."""
    documents, data_dir = tmp_path_factory.mktemp("documents"), tmp_path_factory.mktemp("endings")
    (documents / "tower.md").write_text("# Eiffel Tower\n\nThe Eiffel Tower is 330 metres tall.\n")
    ragproxy("ingest", documents, data_dir=data_dir)
    return data_dir

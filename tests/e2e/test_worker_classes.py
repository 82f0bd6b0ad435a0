"""The server with greenlets and with threads: what has to go on meanwhile goes on, and it ends as it should."""

import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager

import pytest
import requests

from tests.e2e.by_hand import TOWER, ask, post, question, read_until, user
from tests.e2e.conftest import writing
from tests.e2e.servers import Server, ragproxy
from tests.replies import DONE, Reply, chat_chunk, chat_frames, sse
from tests.upstream import Upstream

SOON_S = 2.0
GAP_S = 0.25  # the longest silence between two pulses of a stream, on a machine that does much else
GOES = 5  # a busy machine is silent on its own account
PULSE_S = 0.01
RUSH = 800  # requests: a second of work and more


@pytest.mark.parametrize("stream", [False, True])
def test_a_chat_with_an_upstream_model(server, upstream, stream):
    if stream:
        upstream.script(Reply.events(*chat_frames("Yes", ".")))
    answer = post(server, question(stream=stream))
    assert answer.status_code == 200
    assert answer.content.endswith(DONE) if stream else answer.json()["choices"][0]["message"]["content"]


def test_an_answer_from_documents(server, upstream):
    answer = post(server, {"model": "ragproxy", "messages": user(TOWER)}).json()
    assert answer["choices"][0]["message"]["content"]
    asked = upstream.to("/chat/completions")[-1].json
    assert "330 metres" in str(asked["messages"])


@pytest.mark.parametrize("model", ["tiny", "ragproxy"])
@pytest.mark.parametrize("stream", [False, True])
def test_a_client_that_hangs_up_frees_the_upstream(server, upstream, model, stream):
    upstream.script(Reply.events(*chat_frames("Yes")[:2], stalls=True) if stream else Reply.json({}, head_delay_s=30))
    sock = ask(server, question(model=model, stream=stream))
    _until(lambda: upstream.to("/chat/completions"))
    if stream:
        read_until(sock, b"Yes")
    request = upstream.to("/chat/completions")[-1]
    assert not request.left.wait(0.05)
    left_at = time.monotonic()
    sock.close()
    assert request.left.wait(SOON_S)
    assert request.left_at - left_at < SOON_S
    _until(lambda: server.metric("ragproxy_requests_in_flight") == 1)


def test_a_stream_does_not_wait_for_searches(server, upstream):
    _search(server, "tower")  # the first opens the index

    def search():
        with ThreadPoolExecutor(4) as clients:
            answers = list(clients.map(lambda number: _search(server, f"tower {number}"), range(60)))
        assert all(answer.status_code == 200 for answer in answers)

    _pulses_go_on_during(search, server, upstream)


def test_a_stream_does_not_wait_for_a_large_upload(server, upstream):
    fields = {"purpose": (None, "user_data"), "file": ("large.bin", bytes(100 << 20))}
    made = requests.Request("POST", f"{server.url}/v1/files", files=fields).prepare()

    def upload():
        with requests.Session() as session:
            assert session.send(made, timeout=60).ok

    _pulses_go_on_during(upload, server, upstream)


def test_a_stream_does_not_wait_for_one_that_comes_at_once(server, upstream):
    def read():
        upstream.script(Reply.events(*chat_frames(*["word "] * 10_000)))
        assert post(server, question()).content.endswith(DONE)

    _pulses_go_on_during(read, server, upstream)


def test_a_stream_does_not_wait_for_many_requests_that_come_at_once(server, upstream, worker_class):
    if worker_class != "gevent":
        pytest.skip("threads are interrupted")

    def rush():
        with ExitStack() as opened:
            address = ("127.0.0.1", server.port)
            clients = [opened.enter_context(socket.create_connection(address, timeout=30)) for _ in range(RUSH)]
            time.sleep(0.5)  # until all are taken
            for client in clients:
                client.sendall(b"GET /v1/models HTTP/1.1\r\nHost: here\r\n\r\n")
            assert {client.recv(12) for client in clients} == {b"HTTP/1.1 200"}

    _pulses_go_on_during(rush, server, upstream)


def test_a_file_is_uploaded_and_indexed(server):
    base = server.url + "/v1"
    sent = {"file": ("quokka.md", b"# Quokka\n\nThe quokka likes figs.\n")}
    file = requests.post(base + "/files", data={"purpose": "assistants"}, files=sent, timeout=10).json()
    store = requests.post(base + "/vector_stores", json={"file_ids": [file["id"]]}, timeout=10).json()["id"]
    _until(lambda: _status(base, store, file["id"]) != "in_progress", 30)
    assert _status(base, store, file["id"]) == "completed"
    assert "figs" in str(_search(server, "quokka", store).json()["data"][0]["content"])
    deleted = requests.delete(f"{base}/vector_stores/{store}", timeout=10).json()
    assert deleted["deleted"]


def test_a_second_server_is_refused_the_data(server):
    with pytest.raises(RuntimeError, match="cannot start"):
        Server(server.data_dir)


def test_sigterm_lets_a_stream_end_and_idle_clients_do_not_hold_it_up(data_dir, upstream, worker_class):
    with _served(data_dir, upstream, worker_class) as server, requests.Session() as idle:
        assert post(server, question(stream=False), session=idle).ok
        upstream.script(Reply.events(*chat_frames(*"slowly"), delay_s=0.1), path="/chat/completions")
        answers = []
        asking = threading.Thread(target=lambda: answers.append(post(server, question())))
        asking.start()
        _until(lambda: len(upstream.to("/chat/completions")) == 2)
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        asking.join(20)
        assert answers[0].content.endswith(DONE)
        assert server.process.wait(15) == 0  # an idle client may keep its connection for 30 s
    with _served(data_dir, upstream, worker_class, PORT=str(server.port)):  # it let go of the data
        pass


def test_ctrl_c_ends_it_at_once_whatever_it_is_doing(data_dir, upstream, worker_class):
    with _served(data_dir, upstream, worker_class) as server:
        upstream.script(
            Reply.events(*chat_frames("Yes")[:2], sse(chat_chunk({"content": "on"})), endless=True, delay_s=0.001)
        )
        with ask(server, question()) as streaming:
            read_until(streaming, b"on")
            began = time.monotonic()
            server.close()
            assert time.monotonic() - began < 5
            assert server.process.returncode == 0
    assert "Traceback" not in server.log.read_text()


def test_without_gevent_the_start_says_what_to_install(tmp_path):
    (tmp_path / "gevent.py").write_text("raise ImportError")
    with pytest.raises(RuntimeError) as caught:
        Server(tmp_path / "data", RAGPROXY_WORKER_CLASS="gevent", PYTHONPATH=str(tmp_path))
    message = str(caught.value)
    assert "ragproxy cannot start. RAGPROXY_WORKER_CLASS: gevent is not installed" in message
    assert "pip install gevent, or set it to gthread" in message
    assert "Traceback" not in message


# ---- what it runs on ----


@pytest.fixture(scope="module")
def shared():
    with Upstream(models=["tiny"]) as upstream:
        yield upstream


@pytest.fixture
def upstream(shared):
    shared.reset()
    return shared


@pytest.fixture(scope="module", params=["gevent", "gthread"])
def worker_class(request):
    return request.param


@pytest.fixture(scope="module")
def server(tmp_path_factory, documents, shared, worker_class):
    data_dir = tmp_path_factory.mktemp(worker_class)
    ragproxy("migrate", data_dir=data_dir)
    ragproxy("ingest", documents, "--store", "default", data_dir=data_dir)
    with _served(data_dir, shared, worker_class) as server:
        yield server


@pytest.fixture
def data_dir(tmp_path):
    ragproxy("migrate", data_dir=tmp_path)
    return tmp_path


def _served(data_dir, upstream, worker_class, **variables):
    return Server(data_dir, RAGPROXY_WORKER_CLASS=worker_class, **writing(upstream), **variables)


def _pulses_go_on_during(work, server, upstream):
    largest = []
    while len(largest) < GOES and min(largest, default=GAP_S + 1) > GAP_S:
        with _pulses(server, upstream) as gaps:
            work()
        largest.append(max(gaps))
    assert min(largest) <= GAP_S


@contextmanager
def _pulses(server, upstream):
    """A stream that gets a chunk every `PULSE_S`, read in a thread: the seconds between what arrives."""
    pulse = sse(chat_chunk({"content": "tick"}))
    upstream.script(Reply.events(*chat_frames("Yes")[:2], pulse, endless=True, delay_s=PULSE_S))
    gaps, over = [], threading.Event()

    def read(sock):
        last = time.monotonic()
        while not over.is_set() and sock.recv(65536):
            gaps.append(time.monotonic() - last)
            last += gaps[-1]

    with ask(server, question()) as sock:
        read_until(sock, b"tick")
        reading = threading.Thread(target=read, args=(sock,), daemon=True)
        reading.start()
        yield gaps
        over.set()
        reading.join(10)


def _search(server, query, store=None):
    base = server.url + "/v1/vector_stores"
    store = store or requests.get(base, timeout=10).json()["data"][-1]["id"]
    return requests.post(f"{base}/{store}/search", json={"query": query}, timeout=30)


def _status(base, store, file):
    return requests.get(f"{base}/vector_stores/{store}/files/{file}", timeout=10).json()["status"]


def _until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)

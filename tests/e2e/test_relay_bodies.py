"""Relays through a real server: large bodies, breaks and hang-ups."""

import hashlib
import http.client
import json
import os
import socket
import time

import pytest

from tests.e2e.by_hand import head
from tests.e2e.relaying import Memory, asked, begun, descriptors, relaying, sent, settled, tasks, until
from tests.relaying import SOUND, RelayUpstream, speech_events
from tests.replies import Reply, refusal

SOON_S = 2.0
MIB = 1 << 20
BEFORE = b'--B\r\nContent-Disposition: form-data; name="file"; filename="a.mp3"\r\n\r\n'
MODEL = b'--B\r\nContent-Disposition: form-data; name="model"\r\n\r\nmain/whisper\r\n'

# ---- breaks -------------------------------------------------------------------------------------


@pytest.mark.parametrize("framing", ["chunked", "length"])
def test_an_answer_cut_by_the_upstream_is_cut_for_the_client(gateway, up, framing):
    sound = Reply((SOUND,), headers={"content-type": "audio/mpeg"}, framing=framing, cut_at=5000)
    up.script("/audio/speech", sound.in_writes_of(1000))
    answer = asked(gateway, "/audio/speech", {"model": "tts"})
    with pytest.raises(http.client.IncompleteRead) as caught:
        answer.read()
    assert SOUND.startswith(caught.value.partial)


# ---- large bodies -------------------------------------------------------------------------------


@pytest.mark.parametrize("blocks", [64, pytest.param(200, marks=pytest.mark.soak)])
@pytest.mark.parametrize("last", [False, True], ids=["the model first", "the file first"])
@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunks"])
def test_a_large_file_is_never_in_memory(gateway, up, last, chunked, blocks):
    block = os.urandom(MIB)
    parts = [BEFORE, *[block] * blocks, b"\r\n", MODEL] if last else [MODEL, BEFORE, *[block] * blocks, b"\r\n"]
    parts.append(b"--B--\r\n")
    with Memory(gateway) as memory:
        answer = sent(gateway, "/v1/audio/transcriptions", parts, chunked=chunked)
        assert json.loads(answer.read())["text"] == f"{up.last.size} bytes"
    wanted = hashlib.sha256()
    for part in parts:
        wanted.update(part.replace(b"main/whisper", b"whisper") if part is MODEL else part)
    assert up.last.digest.digest() == wanted.digest()
    assert memory.growth < 30 * MIB
    assert up.last.chunked is chunked or last  # when all is here, how much it is is known


def test_two_hundred_megabytes_come_back_without_being_in_memory(gateway, up):
    up.script("/audio/speech", Reply((os.urandom(MIB),) * 200, headers={"content-type": "audio/mpeg"}))
    with Memory(gateway) as memory:
        answer, size = asked(gateway, "/audio/speech", {"model": "tts"}), 0
        while piece := answer.read(MIB):
            size += len(piece)
    assert size == 200 * MIB
    assert memory.growth < 30 * MIB


def test_the_upstream_has_the_beginning_before_the_client_has_sent_the_end(gateway, up):
    sock = begun(gateway, [MODEL, BEFORE, bytes(MIB)], length=4 * MIB)
    until(lambda: up.to("/audio/transcriptions") and up.last.size > MIB // 2)
    assert not up.last.whole.is_set()
    sock.close()
    assert up.last.left.wait(SOON_S)


def test_a_form_beyond_the_limit_is_refused(gateway, up):
    answer = sent(gateway, "/audio/transcriptions", [MODEL, BEFORE, *[bytes(MIB)] * 300], chunked=True)
    assert answer.status == 413
    assert "RAGPROXY_FILE_LIMIT_MB" in json.loads(answer.read())["error"]["message"]
    assert up.last.left.wait(SOON_S)
    assert not up.last.whole.is_set()


def test_a_refusal_that_comes_before_the_end_reaches_the_client(gateway, up):
    up.stall_after, early = None, refusal(400, "wrong voice")
    up.script("/audio/transcriptions", early)
    answer = sent(
        gateway, "/audio/transcriptions", [MODEL, BEFORE, *[bytes(MIB)] * 20, b"\r\n--B--\r\n"], chunked=False
    )
    assert (answer.status, json.loads(answer.read())["error"]["message"]) == (400, "wrong voice")


# ---- hang-ups -----------------------------------------------------------------------------------


def test_a_client_that_leaves_while_it_sends(gateway, up):
    sock = begun(gateway, [MODEL, BEFORE, bytes(MIB)], length=10 * MIB)
    until(lambda: up.requests and up.last.begun.is_set())
    let_go_in_time(gateway, up, sock)
    assert not up.last.whole.is_set()


def test_a_client_that_leaves_while_the_upstream_takes_nothing(gateway, up):
    up.stall_after = 1 << 16
    sock = begun(gateway, [MODEL, BEFORE, *[bytes(MIB)] * 40], length=200 * MIB)
    until(lambda: up.requests and up.last.size >= up.stall_after)
    let_go_in_time(gateway, up, sock)


def test_a_client_that_leaves_when_it_has_sent_all(gateway, up):
    up.stall_after = 1 << 16
    parts = [MODEL, BEFORE, *[bytes(MIB)] * 20, b"\r\n--B--\r\n"]
    sock = begun(gateway, parts, length=sum(map(len, parts)))
    until(lambda: up.requests and up.last.size >= up.stall_after)
    time.sleep(0.3)
    let_go_in_time(gateway, up, sock)


@pytest.mark.parametrize(
    "reply",
    [
        Reply.json({}, head_delay_s=30),
        Reply((b"some",), headers={"content-type": "audio/mpeg"}, stalls=True),
        Reply((b"some",), headers={"content-type": "audio/mpeg"}, endless=True, delay_s=0.01),
        Reply.events(*speech_events("eA==")[:1], stalls=True),
    ],
    ids=["no answer", "silence", "endless", "events"],
)
def test_a_client_that_leaves_while_it_is_answered(gateway, up, reply):
    up.script("/audio/speech", reply)
    sock = socket.create_connection(("127.0.0.1", gateway.port), timeout=10)
    body = b'{"model": "tts"}'
    sock.sendall(head("POST", "/v1/audio/speech", **{"Content-Type": "application/json", "Content-Length": len(body)}))
    sock.sendall(body)
    until(lambda: up.requests and up.last.whole.is_set())
    time.sleep(0.2)
    let_go_in_time(gateway, up, sock)


def test_thirty_uploads_that_break_off_leave_nothing_behind(gateway, up):
    settled(gateway)
    threads, files = tasks(gateway), descriptors(gateway)
    clients = [begun(gateway, [MODEL, BEFORE, bytes(MIB // 2)], length=MIB) for _ in range(30)]
    until(lambda: len(up.requests) == 30)
    for client in clients:
        client.close()
    for request in list(up.requests):
        assert request.left.wait(SOON_S)
    settled(gateway)
    until(lambda: tasks(gateway) <= threads + 32)  # those that served the thirty are kept for the next
    until(lambda: descriptors(gateway) <= files + 5)


def let_go_in_time(server, up, sock):
    """Leave, and see the upstream let go and the request end."""
    assert not up.last.left.wait(0.05)
    left_at = time.monotonic()
    sock.close()
    assert up.last.left.wait(SOON_S)
    assert up.last.left_at - left_at < SOON_S
    settled(server)


@pytest.fixture(scope="module")
def shared_up():
    with RelayUpstream() as up:
        yield up


@pytest.fixture
def up(shared_up):
    shared_up.reset()
    return shared_up


@pytest.fixture(scope="module")
def gateway(tmp_path_factory, shared_up):
    with relaying(tmp_path_factory.mktemp("relays"), shared_up) as server:
        yield server

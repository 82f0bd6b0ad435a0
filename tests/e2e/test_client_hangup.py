"""Clients that leave before their answer is whole: the upstream is let go, and nothing is left behind."""

import re
import socket
import struct
import time
from pathlib import Path

import pytest
import requests
from openai import OpenAI

from tests.e2e.by_hand import TOWER, ask, post, question, read_until, request_bytes, user
from tests.replies import DONE, Reply, chat_chunk, chat_frames, sse

SOON_S = 2.0
MODELS = pytest.mark.parametrize("model", ["tiny", "ragproxy"])


@MODELS
def test_while_waiting_for_an_answer_that_does_not_stream(gateway, upstream, model):
    upstream.script(Reply.json({}, head_delay_s=30))
    _left_in_time(gateway, upstream, question(model=model, stream=False))


@MODELS
def test_while_the_body_of_an_answer_stops_halfway(gateway, upstream, model):
    upstream.script(Reply.text('{"choices": [', 200, "application/json", length=900, stalls=True))
    _left_in_time(gateway, upstream, question(model=model, stream=False))


@MODELS
def test_while_waiting_for_a_stream_to_begin(gateway, upstream, model):
    upstream.script(Reply.events(*chat_frames("Yes"), head_delay_s=30))
    _left_in_time(gateway, upstream, question(model=model))


@MODELS
def test_in_mid_stream_while_the_upstream_is_silent(gateway, upstream, model):
    upstream.script(Reply.events(*chat_frames("Yes")[:2], stalls=True))
    _left_in_time(gateway, upstream, question(model=model), after=b"Yes")


@MODELS
def test_in_mid_stream_while_the_upstream_sends(gateway, upstream, model):
    upstream.script(
        Reply.events(*chat_frames("Yes")[:2], sse(chat_chunk({"content": "on"})), endless=True, delay_s=0.01)
    )
    _left_in_time(gateway, upstream, question(model=model), after=b"on")


def test_while_a_follow_up_is_being_rewritten(gateway, upstream):
    upstream.script(Reply.json({}, head_delay_s=30))
    messages = [*user("The tower"), {"role": "assistant", "content": "Yes?"}, *user("How tall is it?")]
    _left_in_time(gateway, upstream, question(model="ragproxy", messages=messages))
    assert len(upstream.requests) == 1  # nobody is left to write for


@pytest.mark.parametrize("stream", [False, True])
def test_legacy_completions_too(gateway, upstream, stream):
    upstream.script(Reply.json({}, head_delay_s=30))
    _left_in_time(gateway, upstream, {"model": "tiny", "prompt": "x", "stream": stream}, path="/v1/completions")


@pytest.mark.parametrize("stream", [False, True])
def test_responses_too(gateway, upstream, stream):
    upstream.script(Reply.json({}, head_delay_s=30))
    _left_in_time(gateway, upstream, {"model": "tiny", "input": "x", "stream": stream}, path="/v1/responses")


def test_a_response_whose_client_left_is_cancelled_and_keeps_what_was_said(gateway, upstream):
    upstream.script(Reply.events(*chat_frames("Yes")[:2], stalls=True))
    with ask(gateway, {"model": "tiny", "input": "x", "stream": True}, "/v1/responses") as sock:
        seen = read_until(sock, b"response.output_text.delta")
    assert upstream.requests[-1].left.wait(SOON_S)
    _settled(gateway)
    id = re.search(rb"resp_[0-9a-f]{32}", seen)[0].decode()
    body = requests.get(f"{gateway.url}/v1/responses/{id}", timeout=10).json()
    assert (body["status"], body["output"][0]["content"][0]["text"]) == ("cancelled", "Yes")


def test_a_client_that_breaks_off_hard(gateway, upstream):
    upstream.script(Reply.events(*chat_frames("Yes")[:2], stalls=True))
    _left_in_time(gateway, upstream, question(), after=b"Yes", close=_reset)


def test_the_official_client_closing_its_stream(gateway, upstream):
    upstream.script(Reply.events(*chat_frames("Yes")[:2], stalls=True))
    client = OpenAI(base_url=gateway.url, api_key="sk", max_retries=0)
    stream = client.chat.completions.create(model="ragproxy", messages=user(TOWER), stream=True)
    assert next(stream).choices
    left_at = time.monotonic()
    stream.close()
    assert upstream.requests[-1].left.wait(SOON_S)
    assert upstream.requests[-1].left_at - left_at < SOON_S
    client.close()


def test_a_client_that_stays_gets_all_of_a_stream_with_long_pauses(gateway, upstream):
    upstream.script(Reply.events(*chat_frames("Yes"), delay_s=0.7))
    assert post(gateway, question()).content.endswith(DONE)


def test_a_client_that_sends_its_next_request_early_is_answered_twice(gateway, upstream):
    upstream.script(Reply.events(*chat_frames("First"), delay_s=0.3), Reply.events(*chat_frames("Second")))
    with ask(gateway, question()) as sock:
        sock.sendall(request_bytes(question()))
        seen = read_until(sock, b"Second")
    assert b"First" in seen
    assert DONE in seen


def test_fifty_hang_ups_leave_nothing_behind(gateway, upstream):
    _settled(gateway)
    threads, sockets = _threads(gateway), _sockets(gateway)
    gone = gateway.metric("ragproxy_hangups_total")
    for number in range(50):
        stalls = Reply.events(*chat_frames("Yes")[:2], stalls=True)
        upstream.script(Reply.json({}, head_delay_s=30) if number % 2 else stalls)
    clients = [ask(gateway, question(model="ragproxy", stream=bool(number % 2))) for number in range(50)]
    _until(lambda: len(upstream.requests) == 50)
    assert gateway.metric("ragproxy_requests_in_flight") == 51  # and the one that asks
    for client in clients:
        client.close()
    for request in list(upstream.requests):
        assert request.left.wait(SOON_S)
    _settled(gateway)
    assert gateway.metric("ragproxy_hangups_total") >= gone + 50
    for _ in range(5):  # one after the other: each is served by a thread that the fifty left
        upstream.script(Reply.events(*chat_frames("Yes")[:2], stalls=True))
        _left_in_time(gateway, upstream, question(), after=b"Yes")
    assert _threads(gateway) <= threads + 51
    assert _sockets(gateway) <= sockets + 5
    assert post(gateway, question(model="ragproxy")).content.endswith(DONE)


def _left_in_time(server, upstream, body, *, path="/v1/chat/completions", after=b"", close=socket.socket.close):
    """Ask, wait for the upstream to be asked (and for `after` to arrive), leave, and see the upstream let go."""
    asked = len(upstream.requests)
    sock = ask(server, body, path)
    _until(lambda: len(upstream.requests) > asked)
    if after:
        read_until(sock, after)
    request = upstream.requests[-1]
    assert not request.left.wait(0.05)
    left_at = time.monotonic()
    close(sock)
    assert request.left.wait(SOON_S)
    assert request.left_at - left_at < SOON_S
    _settled(server)


def _settled(server):
    """No request in flight but the one that asks."""
    _until(lambda: server.metric("ragproxy_requests_in_flight") == 1, 5)


def _reset(sock):
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def _until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def _threads(server):
    (worker,) = server.workers
    return len(list(Path(f"/proc/{worker}/task").iterdir()))


def _sockets(server):
    (worker,) = server.workers
    links = (link for link in Path(f"/proc/{worker}/fd").iterdir())
    return sum("socket:" in _target(link) for link in links)


def _target(link):
    try:
        return str(link.readlink())
    except FileNotFoundError:
        return ""

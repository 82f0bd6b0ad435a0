"""An upstream that breaks off at every byte of its answer, one after the other."""

import http.client
import json

import pytest

from tests.e2e.by_hand import TOWER, checked, error_in, frames, normal, question, user
from tests.replies import DONE, Reply, sse, whole

# as short as chunks can be, since every byte of them costs a request
EVENTS = [
    *(sse({"choices": [{"index": 0, "delta": delta}]}) for delta in ({"content": "Hé"}, {"content": " [1]"})),
    sse({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}),
    sse({"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2}}),
    DONE,
]
# the same as legacy completions
TEXTS = [
    *(sse({"choices": [{"index": 0, "text": text}]}) for text in ("Hé", " [1]")),
    sse({"choices": [{"index": 0, "text": "", "finish_reason": "stop"}]}),
    *EVENTS[3:],
]
CHAT, TEXT, UPSTREAM = "/v1/chat/completions", "/v1/completions", "/chat/completions"
KINDS = {
    "plain": (CHAT, question(), EVENTS),
    "grounded": (CHAT, question(model="ragproxy", messages=user(TOWER)), EVENTS),
    "completion": (TEXT, {"model": "tiny", "prompt": "x", "stream": True}, TEXTS),
    "grounded completion": (TEXT, {"model": "ragproxy", "prompt": TOWER, "stream": True}, EVENTS),
}


@pytest.mark.parametrize("reset", [False, True], ids=["closed", "reset"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_stream_cut_at_any_byte_is_a_prefix_and_one_error_frame(connection, upstream, kind, reset):
    path, asked, sent = KINDS[kind]
    theirs = "/completions" if kind == "completion" else UPSTREAM
    expected = _frames_of(connection, upstream, kind)
    reply = Reply.events(*sent)
    ends = _ends(reply)
    for cut_at in range(sum(map(len, reply.wire()))):
        upstream.reset()
        upstream.script(Reply.events(*sent, cut_at=cut_at, reset=reset), path=theirs)
        status, body = _ask(connection, asked, path)
        assert len(upstream.to(theirs)) == 1, cut_at
        arrived = sum(end <= cut_at for end in ends)  # events that came whole; a reset may take some back
        if arrived == len(sent):
            assert normal(body) == expected or reset, cut_at
        if status != 200:
            assert (status, arrived == 0 or reset) == (502, True), cut_at
            assert checked(json.loads(body)["error"])["code"] == "upstream_broken"
        elif body.endswith(DONE):
            assert arrived >= len(sent) - 1, cut_at  # nothing but the end of the transfer was missing
            assert normal(body) == expected
        else:
            _is_broken_off(normal(body), expected, None if reset else arrived, cut_at, roles=int(path == CHAT))


@pytest.mark.parametrize("framing", ["length", "close"])
def test_a_stream_of_another_framing_cut_at_any_byte(connection, upstream, framing):
    expected = _frames_of(connection, upstream, "plain")
    finish = sum(map(len, EVENTS[:3]))
    for cut_at in range(sum(map(len, EVENTS))):
        upstream.reset()
        upstream.script(Reply.events(*EVENTS, framing=framing, cut_at=cut_at), path=UPSTREAM)
        status, body = _ask(connection, question())
        if status != 200:
            assert (status, cut_at < len(EVENTS[0])) == (502, True), cut_at
        elif not body.endswith(DONE):
            _is_broken_off(normal(body), expected, None, cut_at)
        else:
            # where the body ends with the connection, a whole answer lacks no more than its [DONE]
            assert cut_at >= (finish if framing == "close" else len(b"".join(EVENTS)) - 1), cut_at
            assert normal(body) == expected


def test_an_answer_that_does_not_stream_cut_at_any_byte_is_502(connection, upstream):
    reply = Reply.json(whole("Yes"))
    for cut_at in range(0, len(reply.body), 3):
        upstream.reset()
        upstream.script(Reply.json(whole("Yes"), cut_at=cut_at), path=UPSTREAM)
        status, body = _ask(connection, {**question(), "stream": False})
        assert status == 502, cut_at
        assert checked(json.loads(body)["error"])["code"] == "upstream_broken"
        assert len(upstream.to(UPSTREAM)) == 1


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_cut_in_its_headers_is_no_answer(connection, upstream, stream):
    whole_head = Reply.events(*EVENTS).head()
    for cut_at in range(0, len(whole_head), 5):
        upstream.reset()
        upstream.script(Reply.events(*EVENTS, head_cut_at=cut_at), path=UPSTREAM)
        status, body = _ask(connection, {**question(), "stream": stream})
        assert status in (502, 503), cut_at
        checked(json.loads(body)["error"])
        assert len(upstream.to(UPSTREAM)) == 1, cut_at


def _is_broken_off(body, expected, arrived, cut_at, roles=1):
    *before, last = frames(body)
    assert error_in(last)["code"] == "upstream_broken", cut_at
    assert before == frames(expected)[: len(before)], cut_at
    assert DONE not in before
    if arrived is not None:  # and all that came whole was given out: a role chunk first, none for the usage
        assert len(before) == roles + min(arrived, 3), cut_at
    assert (b'"finish_reason":"stop"' in b"".join(before)) is (len(before) == roles + 3)


def _frames_of(connection, upstream, kind):
    path, asked, sent = KINDS[kind]
    upstream.script(Reply.events(*sent))
    status, body = _ask(connection, asked, path)
    assert (status, len(frames(body))) == (200, 4 + (path == CHAT))
    return normal(body)


def _ends(reply):
    """Where each event ends on the wire: what is left of its HTTP chunk then is a line's end."""
    ends, at = [], 0
    for piece in reply.wire()[: len(EVENTS)]:
        at += len(piece)
        ends.append(at - len(b"\r\n"))
    return ends


def _ask(connection, body, path=CHAT):
    connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    return answer.status, answer.read()


@pytest.fixture
def connection(gateway):
    """One connection for all: a server that closed it, or left something on it, would be found out."""
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    connection.auto_open = 0
    connection.connect()
    yield connection
    connection.close()

"""Streams, byte by byte."""

import http.client
import json
import re
import time
from itertools import pairwise

import openai
import pytest
import requests

from tests.e2e.by_hand import TOWER, error_in, frames, normal, post, question, user
from tests.replies import DONE, Reply, chat_frames, sse

HEAD = b'data: {"id":"chatcmpl-ID","object":"chat.completion.chunk","created":0,"model":"%b","choices":[%b]%b}\n\n'
PRINT = b',"system_fingerprint":"fp_upstream"'
TEXT = "Été à Paris 🗼, « oui »."


def test_the_exact_bytes_of_a_plain_stream(gateway, upstream):
    upstream.script(Reply.events(*chat_frames("Hé", " là")))
    answer = post(gateway, question())
    assert normal(answer.content) == b"".join(
        [
            _frame(b'{"role":"assistant","content":""}'),
            _frame('{"content":"Hé"}'.encode()),
            _frame('{"content":" là"}'.encode()),
            _frame(b"{}", b'"stop"'),
            DONE,
        ]
    )


def test_the_exact_bytes_with_usage(gateway, upstream):
    upstream.script(Reply.events(*chat_frames("Yes")))
    answer = post(gateway, question(stream_options={"include_usage": True}))
    null = PRINT + b',"usage":null'
    usage = b',"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}'
    assert normal(answer.content) == b"".join(
        [
            _frame(b'{"role":"assistant","content":""}', more=null),
            _frame(b'{"content":"Yes"}', more=null),
            _frame(b"{}", b'"stop"', more=null),
            HEAD % (b"tiny", b"", PRINT + usage),
            DONE,
        ]
    )


def test_the_exact_bytes_with_a_citation_and_sources(gateway, upstream):
    asked = {"model": "ragproxy", "messages": user(TOWER), "conversation_id": "new"}
    upstream.text = "330 [1]."
    whole = post(gateway, asked).json()
    upstream.script(Reply.events(*chat_frames("330 [", "1].")))
    answer = post(gateway, {**asked, "stream": True})
    named = re.search(rb',"conversation_id":"conv_[0-9a-f]{32}"', answer.content)[0]
    annotations = _json(whole["choices"][0]["message"]["annotations"])
    sources = _json(whole["sources"])
    assert normal(answer.content) == b"".join(
        [
            _frame(b'{"role":"assistant","content":""}', more=PRINT + named, model=b"ragproxy"),
            _frame(b'{"content":"330 "}', more=PRINT + named, model=b"ragproxy"),
            _frame(
                b'{"content":"[1].","annotations":%b}' % annotations,
                more=PRINT + named,
                model=b"ragproxy",
            ),
            _frame(b"{}", b'"stop"', more=PRINT + b',"sources":%b' % sources + named, model=b"ragproxy"),
            DONE,
        ]
    )


def test_the_headers_of_a_stream(gateway, upstream):
    upstream.script(Reply.events(*chat_frames("Yes"), headers={"x-ratelimit-remaining-requests": "9"}))
    answer = post(gateway, {"model": "ragproxy", "messages": user(TOWER), "stream": True})
    headers = answer.headers
    assert answer.status_code == 200
    assert headers["content-type"] == "text/event-stream; charset=utf-8"
    assert headers["cache-control"] == "no-cache"
    assert headers["x-accel-buffering"] == "no"
    assert headers["transfer-encoding"] == "chunked"
    assert "content-length" not in headers
    assert headers["x-request-id"].startswith("req_")
    assert headers["x-ratelimit-remaining-requests"] == "9"
    assert headers["openai-processing-ms"].isdigit()
    assert json.loads(headers["x-metadata-sources"])["sources"]
    assert [part.split(";")[0] for part in headers["server-timing"].split(", ")] == [
        "auth",
        "retrieve",
        "upstream",
        "total",
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 64])
def test_however_the_upstream_cuts_its_writes_the_text_is_the_same(gateway, upstream, size):
    upstream.script(Reply.events(*_utf8(chat_frames(*TEXT))).in_writes_of(size))
    assert _text(post(gateway, question()).content) == TEXT


@pytest.mark.parametrize("framing", ["chunked", "length", "close"])
def test_however_the_upstream_frames_its_body_the_text_is_the_same(gateway, upstream, framing):
    upstream.script(Reply.events(*chat_frames(*TEXT), framing=framing))
    answer = post(gateway, question()).content
    assert _text(answer) == TEXT
    assert answer.endswith(DONE)


@pytest.mark.parametrize("dress", ["crlf", "cr", "no space", "comments", "other fields", "lines", "bom"])
def test_every_spelling_of_an_event_is_read(gateway, upstream, dress):
    plain = b"".join(_utf8(chat_frames(*TEXT)))
    dressed = {
        "crlf": plain.replace(b"\n", b"\r\n"),
        "cr": plain.replace(b"\n", b"\r"),
        "no space": plain.replace(b"data: ", b"data:"),
        "comments": b": hello\n\n" + plain.replace(b"\n\n", b"\n\n: keep-alive\n\n"),
        "other fields": plain.replace(b"data: ", b"event: message\nid: 1\nretry: 5\ndata: "),
        "lines": plain.replace(b',"choices"', b'\ndata: ,"choices"'),
        "bom": b"\xef\xbb\xbf" + plain,
    }[dress]
    upstream.script(Reply.events(dressed).in_writes_of(5))
    answer = post(gateway, question()).content
    assert _text(answer) == TEXT
    assert answer.endswith(DONE)


def test_a_server_that_leaves_done_out_has_ended_well(gateway, upstream):
    upstream.script(Reply.events(*chat_frames("Yes")[:-1]))
    answer = post(gateway, question()).content
    assert _text(answer) == "Yes"
    assert answer.endswith(DONE)


@pytest.mark.parametrize(
    ("nonsense", "words"),
    [
        (sse({"error": {"message": "Overloaded", "type": "server_error", "code": 529}}), "Overloaded"),
        (sse({"error": "Out of memory"}), "Out of memory"),
        (b"data: {malformed\n\n", ""),
        (b'data: {"choices": [\xff]}\n\n', ""),
        (sse([1, 2]), ""),
        (sse({"choices": [{"index": 0, "delta": {"content": 5}}]}), ""),
        (sse({"choices": [{"index": 0, "delta": "x"}]}), ""),
        (sse({"choices": 7}), ""),
    ],
    ids=["error", "error text", "no json", "no utf-8", "array", "number as text", "text as delta", "number"],
)
@pytest.mark.parametrize("model", ["tiny", "ragproxy"])
def test_nonsense_in_mid_stream_is_one_error_frame_and_the_end(gateway, upstream, model, nonsense, words):
    upstream.script(Reply.events(*chat_frames("Yes", " no")[:3], nonsense, *chat_frames("More")))
    *before, last = frames(post(gateway, question(model=model)).content)
    assert _text(b"".join(before)) == "Yes no"
    error = error_in(last)
    assert words in error["message"]
    assert (error["type"], error["code"]) == ("server_error", "upstream_broken")
    assert b'"finish_reason":"stop"' not in b"".join(before)


def test_a_chunk_before_the_end_is_not_lost_when_the_next_is_nonsense(gateway, upstream):
    # both arrive in one write: what was good has to be given out all the same
    upstream.script(Reply.events(b"".join(chat_frames("Yes")[:2]) + b"data: {nonsense\n\n"))
    *before, last = frames(post(gateway, question()).content)
    assert _text(b"".join(before)) == "Yes"
    error_in(last)


def test_silence_in_mid_stream_ends_with_an_error_frame(impatient, upstream):
    upstream.script(Reply.events(*chat_frames("Yes")[:2], stalls=True))
    *before, last = frames(post(impatient, question()).content)
    assert _text(b"".join(before)) == "Yes"
    assert error_in(last)["code"] == "upstream_timeout"
    assert upstream.requests[-1].left.wait(2)


def test_a_slow_stream_that_never_pauses_too_long_is_whole(impatient, upstream):
    upstream.script(Reply.events(*chat_frames(*"slowly"), delay_s=0.2))
    answer = post(impatient, question()).content
    assert _text(answer) == "slowly"
    assert answer.endswith(DONE)


def test_the_official_client_raises_on_the_error_frame(ai, upstream):
    upstream.script(Reply.events(*chat_frames("Yes")[:2], sse({"error": {"message": "Overloaded"}})))
    said = []
    chunks = ai.chat.completions.create(model="tiny", messages=user("x"), stream=True)
    with pytest.raises(openai.APIError, match="Overloaded") as caught:
        said.extend(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert "".join(said) == "Yes"
    assert caught.value.code == "upstream_broken"


@pytest.mark.parametrize("cut_at", [300, 450])
def test_the_official_client_raises_when_the_upstream_breaks_off(ai, upstream, cut_at):
    upstream.script(Reply.events(*chat_frames("Yes"), cut_at=cut_at))
    with pytest.raises(openai.APIError, match="broke off"):
        list(ai.chat.completions.create(model="ragproxy", messages=user(TOWER), stream=True))


def test_text_held_back_for_a_marker_comes_out_before_the_error(gateway, upstream):
    upstream.script(Reply.events(*chat_frames("See [1")[:2], b"data: {nonsense\n\n"))
    *before, last = frames(post(gateway, question(model="ragproxy", messages=user(TOWER))).content)
    assert _text(b"".join(before)) == "See [1"
    error_in(last)


def test_a_connection_serves_on_after_a_stream_and_after_a_broken_one(gateway, upstream):
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    used = set()
    for pieces in (chat_frames("Yes"), chat_frames("Yes")[:2], chat_frames("Yes")):
        upstream.script(Reply.events(*pieces))
        connection.request("POST", "/completions", json.dumps(question()), {"Content-Type": "application/json"})
        used.add(connection.sock)
        assert connection.getresponse().read().endswith(DONE) is (len(pieces) > 2)
    assert len(used) == 1
    connection.close()


def test_each_piece_is_given_out_when_it_comes(gateway, upstream):
    upstream.script(Reply.events(*chat_frames("One", " two", " three"), delay_s=0.25))
    with requests.post(gateway.url + "/chat/completions", json=question(), stream=True, timeout=10) as answer:
        arrivals = [time.monotonic() for _ in answer.raw.stream(None)]
    waits = [after - before for before, after in pairwise(arrivals)]
    assert len(waits) >= 4
    assert min(waits[:3]) > 0.15


def test_completions_stream_exactly_too(gateway, upstream):
    base = {"id": "cmpl-up", "object": "text_completion", "created": 1, "model": "tiny"}
    choice = {"index": 0, "logprobs": None}
    upstream.script(
        Reply.events(
            {**base, "choices": [{**choice, "text": "Hé", "finish_reason": None}]},
            {**base, "choices": [{**choice, "text": "", "finish_reason": "length"}]},
            {**base, "choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3}},
            DONE,
        )
    )
    answer = post(gateway, {"model": "tiny", "prompt": "x", "stream": True}, "/completions")
    head = '{"id":"cmpl-ID","object":"text_completion","created":0,"model":"tiny","choices":[%s]}'
    lines = ['{"text":"Hé","index":0,"logprobs":null,"finish_reason":null}']
    lines += ['{"text":"","index":0,"logprobs":null,"finish_reason":"length"}']
    assert normal(answer.content).decode() == "".join(f"data: {head % line}\n\n" for line in lines) + DONE.decode()


def _frame(delta, finish=b"null", more=PRINT, model=b"tiny"):
    choice = b'{"index":0,"delta":%b,"logprobs":null,"finish_reason":%b}' % (delta, finish)
    return HEAD % (model, choice, more)


def _utf8(events):
    """The same events with every character as itself, so that a write can end inside one."""
    return [event if event == DONE else b"data: " + _json(json.loads(event[6:])) + b"\n\n" for event in events]


def _json(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _text(body):
    said = []
    for frame in frames(body):
        if frame != DONE:
            said += [choice["delta"].get("content") or "" for choice in json.loads(frame[6:])["choices"]]
    return "".join(said)

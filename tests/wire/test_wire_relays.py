"""What is passed on: headers, bodies, events, and the usage at the end."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.errors import InvalidRequest, UpstreamBroken
from ragproxy.wire import relays
from ragproxy.wire.relays import answer_headers, json_body, naming, reported_usage, whole_events

EVENTS = b'event: a\ndata: {"x":1}\n\n: note\r\n\r\ndata: \xc3\xa9\r\rdata: [DONE]\n\n'


def test_what_an_answer_is_and_its_limits_travel_and_nothing_else_does():
    said = {
        "Content-Type": "audio/mpeg",
        "Content-Length": "12",
        "Content-Disposition": 'attachment; filename="a.mp3"',
        "x-ratelimit-remaining-requests": "4",
        "Retry-After": "3",
        "Set-Cookie": "session=secret",
        "Connection": "close",
        "Keep-Alive": "timeout=5",
        "Transfer-Encoding": "chunked",
        "Proxy-Authenticate": "Basic",
        "Authorization": "Bearer sk",
        "WWW-Authenticate": "Bearer",
        "api-key": "sk",
        "Server": "nginx",
        "Via": "1.1 b",
        "x-request-id": "theirs",
        "Access-Control-Allow-Origin": "https://evil.example",
    }
    assert answer_headers(said) == {
        "content-type": "audio/mpeg",
        "content-length": "12",
        "content-disposition": 'attachment; filename="a.mp3"',
        "x-ratelimit-remaining-requests": "4",
        "retry-after": "3",
    }


@pytest.mark.parametrize("value", ["a\r\nSet-Cookie: x", "é", "x" * 1025, ""])
def test_a_header_that_cannot_travel_is_left_out(value):
    assert answer_headers({"content-type": value}) == {}


@pytest.mark.parametrize(
    ("headers", "length"),
    [
        ({"content-length": "5", "content-encoding": "identity"}, "5"),
        ({"content-length": "5", "content-encoding": "gzip"}, None),
        ({"content-length": "-5"}, None),
        ({"content-length": "5, 5"}, None),
    ],
)
def test_a_length_travels_when_it_is_that_of_what_we_send(headers, length):
    assert answer_headers(headers).get("content-length") == length


@pytest.mark.parametrize("size", range(1, 12))
def test_events_come_as_they_were_however_they_are_cut(size):
    reads = [EVENTS[at : at + size] for at in range(0, len(EVENTS), size)]
    assert b"".join(whole_events(reads)) == EVENTS


@pytest.mark.parametrize("cut", range(1, len(EVENTS)))
def test_of_a_stream_that_breaks_off_whole_events_alone_are_passed_on(cut):
    passed = _until_broken(whole_events(_broken(EVENTS[:cut])))
    assert EVENTS.startswith(passed)
    assert passed == b"" or passed.endswith((b"\n\n", b"\r\r", b"\r\n\r\n", b"\r\n\r"))
    assert len(EVENTS[:cut]) - len(passed) < 24


def test_an_event_is_passed_on_when_it_is_whole_and_not_before():
    arriving = iter([b"data: 1\n", b"\n", b"data: 2"])
    events = whole_events(arriving)
    assert next(events) == b"data: 1\n\n"
    assert next(arriving) == b"data: 2"


def test_an_event_without_end_is_given_up(monkeypatch):
    monkeypatch.setattr(relays, "MAX_EVENT_BYTES", 1000)
    with pytest.raises(UpstreamBroken, match="more than"):
        list(whole_events([b"x" * 600, b"x" * 600]))


@pytest.mark.parametrize(
    ("tail", "counts"),
    [
        (b'{"text": "a", "usage": {"input_tokens": 3, "output_tokens": 4, "total_tokens": 7}}', (3, 4)),
        (b'cut {"a": 1}], "usage" : {"prompt_tokens": 3, "total_tokens": 3}}', (3, 0)),
        (
            b'data: {"usage": {"input_tokens": 1}}\n\ndata: {"usage": {"input_tokens": 2, "output_tokens": 1}}\n\n',
            (2, 1),
        ),
        (b'{"usage": {"input_tokens": 1, "input_tokens_details": {"text_tokens": 1}}, "x": {"y": 2}}', (1, 0)),
        (b'{"usage": {"type": "duration", "seconds": 9}}', None),
        (b'{"usage": {"input_tokens": true}}', None),
        (b'{"usage": {"input_tokens": -4}}', None),
        (b'{"usage": {"input_tok', None),
        (b'{"usage": null}', None),
        (b"\xff\xfe\x00", None),
        (b"", None),
    ],
)
def test_the_usage_is_read_at_the_end_of_an_answer(tail, counts):
    usage = reported_usage(tail)
    assert (usage and (usage.prompt, usage.completion)) == counts


def test_what_a_text_says_of_usage_is_no_usage():
    text = json.dumps({"text": 'say "usage": {"input_tokens": 999}'}).encode()
    assert reported_usage(text) is None


@given(st.binary(max_size=300))
def test_no_tail_makes_reading_the_usage_fail(tail):
    reported_usage(b'"usage": {' + tail)


def test_the_model_is_replaced_in_its_place_and_all_else_stays():
    body = json_body(b'{"prompt": "a", "model": "main/m", "seed": 9007199254740993, "x": {"y": null}}')
    assert naming(body, "m") == b'{"prompt":"a","model":"m","seed":9007199254740993,"x":{"y":null}}'
    assert naming(body, None) == b'{"prompt":"a","model":"main/m","seed":9007199254740993,"x":{"y":null}}'


@pytest.mark.parametrize("data", [b"", b"[]", b'"a"', b"{", b'{"model": 4}', b'{"model": ["m"]}'])
def test_a_body_that_cannot_be_passed_on_is_refused(data):
    with pytest.raises(InvalidRequest):
        json_body(data)


def _until_broken(events):
    passed = b""
    try:
        for event in events:
            passed += event
    except UpstreamBroken:
        return passed
    raise AssertionError("the stream ended as if it were whole")


def _broken(data):
    for at in range(0, len(data), 7):
        yield data[at : at + 7]
    raise UpstreamBroken("cut")

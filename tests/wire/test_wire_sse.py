"""Server-sent events: written exactly, read however they are cut."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragproxy.errors import UpstreamBroken
from ragproxy.wire.sse import COMMENT, DONE, MAX_EVENT_BYTES, events, frame


def test_a_frame_is_a_data_line_and_an_empty_one():
    assert frame({"a": "é\n", "b": None}) == 'data: {"a":"é\\n","b":null}\n\n'.encode()


def test_done_and_comment_are_as_the_protocol_has_them():
    assert DONE == b"data: [DONE]\n\n"
    assert COMMENT == b": ping\n\n"
    assert _said([COMMENT, DONE]) == [b"[DONE]"]


@pytest.mark.parametrize(
    ("stream", "expected"),
    [
        (b"data: a\n\ndata: b\n\n", [b"a", b"b"]),
        (b"data:a\n\n", [b"a"]),
        (b"data:  a \n\n", [b" a "]),
        (b"data: a\r\n\r\ndata: b\r\n\r\n", [b"a", b"b"]),
        (b"data: a\r\rdata: b\r\r", [b"a", b"b"]),
        (b"data: a\ndata: b\ndata\n\n", [b"a\nb\n"]),
        (b"data: a\r\ndata: b\r\n\r\n", [b"a\nb"]),
        (b": ping\n\ndata: a\n: ping\n\n", [b"a"]),
        (b"event: x\nid: 1\nretry: 5\ndata: a\n\n", [b"a"]),
        (b"event: x\n\n", []),
        (b"data:\n\ndata: \n\ndata\n\ndata:\ndata:\n\ndata: a\n\n", [b"a"]),
        (b"\xef\xbb\xbfdata: a\n\n", [b"a"]),
        (b"data: a\n\ndata: cut off", [b"a"]),
        (b"data: a\n\ndata: cut off\n", [b"a"]),
        (b'data: {"c":"[DONE]"}\n\ndata: [DONE]\n\n', [b'{"c":"[DONE]"}', b"[DONE]"]),
        ("data: \u2028\x0b\x0c\x85é\n\n".encode(), ["\u2028\x0b\x0c\x85é".encode()]),
        (b'{"error": "not a stream"}', []),
        (b"\n\n\n\n", []),
        (b"", []),
    ],
)
def test_events_are_read_as_the_standard_says(stream, expected):
    assert _said([stream]) == expected
    assert _said(stream[i : i + 1] for i in range(len(stream))) == expected


@given(
    st.data(),
    st.lists(
        st.sampled_from([b"data: x", b"data:", b"data", b":", b"y", b"\n", b"\r", b"\r\n", b"\n\n", b"", "é".encode()]),
        max_size=30,
    ),
)
@settings(deadline=None)
def test_however_a_stream_is_cut_its_events_are_the_same(data, pieces):
    stream = b"".join(pieces)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(stream)), max_size=8)))
    reads = [stream[a:b] for a, b in zip([0, *cuts], [*cuts, len(stream)], strict=True)]
    assert _said(reads) == _said([stream])


def test_a_line_end_cut_in_two_is_one_line_end():
    assert _said([b"data: a\r", b"", b"\ndata: b\n\n"]) == [b"a\nb"]


@pytest.mark.parametrize("reads", [[b": ping\n\n"], [b":\r\n"], [b""], [b"data: {", b"", b"}\n\n"]])
def test_a_comment_and_an_empty_read_are_signs_of_life(reads):
    assert list(events(reads)).count(b"") == 1
    assert _said(reads) in ([], [b"{}"])


def test_an_event_comes_out_as_soon_as_it_is_whole():
    def reads():
        yield b"data: a\r\n\r"
        raise AssertionError("asked for more before giving what there was")

    assert next(events(reads())) == b"a"


@pytest.mark.parametrize("line", [b"x", b"data: x", b"data: x\n", b"data\n"])
def test_an_endless_event_is_given_up(line):
    piece = line * (2**20 // len(line))
    with pytest.raises(UpstreamBroken, match="16 MiB"):
        list(events([piece] * 100))


def test_a_large_event_in_small_reads_takes_linear_time():
    began = time.perf_counter()
    body = b"x" * (MAX_EVENT_BYTES - 100)
    reads = [b"data: ", *(body[i : i + 1024] for i in range(0, len(body), 1024)), b"\n\n"]
    assert list(events(reads)) == [body]
    assert time.perf_counter() - began < 5


def _said(reads):
    """The payloads, without the signs of life."""
    return [payload for payload in events(reads) if payload]

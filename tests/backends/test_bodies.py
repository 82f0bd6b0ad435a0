"""Bodies as they come off a connection: how chunks may be written, and how they may not."""

import gzip
import zlib

import pytest

from ragproxy.domain import Cancel
from ragproxy.errors import UpstreamBroken
from tests.replies import Reply

ENDS = b"0\r\n\r\n"
PLAIN = bytes(200_000) + bytes(range(256)) * 800  # of which the first part packs to next to nothing


@pytest.mark.parametrize(
    "sent",
    [
        b"3\r\nabc\r\n2\r\nde\r\n" + ENDS,
        b"3;name=value\r\nabc\r\n02  \r\nde\r\n" + ENDS,
        b"3\r\nabc\n2\r\nde\n0\r\n\n",
        b"3\r\nabc\r\n2\r\nde\r\n0\r\nX-Sum: 5\r\nX-Other: y\r\n\r\n",
    ],
    ids=["plain", "extensions and spaces", "bare line ends", "trailers"],
)
@pytest.mark.parametrize("at_once", [1, 65536])
def test_chunks_as_servers_write_them(up, http, sent, at_once):
    for read in (lambda reply: reply.read(), lambda reply: b"".join(reply.pieces())):
        up.script(_chunked(sent).in_writes_of(at_once))
        with http.get("/models", Cancel()) as reply:
            assert read(reply) == b"abcde"


@pytest.mark.parametrize(
    "sent",
    [
        b"xyz\r\nabc\r\n",
        b"-3\r\nabc\r\n",
        b"\r\n",
        b"3\r\nabcd\r\n",
        b"3\r\nabc\r\n0\r\n" + b"x: y\r\n" * 200,
    ],
    ids=["no number", "negative", "empty", "longer than it says", "trailers without end"],
)
def test_chunks_that_are_none_break_the_answer(up, http, sent):
    up.script(_chunked(sent + ENDS))
    with http.get("/models", Cancel()) as reply, pytest.raises(UpstreamBroken):
        list(reply.pieces())


def test_a_chunk_is_passed_on_in_parts_when_it_is_large(up, http):
    up.script(Reply((bytes(1 << 20),)))
    with http.get("/models", Cancel()) as reply:
        pieces = list(reply.pieces())
    assert sum(map(len, pieces)) == 1 << 20
    assert max(map(len, pieces)) <= 1 << 14


@pytest.mark.parametrize(
    ("packing", "packed", "plain"),
    [
        ("gzip", gzip.compress(PLAIN), PLAIN),
        ("x-gzip", gzip.compress(PLAIN[:1000]) + gzip.compress(PLAIN[1000:]), PLAIN),
        ("deflate", zlib.compress(PLAIN), PLAIN),
        ("gzip", gzip.compress(b""), b""),
    ],
    ids=["gzip", "two in a row", "deflate", "nothing"],
)
@pytest.mark.parametrize("at_once", [100, 1 << 20])
def test_what_is_packed_unasked_is_unpacked_a_little_at_a_time(up, http, packing, packed, plain, at_once):
    up.script(Reply((packed,), headers={"content-encoding": packing}).in_writes_of(at_once))
    with http.get("/models", Cancel()) as reply:
        pieces = list(reply.pieces())
    assert b"".join(pieces) == plain
    assert all(0 < len(piece) <= 1 << 14 for piece in pieces)


@pytest.mark.parametrize(("packing", "packed"), [("gzip", b"not packed at all"), ("br", b"\x0b\x02\x80abc\x03")])
def test_what_cannot_be_unpacked_is_broken(up, http, packing, packed):
    up.script(Reply((packed,), headers={"content-encoding": packing}))
    with http.get("/models", Cancel()) as reply, pytest.raises(UpstreamBroken):
        reply.read()


def test_a_packed_answer_that_is_cut_is_broken(up, http):
    packed = gzip.compress(bytes(range(256)) * 64)
    for framing in ("length", "chunked"):
        up.script(Reply((packed,), headers={"content-encoding": "gzip"}, framing=framing, cut_at=len(packed) // 2))
        with http.get("/models", Cancel()) as reply, pytest.raises(UpstreamBroken):
            list(reply.pieces())


def test_headers_of_one_name_are_one_line_and_names_are_in_lower_case(up, http):
    up.script(Reply.json({}, headers={"X-Ratelimit-Left": "1", "x-ratelimit-left": "2"}))
    with http.get("/models", Cancel()) as reply:
        assert reply.headers["x-ratelimit-left"] == "1, 2"


def _chunked(sent):
    return Reply((sent,), headers={"transfer-encoding": "chunked"}, framing="close")

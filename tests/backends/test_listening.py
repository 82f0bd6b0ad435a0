"""Answers that are listened to: silence is told, and nothing is lost by it."""

import gzip
import subprocess
import sys
import time
import zlib
from itertools import pairwise

import pytest

from ragproxy.domain import Cancel
from ragproxy.errors import UpstreamBroken, UpstreamTimeout
from ragproxy.offload import has_greenlets
from tests.replies import Reply

FRAMINGS = pytest.mark.parametrize("framing", ["chunked", "length", "close"])


@FRAMINGS
def test_each_silence_gives_empty_pieces(up, http, framing):
    pieces = read(up, http, Reply((b"one", b"two"), framing=framing, delay_s=0.5), pulse_s=0.15)
    texts = [piece for piece in pieces if piece]
    assert texts == [b"one", b"two"]
    assert 2 <= pieces[pieces.index(b"one") : pieces.index(b"two")].count(b"") <= 4


@FRAMINGS
def test_without_a_silence_there_is_none(up, http, framing):
    assert b"" not in read(up, http, Reply((b"one", b"two") * 20, framing=framing), pulse_s=5)


@FRAMINGS
def test_unasked_nothing_is_told(up, http, framing):
    assert b"" not in read(up, http, Reply((b"one", b"two"), framing=framing, delay_s=0.2), pulse_s=0)


@pytest.mark.parametrize("headers", [{"transfer-encoding": "chunked"}, {}], ids=["chunked", "close"])
def test_a_silence_at_any_byte_loses_none(up, http, headers):
    sent = b"5\r\nabcde\r\n11;x=y\r\n" + b"x" * 17 + b"\r\n0\r\nx-trailer: 1\r\n\r\n"
    reply = Reply(tuple(sent[at : at + 1] for at in range(len(sent))), headers=headers, framing="close", delay_s=0.01)
    pieces = read(up, http, reply, pulse_s=0.004)
    assert b"".join(pieces) == (b"abcde" + b"x" * 17 if headers else sent)
    assert b"" in pieces


def test_a_packed_answer_is_listened_to_as_well(up, http):
    packer = zlib.compressobj(wbits=31)
    packed = tuple(packer.compress(text) + packer.flush(zlib.Z_SYNC_FLUSH) for text in (b"one", b"two"))
    reply = Reply((*packed, packer.flush()), headers={"content-encoding": "gzip"}, delay_s=0.3)
    pieces = read(up, http, reply, pulse_s=0.1)
    assert [piece for piece in pieces if piece] == [b"one", b"two"]
    assert pieces[pieces.index(b"one") : pieces.index(b"two")].count(b"") >= 2


@FRAMINGS
def test_a_packed_answer_in_single_bytes_is_whole(up, http, framing):
    body = gzip.compress(b"one two three")
    reply = Reply((body,), headers={"content-encoding": "gzip"}, framing=framing).in_writes_of(1)
    assert b"".join(read(up, http, reply, pulse_s=5)) == b"one two three"


def test_all_silence_together_is_bounded_by_the_read_timeout(up, open_http):
    up.script(Reply((b"one",), stalls=True))
    heard = []
    with open_http(up.url, read_timeout_s=0.6).get("/models", Cancel()) as reply:
        began = time.monotonic()
        with pytest.raises(UpstreamTimeout, match="fell silent"):
            _read_into(heard, reply.pieces(0.15))
    assert 0.5 < time.monotonic() - began < 1.2
    assert heard[0] == b"one"
    assert 2 <= heard.count(b"") <= 4


@pytest.mark.parametrize("pulse_s", [0.3, 5])
def test_a_read_timeout_that_is_no_multiple_of_the_pulse_counts_exactly(up, open_http, pulse_s):
    up.script(Reply((b"one",), stalls=True))
    with open_http(up.url, read_timeout_s=0.4).get("/models", Cancel()) as reply:
        began = time.monotonic()
        with pytest.raises(UpstreamTimeout):
            list(reply.pieces(pulse_s))
    assert time.monotonic() - began < 0.55


def test_a_silence_inside_a_chunk_times_out_too(up, open_http):
    up.script(Reply((b"5\r\nab",), headers={"transfer-encoding": "chunked"}, framing="close", stalls=True))
    with open_http(up.url, read_timeout_s=0.4).get("/models", Cancel()) as reply, pytest.raises(UpstreamTimeout):
        list(reply.pieces(0.1))


def test_each_piece_renews_the_patience(up, open_http):
    pieces = read(up, open_http(up.url, read_timeout_s=0.5), Reply((b"a", b"b", b"c"), delay_s=0.35), pulse_s=0.1)
    assert b"".join(pieces) == b"abc"


def test_the_connection_serves_on_with_all_its_patience(up, http):
    read(up, http, Reply((b"a", b"b"), delay_s=0.2), pulse_s=0.05)
    up.script(Reply((b"late",), framing="length", head_delay_s=0.4))
    with http.get("/models", Cancel()) as reply:
        assert reply.read() == b"late"
    assert up.connections == 1


def test_an_end_that_comes_late_is_waited_for_like_a_piece(up, http):
    pieces = read(up, http, Reply((b"one",), delay_s=0.3), pulse_s=0.1)  # and so long before the last chunk
    assert pieces[-1] == b""
    assert b"".join(pieces) == b"one"


def test_the_end_of_a_stream_that_has_said_all_is_not_waited_for(up, http):
    up.script(Reply((b"all",), stalls=True))
    with http.get("/models", Cancel()) as reply:
        assert next(reply.pieces(5)) == b"all"
        began = time.monotonic()
        reply.finish()
    assert time.monotonic() - began < 1


def test_a_wait_that_is_listened_to_is_broken_at_once(up, http, breaking_after):
    up.script(Reply((b"one",), stalls=True))
    with breaking_after(0.3) as (cancel, took), http.get("/models", cancel) as reply:
        with pytest.raises(UpstreamBroken, match="given up"):
            list(reply.pieces(0.1))
        assert took() < 0.5
    assert up.requests[-1].left.wait(2)


def test_an_answer_without_a_body_ends(up, http):
    assert read(up, http, Reply(status=204, framing="length"), pulse_s=0.1) == []


def test_pulses_come_in_their_time(up, http):
    up.script(Reply((b"one",), stalls=True))
    with http.get("/models", Cancel()) as reply:
        pieces, times = reply.pieces(0.2), []
        for _ in range(4):
            next(pieces)
            times.append(time.monotonic())
    assert all(0.15 < after - before < 0.6 for before, after in pairwise(times))


@pytest.mark.skipif(has_greenlets(), reason="it is these tests that it runs")
def test_all_of_this_with_greenlets():
    code = (
        f"from gevent import monkey; monkey.patch_all(); import pytest; raise SystemExit(pytest.main([{__file__!r}]))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=100)
    assert ended.returncode == 0, ended.stdout
    assert "1 skipped" in ended.stdout  # this one


def read(up, http, reply, *, pulse_s):
    up.script(reply)
    with http.get("/models", Cancel()) as answer:
        return list(answer.pieces(pulse_s))


def _read_into(heard, pieces):
    for piece in pieces:
        heard.append(piece)

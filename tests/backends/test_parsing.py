"""Answers made of bytes, without a socket: where they end, and what the connection is good for afterwards."""

import pytest

from ragproxy.backends.parsing import Parser

HEAD = b"HTTP/1.1 200 OK\r\n"
FOUR = b"Content-Length: 4\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    ("sent", "body", "kept"),
    [
        (HEAD + FOUR + b"\r\nabcd", b"abcd", True),
        (HEAD + FOUR + b"Connection: close\r\n\r\nabcd", b"abcd", False),
        (b"HTTP/1.0 200 OK\r\n" + FOUR + b"\r\nabcd", b"abcd", False),
        (b"HTTP/1.0 200 OK\r\n" + FOUR + b"Connection: keep-alive\r\n\r\nabcd", b"abcd", True),
        (b"HTTP/1.1 200\r\n" + FOUR + b"\r\nabcd", b"abcd", True),
        (HEAD + CHUNKED + b"\r\n4\r\nabcd\r\n0\r\n\r\n", b"abcd", True),
        (HEAD + CHUNKED + b"Content-Length: 2\r\n\r\n4\r\nabcd\r\n0\r\n\r\n", b"abcd", False),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b"", True),
        (b"HTTP/1.1 304 Not Modified\r\n" + FOUR + b"\r\n", b"", True),
        (b"HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n" + HEAD + FOUR + b"\r\nabcd", b"abcd", True),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + HEAD + FOUR + b"\r\nabcd", b"abcd", True),
        (b"HTTP/1.1 200 OK\nContent-Length: 4\n\nabcd", b"abcd", True),
    ],
    ids=[
        *("length", "closing", "old", "old and kept", "no reason", "chunked", "two lengths"),
        *("no content", "not modified", "continue", "early hints", "bare line ends"),
    ],
)
@pytest.mark.parametrize("at_once", [1, 3, 1000])
def test_an_answer_ends_where_it_says(sent, body, kept, at_once):
    parser, taken = fed(sent, at_once)
    assert (taken, parser.is_whole, parser.failure) == (body, True, None)
    assert parser.is_kept is kept
    assert not {"x-early", "link"} & parser.headers.keys()


@pytest.mark.parametrize("at_once", [1, 1000])
def test_a_body_of_no_said_length_ends_with_the_connection(at_once):
    parser, taken = fed(HEAD + b"\r\nabcd", at_once)
    assert (taken, parser.is_whole) == (b"abcd", False)
    parser.feed(b"")
    assert (parser.is_whole, parser.is_kept, parser.failure) == (True, False, None)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        HEAD + FOUR + b"\r\nabc",
        HEAD + CHUNKED + b"\r\n4\r\nabcd\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n",
    ],
    ids=["nothing", "head", "length", "no last chunk", "only continue"],
)
def test_a_connection_that_ends_too_early_is_a_failure(sent):
    parser, _ = fed(sent)
    assert parser.failure is None
    parser.feed(b"")
    assert "ended in the middle" in str(parser.failure())
    assert not parser.is_whole


@pytest.mark.parametrize(
    "sent",
    [
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"<html>",
        HEAD + b"Content-Length: four\r\n\r\n",
        HEAD + FOUR + b"Content-Length: 5\r\n\r\nabcd",
        HEAD + b"A header\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n",
        HEAD + b"X-Long: " + b"y" * (1 << 19),
        HEAD + b"X: y\r\n" * (1 << 16),
    ],
    ids=["ssh", "html", "no length", "two lengths", "no header", "upgrade", "long header", "many headers"],
)
def test_what_is_no_answer_is_a_failure(sent):
    parser, _ = fed(sent, 65536)
    assert parser.failure is not None
    assert not parser.is_kept


def test_what_came_before_a_failure_is_given_out():
    parser, taken = fed(HEAD + CHUNKED + b"\r\n4\r\nabcd\r\nxyz\r\n")
    assert taken == b"abcd"
    assert parser.failure is not None


@pytest.mark.parametrize("more", [HEAD + FOUR + b"\r\nwxyz", b"junk", b"HTTP/1.1 400 "])
@pytest.mark.parametrize("at_once", [1, 1000])
def test_an_answer_that_nobody_asked_for_is_not_the_next_ones(more, at_once):
    parser, taken = fed(HEAD + FOUR + b"\r\nabcd" + more, at_once)
    assert (taken, parser.is_whole, parser.failure) == (b"abcd", True, None)
    assert not parser.is_kept


def test_trailers_are_no_headers():
    parser, _ = fed(HEAD + CHUNKED + b"X-Sum: 1\r\n\r\n0\r\nX-Sum: 2\r\nX-More: 3\r\n\r\n")
    assert parser.headers == {"transfer-encoding": "chunked", "x-sum": "1"}
    assert parser.is_whole


def test_headers_of_one_name_are_joined_and_other_bytes_are_latin_1():
    parser, _ = fed(HEAD + FOUR + b"X-A: 1\r\nx-a:  2 \r\nX-B: \xe9t\xe9\r\n\r\nabcd")
    assert parser.headers["x-a"] == "1, 2"
    assert parser.headers["x-b"] == "été"


def fed(sent, at_once=1000):
    """A parser that has been fed so many bytes at once, and what it has given out."""
    parser, taken = Parser(), b""
    for at in range(0, len(sent), at_once):
        parser.feed(sent[at : at + at_once])
        taken += parser.take()
    return parser, taken

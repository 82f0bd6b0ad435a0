"""How gunicorn's requests are read: a body of a known length."""

import pytest
from gunicorn.http import message
from gunicorn.http.body import Body
from gunicorn.http.unreader import Unreader

import ragproxy.serving  # noqa: F401 for what it changes

KIB = 1 << 10


@pytest.mark.parametrize("length", [0, 1, 1500, 64 * KIB, 300 * KIB + 7])
@pytest.mark.parametrize("size", [1, 999, 256 * KIB])
def test_a_body_is_read_to_its_end_and_what_follows_is_left(length, size):
    wire = Wire(bytes(number % 251 for number in range(length)) + b"GET /next")
    body = Body(message.LengthReader(wire, length))
    pieces = []
    while piece := body.read(min(size, length)):
        pieces.append(piece)
    assert b"".join(pieces) == wire.data[:length]
    assert all(len(piece) == size for piece in pieces[:-1])
    assert wire.read() == b"GET /next"


def test_no_more_is_read_than_is_asked_for():
    wire = Wire(bytes(4096 * KIB))
    body = Body(message.LengthReader(wire, 4096 * KIB))
    for _ in range(16):
        assert len(body.read(256 * KIB)) == 256 * KIB
    assert max(wire.asked) == 256 * KIB


def test_a_body_that_is_cut_off_ends_where_it_was_cut():
    body = Body(message.LengthReader(Wire(b"abc"), 10))
    assert body.read(10) == b"abc"
    assert body.read(10) == b""


class Wire(Unreader):
    """A client whose bytes come 40 KiB at a time at most."""

    def __init__(self, data):
        super().__init__()
        self.data, self._at, self.asked = data, 0, []

    def chunk(self, size_hint=None):
        self.asked.append(size_hint or 0)
        size = min(size_hint or 40 * KIB, 40 * KIB)
        piece = self.data[self._at : self._at + size]
        self._at += len(piece)
        return piece

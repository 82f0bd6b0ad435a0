"""Bytes on their way through a file: read while they come, whoever is slower."""

import os
import threading
import time
from pathlib import Path

import pytest

from ragproxy.api import spool as module
from ragproxy.api.spool import Spool
from ragproxy.errors import InvalidRequest, StateUnavailable, StorageFull


def test_what_comes_can_be_read_before_the_rest_is_there(make):
    gate = threading.Event()
    spool = make(_gated([b"first", gate, b"second"]))
    pieces = spool.pieces()
    assert next(pieces) == b"first"
    assert spool.size is None
    gate.set()
    assert b"".join(pieces) == b"second"
    assert spool.size == 11


def test_it_is_taken_in_even_when_nobody_reads(make):
    taken = []
    spool = make(_noted([bytes(100_000)] * 50, taken))
    spool.wait(lambda: False)
    assert len(taken) == 50
    assert spool.size == 5_000_000


def test_it_can_be_read_again_and_in_parts(make):
    spool = make(iter([b"0123", b"4567", b"89"]))
    for _ in range(2):
        assert b"".join(spool.pieces()) == b"0123456789"
    assert b"".join(spool.pieces(2, 9)) == b"2345678"
    assert b"".join(spool.pieces(9)) == b"9"
    assert list(spool.pieces(3, 3)) == []
    assert b"".join(spool.pieces(8, 99)) == b"89"


def test_no_piece_is_larger_than_its_bound(make):
    spool = make(iter([bytes(1_000_000)]))
    assert max(map(len, spool.pieces())) == module.PIECE


def test_whoever_waits_is_told_why_it_ended_early(make):
    def broken():
        yield b"some"
        raise InvalidRequest("no more")

    ended = []
    spool = make(broken(), ended=ended.append)
    with pytest.raises(InvalidRequest):
        spool.wait(lambda: False)
    with pytest.raises(InvalidRequest):
        list(spool.pieces())
    assert [type(error) for error in ended] == [InvalidRequest]


def test_every_piece_is_looked_at_and_the_end(make):
    seen = []
    make(iter([b"a", b"b"]), look=seen.append).wait(lambda: False)
    assert seen == [b"a", b"b", None]


def test_what_a_look_refuses_ends_it(make):
    def refuse(piece):
        raise InvalidRequest("not that")

    with pytest.raises(InvalidRequest):
        list(make(iter([b"a"]), look=refuse).pieces())


def test_a_fault_nobody_foresaw_keeps_nobody_waiting(make, monkeypatch):
    monkeypatch.setattr(threading, "excepthook", lambda _: None)

    def broken():
        raise KeyError("a bug")
        yield b""

    with pytest.raises(RuntimeError, match="unforeseen"):
        list(make(broken()).pieces())


def test_a_disk_that_fails_is_not_taken_for_a_connection(make):
    def broken():
        raise OSError("bad sector")
        yield b""

    with pytest.raises(StateUnavailable):
        list(make(broken()).pieces())


def test_a_disk_without_room_is_told(make, monkeypatch):
    monkeypatch.setattr(module, "UPLOAD_RESERVE", 1 << 62)
    with pytest.raises(StorageFull):
        list(make(iter([b"a"])).pieces())


def test_the_file_has_no_name(make, tmp_path):
    spool = make(iter([b"secret"]))
    spool.wait(lambda: False)
    assert list(tmp_path.iterdir()) == []


def test_what_nobody_wants_any_more_is_read_away_and_not_kept(make):
    gate, taken = threading.Event(), []
    spool = make(_noted(_gated([b"kept", gate, *[bytes(1000)] * 20]), taken))
    assert next(spool.pieces()) == b"kept"
    threading.Timer(0.1, gate.set).start()
    spool.close(5, pytest.fail)
    assert len(taken) == 21
    assert spool.size == 4


def test_a_sender_who_stands_still_is_broken_off_in_time(make):
    gate = threading.Event()
    spool = make(_gated([b"a", gate]))
    began = time.monotonic()
    spool.close(0.2, gate.set)
    assert 0.1 < time.monotonic() - began < 2


def test_nothing_is_left_open(make):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(20):
        spool = make(iter([b"a"]))
        list(spool.pieces())
        spool.close(1, pytest.fail)
    assert len(os.listdir("/proc/self/fd")) <= before


def _gated(items):
    """The bytes among the items, with a wait for each event among them."""
    for item in items:
        if isinstance(item, bytes):
            yield item
        else:
            assert item.wait(10)


def _noted(pieces, taken):
    for piece in pieces:
        taken.append(piece)
        yield piece


@pytest.fixture
def make(tmp_path):
    """Makes spools in a folder; all are closed at the end."""
    made = []

    def make(source, *, look=lambda piece: None, ended=lambda error: None):
        made.append(Spool(Path(tmp_path), source, look=look, ended=ended))
        return made[-1]

    yield make
    for spool in made:
        spool.close(5, lambda: None)

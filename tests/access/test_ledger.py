"""Rows of usage on their way to the database: none is lost while there is a way, and nobody waits."""

import threading
import time

import pytest

from ragproxy.access import Ledger
from ragproxy.errors import StateUnavailable
from ragproxy.state import UsageRow


def test_rows_are_written_soon_and_together(rows, ledger):
    ledger.start()
    for n in range(100):
        ledger.put(row(n))
    until(lambda: rows.ids == [str(n) for n in range(100)])
    assert rows.calls <= 3


def test_the_end_writes_all_that_waits(rows, ledger):
    ledger.start()
    for n in range(5000):
        ledger.put(row(n))
    ledger.close()
    assert rows.ids == [str(n) for n in range(5000)]


def test_what_was_never_started_writes_at_its_end(rows, ledger):
    ledger.put(row(1))
    ledger.close()
    assert rows.ids == ["1"]


def test_rows_of_many_threads_are_all_written_once(rows, ledger):
    ledger.start()
    threads = [threading.Thread(target=lambda n=n: [ledger.put(row(f"{n}-{m}")) for m in range(200)]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ledger.close()
    assert sorted(rows.ids) == sorted(f"{n}-{m}" for n in range(8) for m in range(200))


def test_a_database_that_is_away_for_a_moment_costs_nothing(rows, ledger, lost):
    rows.away = True
    ledger.start()
    for n in range(10):
        ledger.put(row(n))
    until(lambda: rows.refused >= 2)
    rows.away = False
    until(lambda: len(rows.ids) == 10)
    ledger.close()
    assert lost == []


def test_rows_that_find_no_room_are_counted_and_the_others_kept(rows, lost):
    rows.away = True
    ledger = Ledger(rows, lost=lost.append, most=5)
    for n in range(8):
        ledger.put(row(n))
    assert lost == [1, 1, 1]
    rows.away = False
    ledger.close()
    assert rows.ids == ["0", "1", "2", "3", "4"]


def test_a_database_that_stays_away_does_not_hold_up_the_end(rows, ledger, lost):
    rows.away = True
    ledger.start()
    for n in range(3):
        ledger.put(row(n))
    began = time.monotonic()
    ledger.close(patience_s=0.5)
    assert time.monotonic() - began < 2
    assert sum(lost) == 3


def test_a_batch_that_nobody_foresaw_does_not_stop_the_next(rows, ledger, lost):
    rows.broken = True
    ledger.start()
    ledger.put(row(1))
    until(lambda: lost == [1])
    rows.broken = False
    ledger.put(row(2))
    until(lambda: rows.ids == ["2"])
    ledger.close()


def test_a_row_after_the_end_is_counted_as_lost(ledger, lost):
    ledger.close()
    ledger.put(row(1))
    assert lost == [1]


def test_putting_never_waits_for_the_database(rows, ledger):
    rows.slow_s = 0.5
    ledger.start()
    ledger.put(row(0))
    time.sleep(0.3)  # it is being written
    began = time.monotonic()
    ledger.put(row(1))
    assert time.monotonic() - began < 0.1
    ledger.close()
    assert rows.ids == ["0", "1"]


def row(id):
    return UsageRow(str(id), "req_1", 0, "ann", None, "/v1/chat/completions", "gpt-4o")


class FakeRows:
    """A database of rows that can be away, slow, or broken in a way that nobody foresaw."""

    def __init__(self):
        self.ids = []
        self.calls = self.refused = 0
        self.away = self.broken = False
        self.slow_s = 0.0

    def add(self, rows):
        time.sleep(self.slow_s)
        if self.away:
            self.refused += 1
            raise StateUnavailable("The database does not answer")
        if self.broken:
            raise TypeError("nobody foresaw this")
        self.calls += 1
        self.ids += [row.id for row in rows if row.id not in self.ids[-1000:]]


def until(condition, seconds=5):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture
def rows():
    return FakeRows()


@pytest.fixture
def lost():
    return []


@pytest.fixture
def ledger(rows, lost):
    made = Ledger(rows, lost=lost.append)
    yield made
    rows.away = rows.broken = False
    made.close(1)

"""SQLite under greenlets: who waits for the disk or for another process holds up nobody else."""

import subprocess
import sys
import threading
import time

import pytest
import sqlalchemy as sa

from ragproxy.errors import StateUnavailable
from ragproxy.state import db


def test_writers_of_one_process_take_turns(tmp_path):
    database = db.Database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.writing() as connection:
        connection.execute(sa.text("CREATE TABLE numbers (n INTEGER)"))
        connection.execute(sa.text("INSERT INTO numbers VALUES (0)"))

    def add():
        for _ in range(20):
            with database.writing() as connection:
                n = connection.execute(sa.text("SELECT n FROM numbers")).scalar_one()
                time.sleep(0.0005)
                connection.execute(sa.text("UPDATE numbers SET n = :n"), {"n": n + 1})

    adding = [threading.Thread(target=add) for _ in range(8)]
    for thread in adding:
        thread.start()
    for thread in adding:
        thread.join(60)
    with database.reading() as connection:
        assert connection.execute(sa.text("SELECT n FROM numbers")).scalar_one() == 160
    database.close()


def test_a_writer_that_waits_too_long_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(db, "BUSY_TIMEOUT_S", 0.05)
    database = db.Database(f"sqlite:///{tmp_path / 'a.db'}")
    with database.writing(), pytest.raises(StateUnavailable, match="does not answer"), database.writing():
        pass
    with database.writing():  # and the turn is free again
        pass
    database.close()


def test_under_gevent_others_go_on_while_another_process_writes(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", GREENLETS, str(tmp_path / "a.db")], capture_output=True, text=True, timeout=60
    )
    assert done.stderr == ""
    assert done.stdout.split() == ["20", "True", "True"]


# another connection holds the write lock for half a second, while 20 greenlets want it and a clock ticks
GREENLETS = """
from gevent import monkey
monkey.patch_all()
import gevent, sqlite3, sys, time
import sqlalchemy as sa
from ragproxy.state.db import Database
database = Database(f"sqlite:///{sys.argv[1]}")
with database.writing() as connection:
    connection.execute(sa.text("CREATE TABLE rows (n INTEGER)"))
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
ticks = []
def ticker():
    while True:
        ticks.append(time.monotonic())
        gevent.sleep(0.005)
def write(n):
    with database.writing() as connection:
        connection.execute(sa.text("INSERT INTO rows VALUES (:n)"), [{"n": n}, {"n": n}])
ticking = gevent.spawn(ticker)
writing = [gevent.spawn(write, n) for n in range(20)]
gevent.sleep(0.5)
before = len(ticks)
other.execute("COMMIT")
gevent.joinall(writing, raise_error=True)
with database.reading(long=True) as connection:
    rows = connection.execute(sa.text("SELECT count(DISTINCT n), count(*) FROM rows")).one()
print(rows[0], rows[1] == 40, before > 30)
"""

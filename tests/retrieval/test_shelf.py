import subprocess
import sys
import threading
import time

import pytest

from ragproxy.errors import Conflict
from ragproxy.retrieval.collection import Vanished
from ragproxy.retrieval.dense import Dense
from ragproxy.retrieval.shelf import Shelf


def test_only_so_many_indexes_stay_open_and_all_can_be_read(dense, tmp_path):
    shelf = Shelf(dense, tmp_path / "lexical", most=2)
    for number in range(5):
        make(shelf, dense, f"vs_{number}")
    assert [shelf.reading(f"vs_{number}", lambda store: store.id, None) for number in range(5)] == [
        f"vs_{number}" for number in range(5)
    ]
    assert len(shelf._open) == 2


def test_the_one_used_last_is_the_last_to_go(dense, tmp_path):
    shelf = Shelf(dense, tmp_path / "lexical", most=2)
    for store_id in ("vs_a", "vs_b"):
        make(shelf, dense, store_id)
    shelf.reading("vs_a", lambda store: None, None)
    make(shelf, dense, "vs_c")
    assert list(shelf._open) == ["vs_a", "vs_c"]


def test_a_store_being_written_to_stays_open(dense, tmp_path):
    shelf = Shelf(dense, tmp_path / "lexical", most=1)
    make(shelf, dense, "vs_a")
    with shelf.writing("vs_a") as store, store.words.writing():
        make(shelf, dense, "vs_b")
        assert shelf.reading("vs_a", lambda same: same, None) is store


def test_one_thread_at_a_time_writes_and_readers_go_on(shelf, dense):
    make(shelf, dense, "vs_a")
    order = []

    def second():
        with shelf.writing("vs_a"):
            order.append("second")

    with shelf.writing("vs_a"):
        waiting = threading.Thread(target=second)
        waiting.start()
        time.sleep(0.1)
        assert shelf.reading("vs_a", lambda store: "read", None) == "read"
        order.append("first")
    waiting.join(10)
    assert order == ["first", "second"]


def test_other_stores_can_be_written_to_meanwhile(shelf, dense):
    with shelf.alone("vs_a"), shelf.alone("vs_b"):
        pass


def test_another_process_of_this_machine_waits_too(shelf, dense, tmp_path):
    lock = tmp_path / "lexical" / "vs_a.lock"
    lock.parent.mkdir()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(lock)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline() == "held\n"
    got = threading.Event()

    def write():
        with shelf.alone("vs_a"):
            got.set()

    waiting = threading.Thread(target=write)
    waiting.start()
    assert not got.wait(0.3)
    holder.communicate("done\n")
    assert got.wait(10)
    waiting.join(10)


HOLDER = """
import fcntl, sys
with open(sys.argv[1], "w") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("held", flush=True)
    sys.stdin.readline()
"""


def test_a_read_is_repeated_when_its_collection_vanishes(shelf, dense):
    make(shelf, dense, "vs_a")
    seen = []

    def read(store):
        seen.append(store)
        if len(seen) == 1:
            raise Vanished
        return "answer"

    assert shelf.reading("vs_a", read, "empty") == "answer"
    assert seen[0] is not seen[1]


def test_a_store_that_goes_on_vanishing_is_empty(shelf, dense):
    make(shelf, dense, "vs_a")
    assert shelf.reading("vs_a", vanish, "empty") == "empty"


def test_a_write_into_a_vanished_store_is_a_conflict(shelf, dense):
    make(shelf, dense, "vs_a")
    with pytest.raises(Conflict, match="vs_a"), shelf.writing("vs_a"):
        raise Vanished


def test_after_a_failed_write_the_store_is_looked_at_afresh(shelf, dense):
    make(shelf, dense, "vs_a")
    with pytest.raises(ZeroDivisionError), shelf.writing("vs_a") as first:
        raise ZeroDivisionError
    with shelf.writing("vs_a") as second:
        assert second is not first


def make(shelf, dense, store_id):
    with shelf.alone(store_id):
        return shelf.adopt(store_id, dense.create(store_id, "hash-384", 384))


def vanish(store):
    raise Vanished


@pytest.fixture
def dense(tmp_path):
    dense = Dense(tmp_path / "chroma")
    yield dense
    dense.close()


@pytest.fixture
def shelf(dense, tmp_path):
    return Shelf(dense, tmp_path / "lexical")

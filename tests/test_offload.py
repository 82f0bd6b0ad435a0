import subprocess
import sys
import threading

import pytest

from ragproxy.offload import brief_lock, offload


def test_under_real_threads_it_is_a_direct_call():
    assert offload(threading.get_ident) == threading.get_ident()
    assert offload(lambda a, *, b: (a, b), 1, b=2) == (1, 2)


def test_errors_come_through():
    with pytest.raises(ZeroDivisionError):
        offload(lambda: 1 // 0)


def test_a_brief_lock_is_the_systems_own_under_gevent_too():
    code = "from gevent import monkey; monkey.patch_all(); from ragproxy.offload import brief_lock; print(brief_lock())"
    assert run(code).startswith("<unlocked _thread.lock object")
    with brief_lock() as taken:
        assert taken


def test_under_gevent_other_greenlets_go_on_meanwhile():
    assert run(GREENLETS) == "[0, 1, 2, 'native call done', 'KeyError'] True"


def test_under_gevent_an_error_is_for_the_caller_and_not_for_the_log():
    done = subprocess.run([sys.executable, "-c", GREENLETS], capture_output=True, text=True, timeout=60)
    assert done.stderr == ""


def test_the_index_works_under_gevent(tmp_path):
    assert run(INDEX, str(tmp_path)) == "['c7'] True"


def run(code, *arguments):
    done = subprocess.run([sys.executable, "-c", code, *arguments], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


# ctypes calls the real usleep, which gevent cannot patch: a native call that blocks its thread
GREENLETS = """
from gevent import monkey
monkey.patch_all()
import ctypes, gevent, threading
from ragproxy.offload import offload
said = []
def native():
    ctypes.CDLL(None).usleep(500_000)
    said.append("native call done")
    return threading.get_ident()
def ticker():
    for tick in range(3):
        said.append(tick)
        gevent.sleep(0.01)
ticking = gevent.spawn(ticker)
elsewhere = offload(native)
try:
    offload({}.__getitem__, "missing")
except KeyError as error:
    said.append(type(error).__name__)
print(said, elsewhere != threading.get_ident())
"""

INDEX = """
from gevent import monkey
monkey.patch_all()
import gevent, sys
from pathlib import Path
from ragproxy.domain import Chunk
from ragproxy.retrieval import open_index
index = open_index(data_dir=Path(sys.argv[1]), attributes=lambda store: {})
ticks = []
def ticker():
    while True:
        ticks.append(1)
        gevent.sleep(0.001)
ticking = gevent.spawn(ticker)
adds = [gevent.spawn(index.add, "vs_a", [Chunk(f"c{n}", f"f{n}", "f.txt", 0, f"mot{n} du dictionnaire")]) for n in range(8)]
gevent.joinall(adds, raise_error=True)
found = index.search(["vs_a"], "mot7")
print([p.chunk.id for p in found.passages if p.score == 1], len(ticks) > 20)
index.close()
"""

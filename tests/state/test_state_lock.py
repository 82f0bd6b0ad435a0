"""The lock on the data directory, between real processes."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager

import pytest

from ragproxy.errors import ConfigError, DataDirectoryBusy
from ragproxy.state import DataLock, holder


def test_a_second_process_is_told_who_holds_the_directory(tmp_path, holding):
    process = holding(tmp_path, "http://127.0.0.1:8083")
    with pytest.raises(DataDirectoryBusy) as caught:
        DataLock(tmp_path).acquire(None)
    message = caught.value.message
    assert f"process {process.pid}" in message
    assert "http://127.0.0.1:8083" in message
    assert str(tmp_path) in message
    assert "RAGPROXY_DATA_DIR" in message


def test_everybody_can_read_who_holds_it(tmp_path, holding):
    assert holder(tmp_path) is None
    process = holding(tmp_path, "http://127.0.0.1:8083")
    found = holder(tmp_path)
    assert (found["pid"], found["address"]) == (process.pid, "http://127.0.0.1:8083")
    assert abs(found["since"] - time.time()) < 60


def test_a_killed_holder_frees_it(tmp_path, holding):
    process = holding(tmp_path, None)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert holder(tmp_path) is None
    lock = DataLock(tmp_path)
    lock.acquire("http://here")
    assert holder(tmp_path)["pid"] == os.getpid()
    lock.release()


def test_a_child_that_outlives_its_killed_parent_does_not_keep_it(tmp_path, holding):
    process = holding(tmp_path, None, then="print(os.fork() or time.sleep(60), flush=True)")
    child = int(process.stdout.readline())
    try:
        process.send_signal(signal.SIGKILL)
        process.wait()
        os.kill(child, 0)  # it lives
        DataLock(tmp_path).acquire(None)
    finally:
        os.kill(child, signal.SIGKILL)


def test_a_childs_end_does_not_free_it(tmp_path):
    lock = DataLock(tmp_path)
    lock.acquire(None)
    child = os.fork()
    if child == 0:
        os._exit(0)
    os.waitpid(child, 0)
    assert holder(tmp_path)["pid"] == os.getpid()
    lock.release()
    assert holder(tmp_path) is None


def test_the_address_can_be_told_later(tmp_path):
    lock = DataLock(tmp_path)
    lock.update("http://too-early")
    assert holder(tmp_path) is None
    lock.acquire("http://a-rather-long-name.example.org:12345")
    lock.update("http://h")
    assert holder(tmp_path)["address"] == "http://h"
    lock.release()
    lock.release()


def test_taking_it_twice_is_taking_it_once(tmp_path):
    lock = DataLock(tmp_path)
    lock.acquire("http://one")
    lock.acquire("http://two")
    assert holder(tmp_path)["address"] == "http://one"
    with pytest.raises(DataDirectoryBusy):
        DataLock(tmp_path).acquire(None, wait_s=0)
    lock.release()


def test_it_waits_a_moment_for_a_holder_that_is_leaving(tmp_path, holding):
    holding(tmp_path, None, then="time.sleep(0.5); sys.exit()")
    lock = DataLock(tmp_path)
    lock.acquire(None, wait_s=30)
    assert holder(tmp_path)["pid"] == os.getpid()
    lock.release()


def test_the_directory_is_made(tmp_path):
    lock = DataLock(tmp_path / "deep" / "er")
    lock.acquire(None)
    assert holder(tmp_path / "deep" / "er")["address"] is None
    lock.release()


def test_a_directory_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ConfigError, match=r"RAGPROXY_DATA_DIR.*file"):
        DataLock(tmp_path / "file").acquire(None)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff", json.dumps({"address": None}).encode()])
def test_a_record_that_says_nothing_still_gives_a_sentence(held, content):
    (held / "lock").write_bytes(content)
    assert holder(held) is not None
    with pytest.raises(DataDirectoryBusy, match="held by another process"):
        DataLock(held).acquire(None, wait_s=0)


def test_a_sibling_is_waited_for_as_its_successor_would(tmp_path):
    first, second = DataLock(tmp_path), DataLock(tmp_path)  # one process, so one parent
    first.acquire()
    threading.Timer(0.3, first.release).start()
    second.acquire(wait_s=0, succession_s=10)
    second.release()


def test_a_stranger_is_not_waited_for(tmp_path):
    first = DataLock(tmp_path)
    first.acquire()
    record = json.loads((tmp_path / "lock").read_text())
    (tmp_path / "lock").write_text(json.dumps({**record, "parent": 1}).ljust(512))
    began = time.monotonic()
    with pytest.raises(DataDirectoryBusy):
        DataLock(tmp_path).acquire(wait_s=0, succession_s=10)
    assert time.monotonic() - began < 5
    first.release()


@pytest.fixture
def holding():
    """Starts a process that holds a directory: `holding(folder, address, then="python code")`."""
    with _holders() as start:
        yield start


@pytest.fixture(scope="module")
def held(tmp_path_factory):
    """A directory that another process holds."""
    folder = tmp_path_factory.mktemp("held")
    with _holders() as start:
        start(folder, "http://x")
        yield folder


@contextmanager
def _holders():
    started = []

    def start(folder, address, then="time.sleep(60)"):
        code = (
            "import os, sys, time; from pathlib import Path; from ragproxy.state import DataLock\n"
            "lock = DataLock(Path(sys.argv[1])); lock.acquire(sys.argv[2] or None); print('held', flush=True)\n" + then
        )
        process = subprocess.Popen(
            [sys.executable, "-c", code, str(folder), address or ""], stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        assert process.stdout.readline() == "held\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()

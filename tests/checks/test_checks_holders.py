"""Who has the data and who answers: real processes hold the lock, and a real server serves."""

import json
import socket
import subprocess
import sys
import threading

import pytest

from ragproxy import __version__
from ragproxy.checks.holders import lock, server
from ragproxy.state import DataLock
from tests.e2e.servers import Server, free_port, migrated

WELL = {"/health": (200, {"status": "ok", "version": __version__}), "/ready": (200, {"checks": {"records": "ok"}})}
ADMIN = "sk-the-administrator-0123456789"
_HOLD = """
import sys, pathlib
from ragproxy.state import DataLock
DataLock(pathlib.Path(sys.argv[1])).acquire(None)
print("held", flush=True)
sys.stdin.read()
"""


def test_nobody_holds_a_directory_that_is_not_there(scene, data_dir):
    (told,) = lock(scene())
    assert (told.status, "Nobody holds" in told.message) == ("ok", True)
    assert not data_dir.exists()


def test_a_process_that_holds_it_is_named_and_named_as_the_last_one_when_it_was_killed(scene, data_dir):
    holding = subprocess.Popen(
        [sys.executable, "-c", _HOLD, str(data_dir)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holding.stdout.readline() == b"held\n"
        (told,) = lock(scene())
        assert (told.status, f"process {holding.pid} holds" in told.message) == ("ok", True)
    finally:
        holding.kill()
        holding.communicate()
    (told,) = lock(scene())
    assert (told.status, f"process {holding.pid} had it last" in told.message) == ("ok", True)


def test_a_holder_that_is_no_process_of_this_machine(scene, data_dir):
    held = DataLock(data_dir)
    held.acquire(None)
    (data_dir / "lock").write_text(json.dumps({"pid": 1 << 23, "address": "http://elsewhere:8083"}))
    (told,) = lock(scene())
    held.release()
    assert (told.status, "is not on this machine" in told.message) == ("warning", True)


def test_with_servers_for_the_data_nobody_holds_the_directory(scene):
    assert list(lock(scene(CHROMA_URL="http://127.0.0.1:1"))) == []


def test_a_real_server_is_found_where_it_is_and_undisturbed(scene, data_dir):
    migrated(data_dir)
    with Server(data_dir, RAGPROXY_ADMIN_KEY=ADMIN) as running:
        told = [*lock(scene()), *server(scene(RAGPROXY_ADMIN_KEY=ADMIN))]
        assert [(each.name, each.status) for each in told] == [
            ("lock", "ok"),
            ("server", "ok"),
            ("server.ready", "ok"),
        ]
        assert all(running.url in each.message for each in told[:2])
        assert f"process {running.workers[0]}" in told[0].message
        told = list(server(scene(RAGPROXY_ADMIN_KEY="sk-another-than-the-servers")))
        assert (told[-1].name, told[-1].status) == ("server.admin", "warning")


def test_no_server_is_a_warning_that_says_how_to_start_it(scene):
    (told,) = server(scene(PORT=str(free_port())))
    assert (told.status, "ragproxy serve" in told.advice) == ("warning", True)


def test_a_server_that_holds_the_data_and_does_not_answer_has_failed(scene, data_dir):
    held = DataLock(data_dir)
    held.acquire(f"http://127.0.0.1:{free_port()}")
    (told,) = server(scene())
    held.release()
    assert (told.status, "refuses connections" in told.message) == ("failed", True)


def test_a_server_that_is_just_being_stopped_has_not_failed(scene, data_dir):
    held = DataLock(data_dir)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        held.acquire(f"http://127.0.0.1:{listener.getsockname()[1]}")

        def stop():
            connection, _ = listener.accept()
            held.release()
            connection.close()

        stopping = threading.Thread(target=stop)
        stopping.start()
        (told,) = server(scene())
        stopping.join()
    assert (told.status, "ragproxy serve" in told.advice) == ("warning", True)


def test_a_server_of_another_version(scene, web):
    with web({**WELL, "/health": (200, {"version": "0.0.1"})}) as url:
        told = next(server(_at(scene, url)))
    assert (told.status, "version 0.0.1" in told.message, told.advice) == ("warning", True, "Restart the server")


def test_a_server_over_another_directory(scene, web):
    with web(WELL) as url:
        told = next(server(_at(scene, url)))
        assert (told.status, "does not hold this data directory" in told.message) == ("warning", True)
        told = next(server(_at(scene, url, CHROMA_URL="http://127.0.0.1:1")))
        assert told.status == "ok"


@pytest.mark.parametrize("answer", [(200, {"status": "ok"}), (200, b"<html>"), (404, {})])
def test_another_program_at_our_port(scene, web, answer):
    with web({"/health": answer}) as url:
        (told,) = server(_at(scene, url))
    assert (told.status, "not a ragproxy server" in told.message) == ("failed", True)


def test_a_server_that_is_not_ready_says_which_part_is_not(scene, web):
    unready = (503, {"checks": {"records": "The database does not answer", "index": "ok"}})
    with web({**WELL, "/ready": unready}) as url:
        *_, told = server(_at(scene, url))
    assert (told.name, told.status) == ("server.ready", "failed")
    assert told.message == "The server's records do not answer: The database does not answer"


def test_an_open_circuit_is_told_to_the_administrator(scene, web):
    upstream = {"name": "gpu", "circuit": "open", "last_failure": "timeout", "retry_in_s": 12.5}
    health = (200, {"upstreams": [upstream, {"name": "other", "circuit": "closed"}]})
    with web({**WELL, "/admin/health": health}) as url:
        told = [each for each in server(_at(scene, url, RAGPROXY_ADMIN_KEY=ADMIN)) if "circuit" in each.name]
    assert [(each.name, each.status) for each in told] == [("server.circuit.gpu", "warning")]
    assert "(timeout)" in told[0].message


def _at(scene, url, **given):
    return scene(PORT=url.rpartition(":")[2], **given)

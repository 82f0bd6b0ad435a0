"""The embedded data belongs to one process: who comes second is told so, and how to go on."""

import re
import subprocess
import sys
import time

import pytest
import requests

from tests.e2e.servers import ROOT, environment, free_port, ragproxy


def test_a_second_gunicorn_is_refused_in_a_sentence(server):
    began = time.monotonic()
    second = _gunicorn(server.data_dir)
    assert time.monotonic() - began < 20
    assert second.returncode != 0
    assert re.search(
        rf"ragproxy cannot start\. The data directory '{server.data_dir}' is held by process \d+, "
        rf"which serves {server.url}; embedded data belongs to one process at a time\. "
        "Stop that process, or choose another directory with RAGPROXY_DATA_DIR",
        second.stderr,
    )
    assert "Traceback" not in second.stderr
    assert requests.get(server.url + "/ready", timeout=5).ok


def test_the_process_named_is_the_one_that_holds_it(server):
    named = re.search(r"process (\d+)", _gunicorn(server.data_dir).stderr)
    assert int(named[1]) in server.workers


@pytest.mark.parametrize("start", ["gunicorn", "serve"])
def test_several_processes_on_embedded_data_are_refused_by_name(tmp_path, start):
    if start == "gunicorn":
        refused = _gunicorn(tmp_path, WEB_CONCURRENCY="2")
    else:
        refused = ragproxy("serve", data_dir=tmp_path, check=False, WEB_CONCURRENCY="2")
    assert refused.returncode != 0
    assert "WEB_CONCURRENCY: " in refused.stderr
    assert "CHROMA_URL" in refused.stderr
    assert "RAGPROXY_THREADS" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_server_that_holds_the_data_is_asked(server):
    assert "configuration.md" in ragproxy("search", "default port", data_dir=server.data_dir).stdout
    assert "8083" in ragproxy("ask", "Which port does it listen on by default?", data_dir=server.data_dir).stdout


def test_what_needs_the_data_alone_says_who_holds_it(server):
    refused = ragproxy("migrate", data_dir=server.data_dir, check=False)
    assert refused.returncode == 1
    assert f"which serves {server.url}" in refused.stderr
    assert "Stop that process, or choose another directory with RAGPROXY_DATA_DIR" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


def test_a_database_that_was_never_migrated_stops_the_start_and_says_what_to_run(tmp_path):
    refused = _gunicorn(tmp_path)
    assert refused.returncode != 0
    assert "ragproxy migrate" in refused.stderr
    assert "Traceback" not in refused.stderr


def _gunicorn(data_dir, **variables):
    """Start a server that is expected to end by itself."""
    return subprocess.run(
        [sys.executable, "-m", "gunicorn", "-c", "python:ragproxy.serving", "wsgi:app"],
        env=environment(data_dir, PORT=str(free_port()), **variables),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )

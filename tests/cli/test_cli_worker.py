"""`ragproxy worker`: refused where the server does its work, and the scaled set in earnest."""

import io
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
import requests

from ragproxy.domain import File
from ragproxy.services import build
from ragproxy.settings import from_env
from ragproxy.state import migrate, new_id
from tests.e2e.servers import ROOT, environment, free_port, ragproxy
from tests.ingestion import samples


def test_without_redis_or_chroma_the_server_does_it(tmp_path):
    for variables, named, way_out in (
        ({}, "REDIS_URL", "the server indexes files itself"),
        ({"REDIS_URL": "redis://127.0.0.1:6379"}, "CHROMA_URL", "set CHROMA_URL to a Chroma server"),
        ({"CHROMA_URL": "http://127.0.0.1:8000"}, "REDIS_URL", "the server indexes files itself"),
    ):
        refused = ragproxy("worker", data_dir=tmp_path, check=False, **variables)
        assert refused.returncode == 1
        assert refused.stderr.startswith(f"Error: {named}: ")
        assert way_out in refused.stderr
        assert refused.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_workers_index_for_web_processes_that_only_ring(tmp_path, chroma_url, redis_url):
    scaled = {"CHROMA_URL": chroma_url, "REDIS_URL": redis_url}
    settings = from_env({"RAGPROXY_DATA_DIR": str(tmp_path), **scaled})
    migrate(settings.database)
    with closing(build(settings)) as web, _worker(tmp_path, **scaled) as first, _worker(tmp_path, **scaled) as second:
        web.start()
        store = web.state.stores.create("notes", owner="zoé")
        ids = [_upload(web, f"{i}.csv", f"nom,texte\n{i},Le chat dort\n".encode()) for i in range(40)]
        ids.append(_upload(web, "lettre.docx", samples.word()))
        web.state.files.attach(store.id, ids, owner="zoé")
        rung = time.monotonic()
        web.jobs.ring()
        _wait_until(lambda: web.state.stores.get(store.id, owner="zoé").counts.completed == 41)
        assert time.monotonic() - rung < 20  # not by the minute's sweep
        assert web.index.search([store.id], "Où est l'école ?").passages[0].chunk.filename == "lettre.docx"
        assert web.index.count(store.id) == sum(file.chunks for file in web.state.files.of_store(store.id))
        for process in (first, second):
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
            assert "Traceback" not in process.stderr.read()


def _upload(services, filename, data):
    sha256, size = services.state.blobs.put(io.BytesIO(data), 1 << 30)
    file = File(new_id("file-"), "zoé", filename, "assistants", sha256, size, int(time.time()))
    services.state.library.create(file)
    return file.id


@contextmanager
def _worker(data_dir, **variables):
    process = subprocess.Popen(
        [sys.executable, "-m", "ragproxy", "worker"],
        env=environment(data_dir, **variables),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert "Ctrl-C stops it" in process.stdout.readline()
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def redis_url():
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    port = free_port()
    with _running("redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--daemonize", "no"):
        yield f"redis://127.0.0.1:{port}"


@pytest.fixture(scope="module")
def chroma_url(tmp_path_factory):
    port = free_port()
    command = Path(sys.executable).with_name("chroma")
    with _running(command, "run", "--path", tmp_path_factory.mktemp("chroma"), "--port", str(port)):
        url = f"http://127.0.0.1:{port}"
        _wait_until(lambda: _answers(f"{url}/api/v2/heartbeat"))
        yield url


@contextmanager
def _running(*command):
    env = {**os.environ, "ANONYMIZED_TELEMETRY": "False"}
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=env)
    try:
        yield
    finally:
        process.kill()
        process.wait()


def _answers(url):
    try:
        return requests.get(url, timeout=1).ok
    except requests.RequestException:
        return False


def _wait_until(happened, timeout_s=40):
    until = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.05)

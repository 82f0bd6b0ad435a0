"""The Procfile as it is written, run by honcho with what a platform gives: first `release`, then its processes."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openai
import pytest
import requests
from openai import OpenAI

from tests.e2e.scaled import wait_until
from tests.e2e.servers import ROOT, environment, free_port
from tests.sets import ran

ADMIN = "admin-of-the-platform-0123456789"
START_S = 60


def test_release_then_web_serves_keys_on_the_port_that_is_given(tmp_path):
    with Platform(tmp_path) as platform:
        assert platform.release() == 0
        with platform.running("web"):
            assert requests.get(platform.url + "/ready", timeout=10).json()["checks"] == {
                "records": "ok",
                "index": "ok",
            }
            with pytest.raises(openai.AuthenticationError):
                platform.client(api_key="sk-stranger").models.list()
            assert _answer_of_a_fed_file(platform.client())
        assert "listening" in platform.text
    ran("embedded")


def test_without_its_release_the_web_process_says_what_to_run(tmp_path):
    with Platform(tmp_path) as platform:
        ended = subprocess.run(
            [*platform.honcho, "start", "web"],
            env=platform.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=START_S,
        )
        assert "ragproxy migrate" in ended.stdout
        assert "Traceback" not in ended.stdout


def test_a_worker_without_the_servers_it_needs_says_which(tmp_path):
    with Platform(tmp_path) as platform:
        ended = subprocess.run(
            [*platform.honcho, "start", "worker"],
            env=platform.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "REDIS_URL: " in ended.stdout
        assert "Traceback" not in ended.stdout


def test_web_and_workers_share_the_scaled_set(services, tmp_path):
    variables = services.variables(RAGPROXY_DATA_DIR=str(tmp_path / "copies"))
    with Platform(tmp_path, **variables) as platform:
        assert platform.release() == 0
        with platform.running("web", "worker", concurrency="web=1,worker=2"):
            platform.wait_for("indexes files and answers batches", times=2)
            assert _answer_of_a_fed_file(platform.client())
    ran("scaled", ", ".join(services.versions))


def _answer_of_a_fed_file(client):
    store = client.vector_stores.create(name="town")
    file = client.files.create(file=("pool.txt", b"The pool of Sainte-Zymurgie opens at seven."), purpose="assistants")
    client.vector_stores.files.create(store.id, file_id=file.id)
    wait_until(lambda: client.vector_stores.files.retrieve(file.id, vector_store_id=store.id).status == "completed")
    answer = client.chat.completions.create(
        model=f"rag/{store.id}", messages=[{"role": "user", "content": "When does the pool open?"}]
    )
    return "seven" in answer.choices[0].message.content


class Platform:
    """A folder and a port, and honcho, which starts what it is told; its processes end with the block."""

    def __init__(self, folder, **variables):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = Path(folder) / "honcho.log"
        self.honcho = [sys.executable, "-m", "honcho", "-e", os.devnull, "-f", str(ROOT / "Procfile")]
        given = {"PORT": str(self.port), "RAGPROXY_ADMIN_KEY": ADMIN, **variables}
        self.env = environment(variables.pop("RAGPROXY_DATA_DIR", Path(folder) / "data"), **given)
        self.env["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{self.env['PATH']}"
        self._process = None

    @property
    def text(self):
        return self.log.read_text()

    def release(self):
        """What a platform runs before it starts a new version."""
        ended = subprocess.run([*self.honcho, "start", "release"], env=self.env, cwd=ROOT, timeout=START_S)
        return ended.returncode

    def running(self, *names, concurrency=None):
        given = ["-c", concurrency] if concurrency else []
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [*self.honcho, "start", *given, *names],
                env=self.env,
                cwd=ROOT,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._wait()
        return self

    def client(self, api_key=ADMIN):
        return OpenAI(base_url=self.url + "/v1", api_key=api_key, max_retries=0, timeout=60)

    def wait_for(self, text, times=1):
        until = time.monotonic() + START_S
        while self.text.count(text) < times:
            assert self._process.poll() is None, self.text
            assert time.monotonic() < until, self.text
            time.sleep(0.05)

    def _wait(self):
        until = time.monotonic() + START_S
        while True:
            assert self._process.poll() is None, self.text
            assert time.monotonic() < until, self.text
            try:
                if requests.get(self.url + "/ready", timeout=5).ok:
                    return
            except requests.RequestException:
                time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        process, self._process = self._process, None
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGTERM)  # as a platform that restarts it
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
                raise

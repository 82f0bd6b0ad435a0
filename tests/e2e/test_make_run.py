"""The first line of the README on a fresh clone: `make run`, and ask."""

import os
import queue
import re
import shutil
import signal
import subprocess
import threading
import time

import pytest
import requests
from openai import OpenAI

from tests.e2e.servers import ROOT, free_port

pytestmark = [pytest.mark.soak, pytest.mark.timeout(1800)]

INSTALL_S = 1500


def test_a_fresh_clone_serves_and_answers_after_one_command(clone):
    port = free_port()
    with Run(clone, port) as run:
        address = run.printed(rf"ragproxy \S+ serves (http://127\.0\.0\.1:{port}) ", INSTALL_S)[1]
        run.printed(rf"curl {address}/v1/chat/completions ", 5)
        assert "The user guide is in the vector store 'default'" in run.text
        client = OpenAI(base_url=run.is_up(address), api_key="sk-fake-key")
        for question in ("Which port does ragproxy listen on by default?", "Sur quel port ragproxy écoute-t-il ?"):
            answer = client.chat.completions.create(model="ragproxy", messages=[{"role": "user", "content": question}])
            assert "8083" in answer.choices[0].message.content
            assert re.search(r"\[\d\]", answer.choices[0].message.content)
            assert answer.sources
    assert (clone / "data").is_dir()
    with Run(clone, port) as again:  # nothing is installed, and nothing indexed, a second time
        again.printed(rf"serves {address} ", 60)
        again.is_up(address)
        assert "Installing" not in again.text
        assert "The user guide is in" not in again.text


class Run:
    """`make run` in a folder, its output read as it comes; the end of the block is its Ctrl-C."""

    def __init__(self, folder, port):
        ours = ("RAGPROXY_", "OPENAI_", "VIRTUAL_ENV", "DATABASE_URL", "CHROMA_URL", "MAKE")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        self.process = subprocess.Popen(
            ["make", "run"],
            cwd=folder,
            env={**kept, "PORT": str(port)},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        self.text = ""
        self._lines = queue.SimpleQueue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self._lines.put(line)
        self._lines.put(None)

    def printed(self, pattern, seconds):
        """Wait for a line that matches; the match."""
        until = time.monotonic() + seconds
        while not (match := re.search(pattern, self.text)):
            line = self._lines.get(timeout=max(0.1, until - time.monotonic()))
            assert line is not None, self.text
            self.text += line
        return match

    def is_up(self, address):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if requests.get(address + "/ready", timeout=5).ok:
                    return address
            except requests.ConnectionError:
                time.sleep(0.1)
        raise AssertionError(f"no answer from {address}: {self.text}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.process.pid, signal.SIGINT)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise


@pytest.fixture
def clone(tmp_path):
    if not shutil.which("make") or not shutil.which("python3.11"):
        pytest.skip("make and python3.11 are needed")
    if not (ROOT / ".git").exists():
        pytest.skip("there is no repository to clone")
    probe = ["python3.11", "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(tmp_path), "click"]
    if subprocess.run(probe, capture_output=True, timeout=120).returncode:
        pytest.skip("pip reaches no package index")
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(tmp_path / "clone")], check=True)
    return tmp_path / "clone"

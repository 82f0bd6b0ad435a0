"""The first document of somebody new, as the guide's first page tells it, beside a server that runs."""

import re
import shlex
import subprocess
import sys

import pytest
import requests

from tests.e2e import snippets
from tests.e2e.servers import ROOT, Server, environment, migrated

GUIDE = ROOT / "docs" / "guide"
COMMAND = ".venv/bin/ragproxy"


@pytest.mark.parametrize(("lang", "said", "store"), [("en", "opens at nine", "town"), ("fr", "ouvre à neuf", "mairie")])
def test_the_first_document_is_asked_about(lang, said, store, running, tmp_path):
    page = GUIDE / lang / "getting-started.md"
    [code] = [code for code in snippets.blocks(page, "sh") if code.startswith("mkdir ")]
    code = code.replace(COMMAND, f"{shlex.quote(sys.executable)} -m ragproxy")
    env = {**environment(running.data_dir), "PYTHONPATH": str(ROOT)}
    ended = subprocess.run(["bash", "-ec", code], cwd=tmp_path, env=env, capture_output=True, text=True, timeout=100)
    assert ended.returncode == 0, ended.stderr
    assert re.search(rf"{said}.*\[1\]", ended.stdout)
    assert "Sources:" in ended.stdout
    asked = {"model": f"rag/{store}", "messages": [{"role": "user", "content": code.rsplit('"', 2)[1]}]}
    answer = requests.post(f"{running.url}/v1/chat/completions", json=asked, timeout=30).json()
    assert said in answer["choices"][0]["message"]["content"]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    """A server beside which each newcomer makes a store."""
    data_dir = tmp_path_factory.mktemp("newcomer")
    migrated(data_dir)
    with Server(data_dir) as server:
        yield server

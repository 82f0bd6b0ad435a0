"""Each section of the guide's page on clients, run as a reader would, against the server that a newcomer gets."""

import importlib.util
import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.e2e import javascript, snippets
from tests.e2e.servers import ROOT

pytestmark = pytest.mark.timeout(javascript.INSTALL_S + javascript.RUN_S + 60)

LLAMAINDEX = ROOT / ".peers" / "llamaindex" / "bin" / "python"
NEEDED = {"LangChain": "langchain_openai", "Haystack": "haystack"}  # the others are always there
CURL = "curl"
BY_HAND = "Open WebUI"  # several gigabytes
QUESTIONS = {"en": "Which file formats can be ingested?", "fr": "Quels formats de fichiers sont acceptés ?"}
CITED = re.compile(r"eml (?:and source code|et le code source)\.? \[\d\]")
PROGRAMS = [
    pytest.param(page.parent.name, heading, blocks, id=f"{page.parent.name}: {heading}")
    for page in snippets.INTEGRATIONS
    for heading, blocks in snippets.programs(page).items()
    if heading != BY_HAND
]


@pytest.mark.parametrize(("lang", "heading", "blocks"), PROGRAMS)
def test_the_client_of_a_section_is_answered_with_sources(lang, heading, blocks, server, tmp_path):
    [(language, code)] = blocks
    code = code.replace(snippets.ADDRESS, server.url).replace('"..."', f'"{QUESTIONS[lang]}"')
    said = RUNNERS[language](heading, code, tmp_path)
    if heading == CURL:
        assert said.endswith("data: [DONE]\n\n")
        assert '"sources":[{"index":1' in said
        return
    assert CITED.search(said), said
    assert re.search(r"documents\.md", said), "the sources are not shown"


@pytest.mark.parametrize("page", snippets.INTEGRATIONS, ids=snippets.title)
def test_the_page_has_a_section_for_each_client(page):
    told = " ".join(snippets.programs(page))
    clients = ("curl", "Python", "JavaScript", "LangChain", "LlamaIndex", "Haystack", "AI SDK", BY_HAND)
    assert [client for client in clients if client not in told] == []


def test_the_lock_of_llamaindex_names_no_registry():
    assert "://" not in (ROOT / "tests" / "e2e" / "llamaindex.txt").read_text(encoding="utf-8")


def run_python(heading, code, folder):
    python = sys.executable
    if heading == "LlamaIndex":
        if not LLAMAINDEX.exists():
            pytest.skip("LlamaIndex is not installed: make llamaindex")
        python = str(LLAMAINDEX)
    elif heading in NEEDED and importlib.util.find_spec(NEEDED[heading]) is None:
        pytest.skip(f"{NEEDED[heading]} is not installed: make dev")
    return _run([python, "-c", code], folder)


def run_javascript(heading, code, folder):
    try:
        node = javascript.ready()
    except javascript.Unavailable as err:
        pytest.skip(str(err))
    (folder / "node_modules").symlink_to(javascript.FOLDER / "node_modules")
    (folder / "program.mjs").write_text(code, encoding="utf-8")
    return _run([node, "program.mjs"], folder)


def run_shell(heading, code, folder):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    return _run(["bash", "-c", code], folder)


RUNNERS = {"python": run_python, "js": run_javascript, "sh": run_shell}


def _run(command, folder):
    """What the command prints; nothing of the machine's settings reaches it but PATH, and nothing is told elsewhere."""
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "HAYSTACK_TELEMETRY_ENABLED": "False"}
    ended = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=javascript.RUN_S)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout

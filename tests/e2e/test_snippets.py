"""The Python and the curl lines of the documentation, run as a reader would."""

import importlib.util
import os
import shutil
import subprocess
from contextlib import contextmanager

import pytest

from tests.e2e import snippets
from tests.e2e.relaying import relaying
from tests.relaying import RelayUpstream

RUN_S = 100
# what a page leaves to its reader
QUESTION = "Which port does ragproxy listen on by default?"
DOTS = "..."
PRELUDE = f"""
from openai import OpenAI
_files = OpenAI(base_url="http://localhost:8083/v1", api_key="sk-fake-key").files
files = [_files.create(file=(name, b"The notice period."), purpose="assistants") for name in ("a.txt", "b.txt")]
question = "{QUESTION}"
"""
# page -> words that its code prints; of the others it is only seen that they run
PRINTED = {
    "README.md": "completed None",
    "getting-started.md": "8083",
    "files.md": "completed None",
    "relays.md": " bytes",
    "conversations.md": "True\n",
    "responses.md": "contract.pdf [1]",
    "batches.md": "completed BatchRequestCounts(completed=1",
    "assistants-migration.md": "completed\n",
    "coming-from-openrag.md": "completed None\n",
}
# what an answer with sources holds, by the route that gives it
SOURCED = {"/chat/completions": '"sources":[{"index":1', "/responses": '"type":"file_citation"'}

CURL = [
    pytest.param(code, id=f"{snippets.title(page)}: {number}")
    for page in snippets.pages("sh")
    for number, code in enumerate(snippets.blocks(page, "sh"))
    if code.startswith("curl ")
]


@pytest.mark.parametrize("page", snippets.pages("python"), ids=snippets.title)
def test_the_python_of_a_page_runs_from_top_to_bottom(page, server, tmp_path):
    blocks = snippets.blocks(page, "python")
    if any("langchain_openai" in code for code in blocks) and importlib.util.find_spec("langchain_openai") is None:
        pytest.skip("langchain-openai is not installed: make dev")
    with _serving(page, server, tmp_path) as serving, snippets.reader(tmp_path, serving):
        program = "\n".join([PRELUDE, *blocks]).replace(snippets.ADDRESS, serving.url).replace(DOTS, QUESTION)
        code, said, complained = snippets.interpreted(program, tmp_path, RUN_S)
    assert code == 0, complained
    assert PRINTED.get(page.name, "") in said


@pytest.mark.parametrize("code", CURL)
def test_a_curl_line_is_answered_with_sources(code, server, tmp_path):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    code = code.replace(snippets.ADDRESS, server.url).replace(DOTS, QUESTION)
    said = _run(["bash", "-c", code], tmp_path)
    assert next(mark for route, mark in SOURCED.items() if route in code) in said
    assert said.endswith("data: [DONE]\n\n") == ('"stream": true' in code)


@contextmanager
def _serving(page, server, folder):
    """The server of a page's reader, who has an upstream for what is relayed."""
    if page.name != "relays.md":
        yield server
        return
    (folder / "data").mkdir()
    with RelayUpstream() as up, relaying(folder / "data", up) as server:
        yield server


def _run(command, folder):
    """What the command prints; nothing of the machine's settings reaches it but PATH."""
    env = {"PATH": os.environ["PATH"]}
    ended = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=RUN_S)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout

"""The files of settings that the documentation shows are read by what would read them."""

import re
import tomllib
from pathlib import Path

import pytest

from ragproxy.upstreams import read_upstreams
from ragproxy.wire.agents import AGENT_FILE
from ragproxy.wire.validation import load

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]

_TOML = re.compile(r"^```toml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_KEY = re.compile(r'_env = "(\w+)"')


def blocks(table):
    """The blocks of TOML that hold such tables, by the page and their number in it."""
    return [
        pytest.param(code, id=f"{page.relative_to(ROOT)}: {number}")
        for page in PAGES
        for number, code in enumerate(_TOML.findall(page.read_text(encoding="utf-8")), 1)
        if f"[[{table}]]" in code
    ]


@pytest.mark.parametrize("code", blocks("upstream"))
def test_an_example_of_upstreams_is_read(code, tmp_path):
    file = tmp_path / "ragproxy.toml"
    file.write_text(code, encoding="utf-8")
    environ = dict.fromkeys(_KEY.findall(code), "sk-of-the-example")
    upstreams = read_upstreams(file, environ, url=None, key=None, connect_timeout_s=5, read_timeout_s=300)
    assert [upstream.name for upstream in upstreams] == [each["name"] for each in tomllib.loads(code)["upstream"]]


@pytest.mark.parametrize("code", blocks("agent"))
def test_an_example_of_agents_is_read(code):
    said = tomllib.loads(code)
    assert [agent.id for agent in load(AGENT_FILE, said)] == [each["id"] for each in said["agent"]]

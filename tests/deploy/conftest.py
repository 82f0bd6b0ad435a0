"""The files that deploy ragproxy, as those read them who use them."""

import json
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def tool(name):
    """A program of the development requirements, or a skip that says how to get it."""
    beside = Path(sys.executable).with_name(name)
    found = str(beside) if beside.exists() else shutil.which(name)
    if not found:
        pytest.skip(f"{name} is not installed: it is in requirements-dev.txt for Linux on x86-64 (make dev)")
    return found


def composed(profile, folder=ROOT):
    """What Docker Compose makes of compose.yaml, a profile and no environment; its own words when it refuses."""
    ended = subprocess.run(
        [
            tool("docker-compose"),
            "-f",
            str(folder / "compose.yaml"),
            "--profile",
            profile,
            "config",
            "--format",
            "json",
        ],
        capture_output=True,
        text=True,
        env={"PATH": "/usr/bin:/bin", "HOME": str(folder)},
        timeout=60,
    )
    assert ended.stdout, ended.stderr  # the exit code is the wrapper's own
    return json.loads(ended.stdout)


@pytest.fixture(scope="session")
def compose():
    """Every service of compose.yaml, defaults and anchors resolved."""
    return composed("*")


@pytest.fixture(scope="session")
def procfile():
    """process -> its command, without the variables that the shell sets for it."""
    lines = (ROOT / "Procfile").read_text().splitlines()
    commands = dict(line.split(": ", 1) for line in lines)
    return {name: [word for word in shlex.split(line) if "=${" not in word] for name, line in commands.items()}


@pytest.fixture(scope="session")
def dockerfile():
    """(instruction, what follows it) of each, continued lines joined."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    return [tuple(line.split(maxsplit=1)) for line in text.splitlines() if line and not line.startswith("#")]


@pytest.fixture(scope="session")
def image(dockerfile):
    """The environment of the image that comes of it."""
    last = max(number for number, (name, _) in enumerate(dockerfile) if name == "FROM")
    pairs = [pair for name, rest in dockerfile[last:] if name == "ENV" for pair in shlex.split(rest)]
    return dict(pair.split("=", 1) for pair in pairs)

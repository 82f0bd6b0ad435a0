"""Node's tests in `js/`, told to pytest: one file is run once, and each of its tests is looked at by its name."""

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.e2e import strict

FOLDER = Path(__file__).resolve().parent / "js"
FILES = sorted(FOLDER.glob("*.test.mjs"))
INSTALL_S = 180
RUN_S = 240

_TEST = re.compile(r'^test\("([^"]+)"', re.MULTILINE)
_ANY_TEST = re.compile(r"^\s*(?:test|it|describe|suite)\b[.(]", re.MULTILINE)
_RESULT = re.compile(r"^(ok|not ok) \d+ - (.*)$", re.MULTILINE)
# npm's codes for a registry that cannot be reached; any other failure is ours
_OFFLINE = {"EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND", "ETIMEDOUT"}


class Unavailable(Exception):
    """This machine cannot run JavaScript; the message says what it lacks."""


@dataclass(frozen=True)
class Run:
    """A test file that was run: what each test came to, and all that node said."""

    results: dict[str, str]  # name -> "ok", "not ok", or "ok # SKIP" and the like; those that never ended are missing
    code: int
    output: str
    asked: tuple[Any, ...] = ()  # what the upstream received meanwhile


def names(file: Path) -> list[str]:
    """The tests of a file, in their order."""
    text = file.read_text(encoding="utf-8")
    found = _TEST.findall(text)
    assert found, f"{file.name} has no test"
    assert len(found) == len(_ANY_TEST.findall(text)), f'{file.name}: write each test as test("its name", ...)'
    return found


def ready() -> str:
    """The path of node, with the packages of the lock installed. Unavailable when that cannot be."""
    node = shutil.which("node")
    if node is None:
        raise Unavailable("node is not installed: the JavaScript tests need it")
    version = _printed(node, "--version")
    oldest = int(json.loads((FOLDER / "package.json").read_text())["engines"]["node"].removeprefix(">="))
    if int(version.removeprefix("v").partition(".")[0]) < oldest:
        raise Unavailable(f"node {version} is installed: the JavaScript tests need {oldest}")
    if not _installed():
        _install()
    return node


def run(node: str, *arguments: str, cwd: Path = FOLDER, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run node to its end; of the machine's settings it gets PATH alone."""
    return subprocess.run(
        [node, *arguments],
        cwd=cwd,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        timeout=RUN_S,
    )


def run_tests(node: str, file: Path, **variables: str) -> Run:
    """Run the tests of a file."""
    try:
        ended = run(node, "--test-reporter=tap", file.name, **variables)
        code, said, besides = ended.returncode, ended.stdout, ended.stderr
    except subprocess.TimeoutExpired as err:
        said = (err.stdout or b"").decode(errors="replace")  # bytes, even though text was asked for
        code, besides = -1, f"\n{file.name} did not end in {RUN_S} s"
    results = {}
    for state, told in _RESULT.findall(said):
        name, mark, why = told.partition(" # ")
        results[name] = f"{state}{mark}{why}"
    return Run(results, code, said + besides)


def read_strictly(heard: Path) -> dict[str, int]:
    """Read what the clients of a test file were told, as `strict.read` does; how many answers and events that was."""
    before = dict(strict.READ)
    for line in heard.read_text(encoding="utf-8").rstrip("\n").split("\n"):  # JSON may hold other ends of lines
        told = json.loads(line)
        strict.read(told["method"], told["path"], told["status"], told["type"], told["body"].encode())
    return {kind: number - before[kind] for kind, number in strict.READ.items()}


def _printed(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout.strip()


def _installed() -> bool:
    """Whether the packages are those of the lock: npm keeps a copy of what it installed, without the project itself."""
    copy = FOLDER / "node_modules" / ".package-lock.json"
    if not copy.is_file():
        return False
    return _versions(copy) == _versions(FOLDER / "package-lock.json")


def _versions(lock: Path) -> dict[str, str]:
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return {path: package["version"] for path, package in packages.items() if path}


def _install() -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise Unavailable("npm is not installed: the JavaScript tests need its packages")
    try:
        ended = subprocess.run([npm, "ci"], cwd=FOLDER, capture_output=True, text=True, timeout=INSTALL_S)
    except subprocess.TimeoutExpired as err:
        raise Unavailable(f"npm could not install the packages in {INSTALL_S} s") from err
    if ended.returncode and set(re.findall(r"npm (?:error|ERR!) (?:code|errno) (\w+)", ended.stderr)) & _OFFLINE:
        raise Unavailable("npm cannot reach its registry: the JavaScript tests need its packages")
    assert ended.returncode == 0, ended.stderr

"""The TypeScript of this folder, in a project of its own: with ragproxy's types as npm puts them there."""

import json
import os
import shutil
import subprocess
from pathlib import Path

from tests.typescript import generate

HERE = Path(__file__).resolve().parent
EXAMPLES = sorted({*HERE.glob("*.ts"), *HERE.glob("*.cts")})
PACKAGES = generate.FOLDER / "node_modules"
COMPILED_IN_S = 240
_NEEDED = ("openai", "typescript", "@types")


class Unavailable(Exception):
    """This machine cannot compile TypeScript; the message says what it lacks."""


def project(folder: Path, *files: Path) -> Path:
    """The folder as a project with these files and the types' package, which holds what it says it does."""
    if shutil.which("node") is None:
        raise Unavailable("node is not installed: the TypeScript tests need it")
    for name in _NEEDED:
        if not (PACKAGES / name).is_dir():
            raise Unavailable(f"{name} is not installed: `make dev` installs it where there is npm")
    ours = folder / "node_modules" / "ragproxy-types"
    ours.mkdir(parents=True)
    for name in _NEEDED:
        (folder / "node_modules" / name).symlink_to(PACKAGES / name)
    for name in ("package.json", *json.loads((generate.FOLDER / "package.json").read_text())["files"]):
        shutil.copy(generate.FOLDER / name, ours)
    for file in (*files, HERE / "tsconfig.json"):
        shutil.copy(file, folder)
    (folder / "package.json").write_text('{"private": true, "type": "module"}')
    return folder


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run node in the project to its end; of the machine's settings it gets PATH alone."""
    return subprocess.run(
        ["node", *arguments],
        cwd=folder,
        env={"PATH": os.environ["PATH"], **variables},
        capture_output=True,
        text=True,
        timeout=COMPILED_IN_S,
    )


def compiled(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """What the compiler says of the project; its JavaScript is in `out/`."""
    return run(folder, "node_modules/typescript/bin/tsc", "-p", ".", *options)

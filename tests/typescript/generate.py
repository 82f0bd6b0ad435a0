"""`python -m tests.typescript.generate`: the TypeScript types in types/, made of what /openapi.json says now."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from ragproxy.api.reference.document import document
from ragproxy.app import create_app
from ragproxy.settings import Settings
from ragproxy.wire.json import dumps
from tests import databases

FOLDER = Path(__file__).resolve().parents[2] / "types"
TYPES = FOLDER / "ragproxy.d.ts"
GENERATOR = FOLDER / "node_modules" / "openapi-typescript"
MADE_IN_S = 240


class Unavailable(Exception):
    """This machine cannot make them; the message says what it lacks."""


def openapi() -> bytes:
    """The document of a server that is set up by nobody."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder))
        databases.migrated(settings.database)
        app = create_app(settings)
        try:
            return dumps(document(app))
        finally:
            app.extensions["ragproxy"].close()


def generated(document: bytes) -> str:
    """The types of a document. Unavailable without node or its packages, RuntimeError with what the generator says."""
    node = shutil.which("node")
    if node is None or not GENERATOR.is_dir():
        raise Unavailable("openapi-typescript is not installed: `make dev` installs it where there is npm")
    made = subprocess.run(
        [node, "generate.mjs"],
        cwd=FOLDER,
        env={"PATH": os.environ["PATH"]},
        input=document,
        capture_output=True,
        timeout=MADE_IN_S,
    )
    if made.returncode:
        raise RuntimeError(made.stderr.decode())
    return made.stdout.decode()


if __name__ == "__main__":
    TYPES.write_text(generated(openapi()), encoding="utf-8")

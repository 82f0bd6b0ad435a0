"""`python -m tests.web.vendor`: the pages' libraries, copied from npm's packages as static/vendor/README.md lists them."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
PACKAGES = FOLDER / "node_modules"
VENDOR = FOLDER.parents[1] / "ragproxy" / "api" / "static" / "vendor"
LIST = VENDOR / "README.md"


@dataclass(frozen=True)
class Copy:
    """A line of the list."""

    file: str
    package: str
    licence: str
    source: str
    version: str
    sha256: str

    @property
    def path(self) -> Path:
        return VENDOR / self.file

    @property
    def original(self) -> Path:
        return PACKAGES / self.package / self.source

    def __str__(self) -> str:
        cells = (self.file, self.package, self.licence, self.source, self.version, self.sha256)
        return f"| {' | '.join(cells)} |"


def listed() -> list[Copy]:
    """The lines of the list, in its order."""
    return [_copy(line) for line in LIST.read_text(encoding="utf-8").splitlines() if _is_row(line)]


def card(package: str) -> dict:
    """What an installed package says of itself."""
    return json.loads((PACKAGES / package / "package.json").read_text(encoding="utf-8"))


def digest(path: Path) -> str:
    """The sha256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def renew() -> None:
    """Copy every file of the list again, and write its version and digest."""
    lines = [
        str(_renewed(_copy(line))) if _is_row(line) else line for line in LIST.read_text(encoding="utf-8").splitlines()
    ]
    LIST.write_text("\n".join(lines) + "\n", encoding="utf-8")


def _renewed(copy: Copy) -> Copy:
    copy.path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(copy.original, copy.path)
    return replace(copy, version=card(copy.package)["version"], sha256=digest(copy.path))


def _is_row(line: str) -> bool:
    return line.startswith("| ") and not line.startswith("| file ")


def _copy(line: str) -> Copy:
    return Copy(*(cell.strip() for cell in line.strip().strip("|").split("|")))


if __name__ == "__main__":
    renew()

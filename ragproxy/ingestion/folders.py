"""FOLDERS -> FILES: what there is to ingest, each file once, hidden things left out."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_SKIPPED = frozenset({"node_modules", "__pycache__", "venv"})  # beside all that begins with a dot, .git and .venv too


@dataclass(frozen=True, slots=True)
class Found:
    """A file to ingest. `path` is absolute and real; `filename` is what sources call it: its path under the folder."""

    path: Path
    filename: str


def scan(paths: Sequence[Path]) -> list[Path]:
    """The files under `paths`, in the order in which they are ingested."""
    return [found.path for found in walk(paths)]


def walk(paths: Sequence[Path]) -> Iterator[Found]:
    """Every file under `paths`, once by its real path, by name; a path that is a file itself is taken as it is.

    Symbolic links to files are read where they point, those to folders are not followed. What cannot be looked at (a
    missing path, a broken link, a folder without permission) is given too: reading it will say why.
    """
    seen: set[str] = set()
    for path in paths:
        root = Path(os.path.realpath(path))
        for found in _under(root):
            key = os.fspath(found.path)
            if key not in seen:
                seen.add(key)
                yield found


def _under(root: Path) -> Iterator[Found]:
    waiting = [root]  # a list, for folders may nest deeper than Python's stack
    while waiting:
        folder = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:  # a file, or a folder that cannot be listed
            yield Found(folder, folder.name if folder == root else _relative(folder, root))
            continue
        visible = [entry for entry in entries if not _is_hidden(entry.name)]
        for entry in visible:
            path = _file(entry)
            if path is not None:
                yield Found(path, _relative(Path(entry.path), root))
        waiting.extend(Path(entry.path) for entry in reversed(visible) if entry.is_dir(follow_symlinks=False))


def _is_hidden(name: str) -> bool:
    return name.startswith((".", "~$")) or name in _SKIPPED  # ~$: the locks of Word and Excel


def _file(entry: os.DirEntry[str]) -> Path | None:
    """Where the entry is read: its real path, its own when it is a broken link; None for a folder, socket or device."""
    try:
        regular = stat.S_ISREG(os.stat(entry.path).st_mode)
    except OSError:  # broken, or a link to itself
        return Path(entry.path)
    return Path(os.path.realpath(entry.path)) if regular else None


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()

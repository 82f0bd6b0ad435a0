"""The folders: is there room, may we write, who else may read, and is it a disk of this machine?"""

from __future__ import annotations

import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from ragproxy.checks.verdict import Scene, Verdict, failed, ok, warning
from ragproxy.disk import UPLOAD_RESERVE

MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = ("nfs", "cifs", "smb", "9p", "ceph", "glusterfs", "lustre", "fuse.sshfs", "fuse.s3fs", "fuse.gluster", "afs")


def room(scene: Scene) -> Iterator[Verdict]:
    """Free space and the right to write, where documents and what is on its way are kept."""
    for name, folder in _folders(scene):
        place = _existing(folder)
        if (reason := _cannot_write(place)) is not None:
            advice = (
                "Give the folder to the user of the server" if name != "temporary" else "Set TMPDIR to another folder"
            )
            yield failed(f"disk.{name}", f"'{folder}' cannot be written: {reason}", advice)
            continue
        # a form is written where the files are kept; what goes to a bucket waits among the temporary files
        waits = name != "temporary" or (scene.settings.files_url or "").startswith("s3://")
        yield _room(name, folder, scene.free(place), scene.settings.file_limit_mb << 20 if waits else 0)


def permissions(scene: Scene) -> Iterator[Verdict]:
    """Whether other users of this machine can read the documents."""
    folder = scene.settings.data_dir
    if not folder.exists():
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o005 and _all_may_enter(folder.resolve().parent):
        yield warning(
            "permissions",
            f"Every user of this machine can look into '{folder}' (mode {mode:04o}), where the documents are",
            f"Run `chmod 700 {folder}`, or 750 for a group",
        )
    else:
        yield ok("permissions", f"Other users of this machine cannot read '{folder}'")


def file_system(scene: Scene, mounts: Path = MOUNTS) -> Iterator[Verdict]:
    """Locks and SQLite's log are not to be trusted over a network."""
    folder = _existing(scene.settings.data_dir).resolve()
    kind = _kind(folder, mounts)
    if kind is None:
        return
    if kind.startswith(_NETWORK):
        yield warning(
            "file_system",
            f"'{folder}' is on a network file system ({kind}), where locks and SQLite's log may fail",
            "Set RAGPROXY_DATA_DIR to a disk of this machine; several machines share PostgreSQL, a Chroma server and "
            "a bucket instead",
        )
    else:
        yield ok("file_system", f"'{folder}' is on a file system of this machine ({kind})")


def _folders(scene: Scene) -> Iterator[tuple[str, Path]]:
    yield "data", scene.settings.data_dir
    files = scene.settings.files_url
    if files and not files.startswith("s3://"):
        yield "files", Path(files.removeprefix("file://"))
    yield "temporary", Path(tempfile.gettempdir())


def _room(name: str, folder: Path, free: int, largest: int) -> Verdict:
    told = f"{free >> 20:,} MiB are free at '{folder}'"
    if free < UPLOAD_RESERVE:
        return failed(
            f"disk.{name}",
            f"{told}: uploads are refused below {UPLOAD_RESERVE >> 20}",
            "Delete files, or enlarge the disk",
        )
    if free < UPLOAD_RESERVE + largest:
        return warning(
            f"disk.{name}",
            f"{told}, and one upload may be of {largest >> 20:,} MiB",
            "Delete files, enlarge the disk, or lower RAGPROXY_FILE_LIMIT_MB",
        )
    return ok(f"disk.{name}", told)


def _existing(folder: Path) -> Path:
    place = folder.absolute()
    while not place.exists() and place != place.parent:
        place = place.parent
    return place


def _cannot_write(place: Path) -> str | None:
    try:
        with tempfile.TemporaryFile(dir=place, prefix=".ragproxy-"):
            return None
    except OSError as err:
        return err.strerror or type(err).__name__


def _all_may_enter(folder: Path) -> bool:
    return all(each.stat().st_mode & stat.S_IXOTH for each in (folder, *folder.parents))


def _kind(folder: Path, mounts: Path) -> str | None:
    """The type of the file system that the folder is on; None where the kernel does not tell."""
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    found, kind = -1, None
    for line in lines:
        before, _, after = line.partition(" - ")
        point = Path(before.split()[4].replace("\\040", " "))
        if len(point.parts) >= found and folder.is_relative_to(point):  # a later mount covers an earlier one
            found, kind = len(point.parts), after.split()[0]
    return kind

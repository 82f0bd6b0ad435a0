"""Office files are zip archives: their bombs are found before any parser opens them."""

from __future__ import annotations

import io
import zipfile

from ragproxy.errors import InvalidFile

MAX_BYTES = 200 * 1024 * 1024  # unpacked, all members together
MAX_MEMBERS = 10_000
MAX_RATIO = 200  # of a member larger than...
_BIG = 1024 * 1024
_READ = 256 * 1024
_OLE = b"\xd0\xcf\x11\xe0"
_DOCTYPE = b"<!DOCTYPE"


def check(data: bytes) -> None:
    """Read every member once, as declared and as it really is. InvalidFile when it unpacks beyond the limits.

    A document type is refused too: office formats have none, and entities that multiply need one.
    """
    if data.startswith(_OLE):
        raise InvalidFile("The file is protected by a password, or in the format of Office 2003; save it anew without")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = archive.infolist()
        if len(members) > MAX_MEMBERS:
            raise InvalidFile(f"The archive inside holds more than {MAX_MEMBERS:,} files")
        _within(sum(member.file_size for member in members))
        unpacked = 0
        for member in members:
            if member.file_size > _BIG and member.file_size > MAX_RATIO * max(1, member.compress_size):
                raise InvalidFile(f"The archive inside is compressed more than {MAX_RATIO} times: it looks like a bomb")
            unpacked += _stream(archive, member, MAX_BYTES - unpacked)


def _stream(archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: int) -> int:
    """Unpack a member without keeping it; its real size, in bytes."""
    size = 0
    tail = b""
    markup = member.filename.lower().endswith((".xml", ".rels", ".vml"))
    with archive.open(member) as stream:
        while piece := stream.read(_READ):
            size += len(piece)
            _within(size, budget)
            if markup:
                seen = tail + piece.replace(b"\0", b"")  # UTF-16 as well
                if _DOCTYPE in seen:
                    raise InvalidFile("The XML inside declares a document type, which no office file does")
                tail = seen[-len(_DOCTYPE) :]
    return size


def _within(size: int, budget: int = MAX_BYTES) -> None:
    if size > budget:
        raise InvalidFile(f"The file unpacks to more than {MAX_BYTES // 1024 // 1024} MiB")

"""Multipart forms with one file in them, read as they arrive: the file goes where it is kept, never into memory."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from ragproxy.api.body import pieces
from ragproxy.errors import BodyTooLarge, InvalidRequest, UnsupportedMediaType

MAX_PARTS = 100
MAX_FIELD = 64 << 10  # bytes of a field that is no file
BUFFER = 1 << 20  # of what is neither: headers, and what stands around the parts
AROUND = 1 << 20  # bytes that a form may take beside its file

Kept = TypeVar("Kept")


class FilePart:
    """The bytes of the file, readable once, as the client sends them."""

    def __init__(self, events: Iterator[Event]) -> None:
        self._events = events
        self._left = b""
        self._ended = False

    def read(self, size: int, /) -> bytes:
        """At most `size` bytes, none at the end."""
        while not self._left and not self._ended:
            event = next(self._events)
            assert isinstance(event, Data)  # the decoder yields nothing else inside a part
            self._left, self._ended = event.data, not event.more_data
        data, self._left = self._left[:size], self._left[size:]
        return data


@dataclass(frozen=True, slots=True)
class Form(Generic[Kept]):
    """A form that was received: its fields, the file's name if it came with one, and what was made of the file."""

    fields: dict[str, str]
    filename: str | None
    file: Kept


def receive(request: Request, name: str, keep: Callable[[FilePart], Kept], *, limit: int) -> Form[Kept]:
    """Read a form, its file (the part called `name`) through `keep` on the way.

    BodyTooLarge when the form cannot hold a file of at most `limit` bytes, UnsupportedMediaType, InvalidRequest; and
    whatever `keep` raises. It may have run when a later part is at fault.
    """
    decoder = MultipartDecoder(_boundary(request), BUFFER, max_parts=MAX_PARTS)
    _bound(request, limit)
    with closing(_events(request, decoder, limit)) as events:
        return _read(events, name, keep)


def _read(events: Iterator[Event], name: str, keep: Callable[[FilePart], Kept]) -> Form[Kept]:
    fields: dict[str, str] = {}
    filename: str | None = None
    files: list[Kept] = []
    for event in events:
        if not isinstance(event, (Field, File)):
            continue
        if event.name != name:
            fields[str(event.name)] = _text(event, FilePart(events))
        elif files:
            raise InvalidRequest(f"Send one '{name}' at a time", param=name, code="too_many_files")
        else:
            filename = _base_name(event.filename) if isinstance(event, File) else None
            files.append(keep(FilePart(events)))
    if not files:
        raise InvalidRequest(f"Missing required parameter '{name}'", param=name, code="missing_required_parameter")
    return Form(fields, filename, files[0])


def _boundary(request: Request) -> bytes:
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType(
            f"Send the body as 'Content-Type: multipart/form-data', not '{request.mimetype or 'nothing'}'"
        )
    boundary = parse_options_header(request.content_type)[1].get("boundary", "")
    if not boundary or not boundary.isascii():
        raise InvalidRequest("'Content-Type: multipart/form-data' needs a 'boundary'")
    return boundary.encode()


def _bound(request: Request, limit: int) -> None:
    """Let the body be as large as its file may be, which is more than JSON gets."""
    request.max_content_length = limit + AROUND
    if (request.content_length or 0) > limit + AROUND:
        raise _too_large(limit)


def _events(request: Request, decoder: MultipartDecoder, limit: int) -> Generator[Event, None, None]:
    try:
        for piece in pieces(request):
            _feed(decoder, piece)
            yield from _decoded(decoder)
    except RequestEntityTooLarge as err:
        raise _too_large(limit) from err
    _feed(decoder, None)
    yield from _decoded(decoder)


def _feed(decoder: MultipartDecoder, piece: bytes | None) -> None:
    try:
        decoder.receive_data(piece)
    except RequestEntityTooLarge as err:  # its buffer, not the body
        raise _malformed() from err


def _decoded(decoder: MultipartDecoder) -> Iterator[Event]:
    """The events in what was received. InvalidRequest when the form is not well-formed, or ends too early."""
    while True:
        try:
            event = decoder.next_event()
        except (ValueError, RequestEntityTooLarge) as err:
            raise _malformed() from err
        if isinstance(event, NeedData):
            return
        yield event
        if isinstance(event, Epilogue):
            return


def _text(event: Any, part: FilePart) -> str:
    """The text of a field."""
    text = b""
    while data := part.read(MAX_FIELD):
        text += data
        if len(text) > MAX_FIELD:
            raise InvalidRequest(f"A field of the form is longer than {MAX_FIELD} bytes", param=str(event.name)[:64])
    try:
        return text.decode()
    except UnicodeDecodeError as err:
        raise InvalidRequest("A field of the form is not valid UTF-8", param=str(event.name)[:64]) from err


def _base_name(filename: str) -> str:
    """Without the folders that some clients send along."""
    return filename.rpartition("/")[2]


def _malformed() -> InvalidRequest:
    return InvalidRequest("The body is not a whole and well-formed multipart form")


def _too_large(limit: int) -> BodyTooLarge:
    return BodyTooLarge(f"The file is larger than {limit >> 20} MiB")

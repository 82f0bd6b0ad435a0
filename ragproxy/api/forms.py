"""Multipart forms with files in them, read as they arrive: a file goes where it is kept, never into memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Event, Field, File, MultipartDecoder, NeedData

from ragproxy.api.body import pieces
from ragproxy.errors import BodyTooLarge, InvalidRequest, RagproxyError, StateUnavailable, UnsupportedMediaType

MAX_PARTS = 100
MAX_FIELD = 64 << 10  # bytes of a field that is no file
BUFFER = 1 << 20  # of what is neither: headers, and what stands around the parts
AROUND = 1 << 20  # bytes that a form may take beside its file

Kept = TypeVar("Kept")


class Decoder(MultipartDecoder):
    """werkzeug's, but where a read ends just behind a boundary's own characters it waits to see what follows.

    The original (3.1.9) has by then taken the line break before the boundary for the end of the part's content.
    """

    def __init__(self, between: bytes, *, max_parts: int) -> None:
        super().__init__(between, BUFFER, max_parts=max_parts)
        self._between = b"--" + between
        self._unfinished = re.compile(rb"(?:\r\n|\r|\n)--" + re.escape(between) + rb"(?:-|[^\S\r\n]+)\Z")

    def _last_partial_boundary_index(self, data: bytes | bytearray) -> int:
        # the expression tries every byte, which would take longer than all else that an upload costs
        last = data.rfind(self._between)
        match = self._unfinished.search(data, max(0, last - 2)) if last > 0 else None
        return match.start() if match else super()._last_partial_boundary_index(data)


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


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a form, whose bytes are to be read before the next one is asked for."""

    name: str
    content: FilePart

    def text(self, limit: int = MAX_FIELD) -> str:
        """The text of a field. InvalidRequest when it is longer than `limit` bytes, or no text."""
        return _text(self.name, self.content, limit)


def parts(request: Request, *, limit: int, beyond: str, max_parts: int) -> Generator[Part, None, None]:
    """The parts of a form, of at most `limit` bytes beside what stands around its files; close it when done.

    Errors as of `receive`.
    """
    decoder = Decoder(boundary(request), max_parts=max_parts)
    bound(request, limit, beyond)
    with closing(_events(request, decoder, beyond)) as events:
        for event in events:
            if isinstance(event, (Field, File)):
                yield Part(str(event.name), FilePart(events))


@contextmanager
def receive(
    request: Request,
    name: str,
    keep: Callable[[FilePart], Kept],
    drop: Callable[[Kept], None],
    *,
    limit: int,
    beyond: str,
) -> Iterator[Form[Kept]]:
    """A form for the block to work on, its file (the part called `name`) read through `keep` on the way.

    When a later part is at fault, or the block refuses it all, what was kept is dropped. BodyTooLarge, saying
    `beyond`, when the form cannot hold a file of at most `limit` bytes; UnsupportedMediaType, InvalidRequest; and
    whatever `keep` raises.
    """
    decoder = Decoder(boundary(request), max_parts=MAX_PARTS)
    bound(request, limit, beyond)
    with closing(_events(request, decoder, beyond)) as events:
        form = _read(events, name, keep, drop)
    try:
        yield form
    except StateUnavailable:  # what the block wrote may be there all the same
        raise
    except RagproxyError:
        drop(form.file)
        raise


def _read(
    events: Iterator[Event], name: str, keep: Callable[[FilePart], Kept], drop: Callable[[Kept], None]
) -> Form[Kept]:
    fields: dict[str, str] = {}
    filename: str | None = None
    with ExitStack() as undoing:
        files: list[Kept] = []
        for event in events:
            if not isinstance(event, (Field, File)):
                continue
            if event.name != name:
                fields[str(event.name)] = _text(str(event.name), FilePart(events), MAX_FIELD)
            elif files:
                raise InvalidRequest(f"Send one '{name}' at a time", param=name, code="too_many_files")
            else:
                filename = _base_name(event.filename) if isinstance(event, File) else None
                files.append(keep(FilePart(events)))
                undoing.callback(drop, files[0])
        if not files:
            raise InvalidRequest(f"Missing required parameter '{name}'", param=name, code="missing_required_parameter")
        undoing.pop_all()
    return Form(fields, filename, files[0])


def boundary(request: Request) -> bytes:
    """What stands between the parts of a form. UnsupportedMediaType, InvalidRequest."""
    if request.mimetype != "multipart/form-data":
        raise UnsupportedMediaType(
            f"Send the body as 'Content-Type: multipart/form-data', not '{request.mimetype or 'nothing'}'"
        )
    between = parse_options_header(request.content_type)[1].get("boundary", "")
    if not between or not between.isascii():
        raise InvalidRequest("'Content-Type: multipart/form-data' needs a 'boundary'")
    return between.encode()


def bound(request: Request, limit: int, beyond: str) -> None:
    """Let the body be as large as its file may be, which is more than JSON gets."""
    request.max_content_length = limit + AROUND
    if (request.content_length or 0) > limit + AROUND:
        raise BodyTooLarge(beyond)


def _events(request: Request, decoder: MultipartDecoder, beyond: str) -> Generator[Event, None, None]:
    try:
        for piece in pieces(request):
            feed(decoder, piece)
            yield from decoded(decoder)
    except RequestEntityTooLarge as err:
        raise BodyTooLarge(beyond) from err
    feed(decoder, None)
    yield from decoded(decoder)


def feed(decoder: MultipartDecoder, piece: bytes | None) -> None:
    """Give the decoder what was received; None is the end. InvalidRequest as of `decoded`."""
    try:
        decoder.receive_data(piece)
    except RequestEntityTooLarge as err:  # its buffer, not the body
        raise _malformed() from err


def decoded(decoder: MultipartDecoder) -> Iterator[Event]:
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


def _text(name: str, part: FilePart, limit: int) -> str:
    """The text of a field."""
    text = b""
    while data := part.read(MAX_FIELD):
        text += data
        if len(text) > limit:
            raise InvalidRequest(f"A field of the form is longer than {limit} bytes", param=name[:64])
    try:
        return text.decode()
    except UnicodeDecodeError as err:
        raise InvalidRequest("A field of the form is not valid UTF-8", param=name[:64]) from err


def _base_name(filename: str) -> str:
    """Without the folders that some clients send along."""
    return filename.rpartition("/")[2]


def _malformed() -> InvalidRequest:
    return InvalidRequest("The body is not a whole and well-formed multipart form")

"""Bodies that are passed on: JSON, and forms of any size, whose model is found on the way."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from flask import Request
from webargs.core import is_json
from werkzeug.exceptions import ClientDisconnected, RequestEntityTooLarge
from werkzeug.sansio.multipart import Data, Field, File

from ragproxy.api.body import LINGER_S, pieces, read
from ragproxy.api.forms import MAX_FIELD, MAX_PARTS, Decoder, bound, boundary, decoded, feed
from ragproxy.api.spool import Spool
from ragproxy.domain import Outgoing
from ragproxy.errors import BodyTooLarge, ClientGone, InvalidRequest, UnsupportedMediaType
from ragproxy.wire.relays import json_body, naming

PIECE = 1 << 14  # bytes; a server hands them over when it has them all, and they shall go on as they come


class JsonBody:
    """A JSON object, which has a limit of its own and so is held in memory."""

    media_type = "application/json"

    def __init__(self, body: Mapping[str, Any]) -> None:
        self._body = body
        self.model: str | None = body.get("model") or None

    def naming(self, model: str | None) -> Outgoing:
        """As the port."""
        data = naming(self._body, model)
        return Outgoing(lambda: [data], len(data))


class FormBody:
    """A form that is passed on byte by byte, from where its model stands, while the rest of it arrives.

    `ended` is called in another thread when all has arrived, or why not.
    """

    def __init__(
        self, request: Request, folder: Path, *, limit: int, beyond: str, ended: Callable[[Exception | None], None]
    ) -> None:
        self.media_type = str(request.content_type)
        self._field = ModelField(boundary(request))
        bound(request, limit, beyond)
        self._length = request.content_length
        self._client: socket.socket | None = request.environ.get("gunicorn.socket")
        source = _arriving(request, self._length, beyond)
        self._spool = Spool(folder, source, look=self._field.look, ended=ended)

    @property
    def model(self) -> str | None:
        """Waits for it, to the end when there is none. Errors as of `naming`."""
        found = self._found()
        return (found.value or None) if found else None

    def naming(self, model: str | None) -> Outgoing:
        """As the port. In the pieces: BodyTooLarge, InvalidRequest, StorageFull, ClientGone."""
        found = self._found()
        length = self._spool.size if self._length is None else self._length
        if model is None or found is None or model == found.value:
            return Outgoing(self._spool.pieces, length)
        name = model.encode()

        def spliced() -> Iterator[bytes]:
            return chain(self._spool.pieces(0, found.begin), [name], self._spool.pieces(found.end))

        return Outgoing(spliced, None if length is None else length - (found.end - found.begin) + len(name))

    def close(self) -> None:
        """Let go of the form. What the client still sends is read away for a while, or its answer would be lost."""
        self._spool.close(LINGER_S, self._interrupt)

    def _found(self) -> Found | None:
        self._spool.wait(lambda: self._field.found is not None)
        return self._field.found

    def _interrupt(self) -> None:
        if self._client is not None:
            with suppress(OSError):
                self._client.shutdown(socket.SHUT_RD)


@dataclass(frozen=True, slots=True)
class Found:
    """A field's text, and where it stands in the form."""

    value: str
    begin: int
    end: int


class ModelField:
    """Looks for the field `model` in a form that goes by. InvalidRequest when there are two, or it is no form."""

    def __init__(self, between: bytes) -> None:
        self.found: Found | None = None
        self._decoder = Decoder(between, max_parts=MAX_PARTS)
        self._seen = 0
        self._begin: int | None = None  # of the field, while we are in it
        self._value = b""

    def look(self, piece: bytes | None) -> None:
        """Look at the next piece; None is the end."""
        feed(self._decoder, piece)
        self._seen += len(piece or b"")
        for event in decoded(self._decoder):
            if isinstance(event, (Field, File)):
                self._enter(event)
            elif isinstance(event, Data) and self._begin is not None:
                self._take(event, self._begin)

    def _enter(self, part: Field | File) -> None:
        self._begin = None
        if part.name != "model":
            return
        # who reads another one of two than we do would be given a model that nobody looked at
        if isinstance(part, File) or self.found is not None:
            raise InvalidRequest("Send 'model' once, as a field of the form", param="model")
        # the decoder has left the line break before the value, and what follows it
        left = self._decoder.buffer
        self._begin = self._seen - len(left) + (2 if left.startswith(b"\r\n") else 1)
        self._value = b""

    def _take(self, event: Data, begin: int) -> None:
        self._value += event.data
        if len(self._value) > MAX_FIELD:
            raise InvalidRequest(f"A field of the form is longer than {MAX_FIELD} bytes", param="model")
        if not event.more_data:
            self._begin = None
            try:
                self.found = Found(self._value.decode(), begin, begin + len(self._value))
            except UnicodeDecodeError as err:
                raise InvalidRequest("A field of the form is not valid UTF-8", param="model") from err


def json_of(request: Request) -> JsonBody:
    """The JSON object in the body. UnsupportedMediaType, InvalidRequest, BodyTooLarge."""
    if not is_json(request.mimetype):
        raise UnsupportedMediaType(
            "Send the body as 'Content-Type: application/json' or 'multipart/form-data', "
            f"not '{request.mimetype or 'nothing'}'"
        )
    return JsonBody(json_body(read(request)))


def _arriving(request: Request, length: int | None, beyond: str) -> Iterator[bytes]:
    """The body, as errors of ours when it ends too early, or too late. Made here, read in another thread."""
    body = pieces(request, PIECE)
    request.stream  # noqa: B018 its making asks for the app, which other threads do not have

    def arriving() -> Iterator[bytes]:
        came = 0
        try:
            for piece in body:
                came += len(piece)
                yield piece
        except RequestEntityTooLarge as err:
            raise BodyTooLarge(beyond) from err
        except ClientDisconnected as err:
            raise ClientGone("The client hung up before its request was whole") from err
        if length is not None and came < length:  # a server that ends bodies itself says no more than that
            raise ClientGone("The client hung up before its request was whole")

    return arriving()

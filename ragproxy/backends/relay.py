"""Requests that are passed on as they are; the answer comes back as it arrives, whatever it holds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from ragproxy.backends.http import Reply
from ragproxy.backends.metering import consumed
from ragproxy.backends.prices import price_of
from ragproxy.backends.server import Server
from ragproxy.backends.trying import close
from ragproxy.domain import Ending, RelayRequest
from ragproxy.errors import RagproxyError
from ragproxy.upstreams import Capability
from ragproxy.wire.errors import upstream_error
from ragproxy.wire.relays import USAGE_WITHIN, answer_headers, reported_usage

# what Azure serves beside its deployments, whatever model is named
_OF_NO_MODEL = frozenset({"fine_tuning"})
_REPORTING = frozenset({"application/json", "text/event-stream"})


@dataclass(frozen=True, slots=True)
class Head:
    """How an answer begins."""

    status: int
    headers: Mapping[str, str]  # those that clients may see, lower case


class Relayed:
    """An answer on its way: its first piece is here, so nothing can fail before the first byte any more."""

    def __init__(self, head: Head, pieces: Iterator[Head | bytes]) -> None:
        self.status = head.status
        self.headers = head.headers
        self._pieces = pieces

    @property
    def media_type(self) -> str:
        """Lower case, without parameters; empty when the upstream gave none."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def pieces(self) -> Iterator[bytes]:
        """The body, once. UpstreamTimeout, UpstreamBroken when it is cut."""
        return (piece for piece in self._pieces if isinstance(piece, bytes))

    def close(self) -> None:
        """Close the exchange, read or not."""
        close(self._pieces)


class Relay:
    """Passes requests on to the upstream that serves them; `find` is `Catalog.server_for`."""

    def __init__(self, find: Callable[[Capability, str | None], tuple[Server, str | None]]) -> None:
        self._find = find

    def send(self, asked: RelayRequest) -> Relayed:
        """Pass a request on to the upstream of its model, or the first that serves the capability.

        The answer is 2xx: any other is raised, as the errors of a model are. NotServed when nobody serves it.
        """
        server, model = self._find(cast(Capability, asked.capability), asked.body.model if asked.body else None)
        return self.send_to(server, asked, model)

    @staticmethod
    def send_to(server: Server, asked: RelayRequest, model: str | None = None) -> Relayed:
        """As `send`, to that upstream, the model named as it knows it."""
        call = partial(server.watched, partial(_exchange, server, asked, model), asked.cancel, model)
        if protection := server.protection:
            if not asked.repeatable:
                protection = replace(protection, policy=replace(protection.policy, retries=0))
            items = protection.call(call, asked.cancel)
        else:
            items = call()
        head = next(items)
        assert isinstance(head, Head)
        return Relayed(head, items)


def _exchange(server: Server, asked: RelayRequest, model: str | None) -> Iterator[Head | bytes]:
    channel = server.channel(None if asked.capability in _OF_NO_MODEL else model)
    headers = dict(asked.headers)
    pieces: Iterable[bytes] | None = None
    if asked.body is not None:
        outgoing = asked.body.naming(model)
        pieces = outgoing.pieces()
        headers["Content-Type"] = asked.body.media_type
        if outgoing.length is not None:
            headers["Content-Length"] = str(outgoing.length)
    with channel.request(asked.method, asked.path, asked.cancel, headers=headers, body=pieces) as reply:
        if reply.status >= 300:
            raise upstream_error(reply.status, reply.read_error(), reply.headers)
        arriving = _metered(reply, server, asked, model)
        first = next(arriving, b"")
        yield Head(reply.status, answer_headers(reply.headers))
        yield first
        yield from arriving


def _metered(reply: Reply, server: Server, asked: RelayRequest, model: str | None) -> Iterator[bytes]:
    """The answer's pieces; the usage that its end reports is put on the tally. Sound and the like report none."""
    tail = b""
    ended: Ending = "left"
    try:
        for piece in reply.pieces():
            tail = (tail + piece[-USAGE_WITHIN:])[-USAGE_WITHIN:]
            yield piece
        ended = "whole"
    except RagproxyError:
        ended = "left" if asked.cancel.cancelled else "broken"
        raise
    finally:
        if usage := reported_usage(tail) if reply.media_type in _REPORTING else None:
            label = f"{server.name}/{model}" if model else server.name
            asked.tally.add(consumed(label, usage, price_of(server.upstream, model) if model else None, ended))

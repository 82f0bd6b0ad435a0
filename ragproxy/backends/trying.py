"""What every attempt at an upstream has in common: it begins, and it ends in a word."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import is_dataclass, replace
from itertools import islice
from typing import Any, TypeVar

from ragproxy.errors import (
    BreakerOpen,
    InvalidRequest,
    NotServed,
    OverQuota,
    RagproxyError,
    UpstreamBroken,
    UpstreamError,
    UpstreamTimeout,
    UpstreamUnavailable,
    UpstreamUnreachable,
)

T = TypeVar("T")
Call = Callable[[], Iterator[T]]  # nothing is sent before the first `next`

TRIED = "x-ragproxy-tried"
SHOULD_RETRY = "x-should-retry"  # what OpenAI's clients obey
FAILURES = (UpstreamError, OverQuota, NotServed, InvalidRequest)  # what a model may raise before its first delta
_UNSAFE = re.compile(r"[^\x20-\x7e]")

# the first class that fits decides, so the exact ones stand before their parents
_WORDS: tuple[tuple[type[RagproxyError], str], ...] = (
    (BreakerOpen, "open"),
    (UpstreamUnreachable, "unreachable"),
    (UpstreamTimeout, "timeout"),
    (UpstreamUnavailable, "unavailable"),
    (UpstreamBroken, "broken"),
    (OverQuota, "busy"),
    (NotServed, "not-served"),
    (InvalidRequest, "400"),
)


def begin(call: Call[T]) -> tuple[list[T], Iterator[T]]:
    """Make the call; its first item in a list (empty when there is none), and the rest. What fails first is raised."""
    items = call()
    return list(islice(items, 1)), items


def close(items: Iterator[Any]) -> None:
    """Stop the work behind the items."""
    stop = getattr(items, "close", None)
    if stop is not None:
        stop()


def outcome(error: RagproxyError) -> str:
    """How an attempt ended: the status that the upstream answered, or a word without spaces."""
    status = getattr(error, "status", None)
    if status is not None:
        return str(status)
    return next((word for kind, word in _WORDS if isinstance(error, kind)), "failed")


def told(head: list[T], tried: Sequence[str]) -> list[T]:
    """The first item with what was tried in its headers, if it is a dataclass that has some (Delta)."""
    if head and is_dataclass(head[0]) and hasattr(head[0], "headers"):
        first: Any = head[0]
        return [replace(first, headers={**first.headers, TRIED: _line(tried)})]
    return head


def last(error: RagproxyError, tried: Sequence[str]) -> RagproxyError:
    """The error that ends the attempts, with what was tried in its headers.

    After more than one it asks clients not to try again: theirs would multiply ours.
    """
    error.headers[TRIED] = _line(tried)
    if len(tried) > 1:
        error.headers[SHOULD_RETRY] = "false"
    return error


def tried_within(headers: Mapping[str, str]) -> list[str]:
    """How the attempts ended that somebody inside has made already; empty when nobody says."""
    line = headers.get(TRIED)
    return line.split(", ") if line else []


def _line(tried: Sequence[str]) -> str:
    line = ", ".join(tried)
    return line if line.isascii() and line.isprintable() else _UNSAFE.sub("?", line)

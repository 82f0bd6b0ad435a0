"""What the commands share: the data opened for one of them, and how to show a thing on a terminal."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

from ragproxy.domain import Caller
from ragproxy.services import Services, build
from ragproxy.settings import Settings
from ragproxy.state import DataLock, State, holder, migrate, open_state

CALLER = Caller()  # whoever has the machine's command line is the one project that `open` serves
QUESTION = "On which port does the server listen?"

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


@contextmanager
def opened(settings: Settings, *, migrating: bool = False) -> Iterator[Services]:
    """Every object, for one command; the embedded data is locked meanwhile, and brought up to date.

    `migrating` brings a database server up to date too. DataDirectoryBusy says who holds the data.
    """
    with held(settings):
        if migrating or is_embedded(settings):
            migrate(settings.database)
        with closing(build(settings, lock=False)) as services:
            if settings.chroma_url is None:
                services.indexer.recover()  # whoever had files in hand when it ended is not there any more
            yield services


@contextmanager
def records(settings: Settings) -> Iterator[State]:
    """The records alone: they may be read while a server holds the data."""
    if is_embedded(settings) and holder(settings.data_dir) is None:
        migrate(settings.database)
    with closing(open_state(settings.database)) as state:
        state.check_migrated()
        yield state


@contextmanager
def held(settings: Settings) -> Iterator[None]:
    """The lock on the embedded data; nothing to lock when Chroma is a server."""
    lock = DataLock(settings.data_dir)
    if settings.chroma_url is None:
        lock.acquire(None)
    try:
        yield
    finally:
        lock.release()


def is_embedded(settings: Settings) -> bool:
    """Whether the records are in a file of ours: no release phase migrates it, so whoever holds the data may."""
    return settings.database.startswith("sqlite")


def curl(address: str, question: str, settings: Settings) -> str:
    """A line for a shell that asks the server at `address`."""
    body = {"model": "ragproxy", "messages": [{"role": "user", "content": question}]}
    key = ' -H "Authorization: Bearer $RAGPROXY_ADMIN_KEY"' if "keys" in settings.auth else ""
    data = shlex.quote(json.dumps(body, ensure_ascii=False))
    return f"curl {reachable(address)}/v1/chat/completions{key} -H 'Content-Type: application/json' -d {data}"


def reachable(address: str) -> str:
    """An address to listen on, as one to call: every interface is also the loopback one."""
    return re.sub(r"^(https?://)(0\.0\.0\.0|\[?::\]?)(?=:\d+$)", r"\g<1>127.0.0.1", address)


def printable(text: str) -> str:
    """The text without what could steer the terminal: documents and file names are strangers' words."""
    return _CONTROL.sub("\N{REPLACEMENT CHARACTER}", text)


def table(rows: Sequence[Sequence[str]], names: int | None = None) -> Iterator[str]:
    """The lines of a table, its heads first; the columns after the first `names` are figures, and end together."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = list(zip(row, widths, strict=True))
        left = [f"{cell:<{width}}" for cell, width in cells[:names]]
        right = [f"{cell:>{width}}" for cell, width in cells[len(left) :]]
        yield "  ".join(left + right).rstrip()


def place(filename: str, page: int | None) -> str:
    """Where a passage stands: "guide.pdf, page 3"."""
    return printable(filename) + (f", page {page}" if page is not None else "")


def excerpt(text: str, width: int = 300) -> str:
    """The text on one line, cut at a word when it is longer than `width` characters."""
    text = " ".join(printable(text).split())
    if len(text) <= width:
        return text
    return text[: width - 1].rsplit(" ", 1)[0] + "…"

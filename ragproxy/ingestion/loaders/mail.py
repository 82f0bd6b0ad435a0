"""E-mails: who wrote what to whom, the text or else the HTML; attachments are named, not read."""

from __future__ import annotations

import email
import email.errors
import email.policy
from collections.abc import Iterable, Iterator
from contextlib import suppress
from email.header import decode_header, make_header
from email.message import Message
from itertools import islice

from lxml import etree

from ragproxy.domain import Block
from ragproxy.errors import InvalidFile
from ragproxy.ingestion.loaders import web
from ragproxy.ingestion.loaders.decoding import clean, decode
from ragproxy.ingestion.loaders.plain import paragraphs

ERRORS: tuple[type[Exception], ...] = (email.errors.MessageError, etree.LxmlError)

_HEADERS = ("Subject", "From", "To", "Cc", "Date")
_LONGEST_HEADER = 4_000  # characters
_MOST_PARTS = 1_000
# not policy.default: its parser of headers takes minutes and gigabytes for one of 100,000 addresses
_POLICY = email.policy.compat32


def read(data: bytes, name: str) -> tuple[str, Iterator[Block]]:
    """The subject is the title and the heading of every block."""
    message = email.message_from_bytes(data, policy=_POLICY)
    head = {name: text for name in _HEADERS if (text := _header(message, name))}
    if not head:
        raise InvalidFile("The file is not an e-mail: it has no sender, recipient, subject or date")
    return head.get("Subject", ""), _blocks(message, head)


def _blocks(message: Message, head: dict[str, str]) -> Iterator[Block]:
    subject = head.get("Subject", "")
    parts = [part for part in islice(message.walk(), _MOST_PARTS) if not part.is_multipart()]
    lines = [f"{name}: {text}" for name, text in head.items()]
    names = [_decoded(filename) for part in parts if (filename := part.get_filename())]
    if names:
        lines.append("Attachments: " + ", ".join(names))
    yield Block("\n".join(lines), heading=subject)
    for block in _body(parts):
        yield Block(block.text, heading=f"{subject} > {block.heading}" if block.heading else subject)


def _body(parts: list[Message]) -> Iterable[Block]:
    """The first text that is no attachment; HTML when there is no other."""
    texts = [part for part in parts if part.get_content_maintype() == "text" and not part.get_filename()]
    for part in texts:
        if part.get_content_subtype() != "html":
            return (Block(paragraph) for paragraph in paragraphs(clean(_text(part))))
    return web.parse(_text(texts[0]))[1] if texts else []


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return decode(payload, part.get_content_charset()) if isinstance(payload, bytes) and payload.strip() else ""


def _header(message: Message, name: str) -> str:
    raw = next((value for key, value in message.raw_items() if key.lower() == name.lower()), "")
    return _decoded(str(raw))


def _decoded(raw: str) -> str:
    """A header in plain words: `=?utf-8?q?R=C3=A9union?=` is "Réunion". Bytes that should have been so are guessed."""
    raw = raw[:_LONGEST_HEADER]
    if not raw.isascii():
        raw = decode(raw.encode("utf-8", "surrogateescape"))
    with suppress(email.errors.HeaderParseError, LookupError, ValueError):  # else it is shown as it came
        raw = str(make_header(decode_header(raw)))
    return " ".join(clean(raw).split())

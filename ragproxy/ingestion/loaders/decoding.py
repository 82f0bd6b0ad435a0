"""BYTES -> CLEAN TEXT: the encoding found, what PostgreSQL and JSON refuse taken out."""

from __future__ import annotations

import codecs
import re
import unicodedata

from charset_normalizer import from_bytes

from ragproxy.errors import InvalidFile

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAGIC = (  # what no text begins with
    b"PK\x03\x04",
    b"%PDF-",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF89a",
    b"\x7fELF",
    b"\x1f\x8b",
    b"7z\xbc\xaf",
    b"Rar!\x1a",
    b"\xfd7zXZ",
    b"SQLite format 3\x00",
    b"\xd0\xcf\x11\xe0",
    b"\xca\xfe\xba\xbe",
)
_SAMPLE = 100_000  # bytes looked at to guess an encoding
_WESTERN = frozenset(
    "àâäçéèêëîïôöùûüÿœæáíóúñìòãõåøßÀÂÄÇÉÈÊËÎÏÔÖÙÛÜŸŒÆÁÍÓÚÑÌÒÃÕÅØ«»’‘“”„–—…€°·•§£©®™²³½¼¿¡º›‹×±µ¨´\u00a0"
)

_NEWLINES = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_JUNK = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x9f"  # control characters
    "\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"  # no characters at all
    "\u00ad\u200b\u2060\ufeff"  # soft hyphens and blanks without width: they hide words from a search
    "\u202a-\u202e\u2066-\u2069\U000e0000-\U000e007f]"  # reordered or invisible: they hide words from a reader
)


def decode(data: bytes, declared: str | None = None) -> str:
    """The text of `data`: by its mark, else UTF-8, else UTF-16, else what was `declared`, else the best guess.

    InvalidFile when it is no text.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data.decode(encoding, "replace").removeprefix("\ufeff")
    wide = _wide(data[:_SAMPLE])
    if wide:
        return data.decode(wide, "replace")
    if data.startswith(_MAGIC) or _control_share(data[:_SAMPLE]) > 0.05:
        raise InvalidFile("The file is binary, not text")
    return _utf8(data) or _declared(data, declared) or _guess(data)


def clean(text: str) -> str:
    """`text` as every store can hold it: NFC, lines ended by newlines, no control characters, no lone surrogates."""
    text = _JUNK.sub("", _NEWLINES.sub("\n", text))
    return text if unicodedata.is_normalized("NFC", text) else unicodedata.normalize("NFC", text)


def _wide(sample: bytes) -> str | None:
    """UTF-16 without its mark: mostly Western text has a NUL in every other byte."""
    pairs = len(sample) // 2
    if pairs < 2:
        return None
    if sample[1::2].count(0) > 0.6 * pairs and sample[::2].count(0) < 0.1 * pairs:
        return "utf-16-le"
    if sample[::2].count(0) > 0.6 * pairs and sample[1::2].count(0) < 0.1 * pairs:
        return "utf-16-be"
    return None


def _control_share(sample: bytes) -> float:
    controls = sum(sample.count(byte) for byte in range(32) if byte not in b"\t\n\x0b\x0c\r\x1b")
    return controls / max(1, len(sample))


def _utf8(data: bytes) -> str | None:
    """UTF-8, even with a few bytes damaged: the rest would turn to nonsense in any other encoding."""
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    if damaged and len(data) - len(text) < 2 * damaged:  # bytes beyond one a character: the sound sequences
        return None
    return text


def _declared(data: bytes, name: str | None) -> str | None:
    try:
        return data.decode(name) if name else None
    except (LookupError, UnicodeError):  # unknown, or not what it says
        return None


def _guess(data: bytes) -> str:
    """cp1252 when that gives Western letters alone (statistics fail on short texts), else charset-normalizer's best."""
    sample = data[:_SAMPLE]
    western = sample.decode("cp1252", "replace")
    if all(ch < "\x80" or ch in _WESTERN for ch in western):
        return data.decode("cp1252", "replace")
    best = from_bytes(sample).best()
    if best is None:
        raise InvalidFile("The file is binary, or text in an unknown encoding")
    return data.decode(best.encoding, "replace")

"""FILE -> TEXT. One module a format family; `load` picks it by the file's extension and bounds what it may give.

A family is a module with `read(data, name) -> (title, blocks)`, the blocks made lazily, and `ERRORS`, what its library
raises on a damaged file. Families are imported at first use: their libraries are a weight for whoever only
answers questions.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterable
from importlib import import_module
from pathlib import PurePosixPath
from types import ModuleType
from typing import Final

from ragproxy.domain import Block, Document
from ragproxy.errors import InvalidFile, UnsupportedFile
from ragproxy.ingestion.loaders.decoding import clean

MAX_CHARACTERS: Final = 20_000_000
MAX_BLOCKS: Final = 500_000

_FAMILIES = {
    "plain": "txt text log",
    "markdown": "md markdown mdx",
    "restructured": "rst",
    "web": "html htm xhtml",
    "pdf": "pdf",
    "word": "docx docm",
    "slides": "pptx pptm",
    "workbook": "xlsx xlsm",
    "delimited": "csv tsv tab",
    "records": "json jsonl ndjson geojson",
    "mail": "eml",
    "source": "py pyi js mjs cjs jsx ts tsx vue svelte java kt kts scala groovy go rs c h cc cpp cxx hpp cs fs swift "
    "rb php pl lua r jl ex exs erl hs clj dart sh bash zsh fish ps1 bat sql graphql proto tf css scss less xml yaml "
    "yml toml ini cfg conf properties tex",
}
LOADERS: Final = {extension: family for family, extensions in _FAMILIES.items() for extension in extensions.split()}
NAMES: Final = {
    **dict.fromkeys(("readme", "license", "licence", "notice", "changelog", "authors", "contributing"), "plain"),
    **dict.fromkeys(("makefile", "dockerfile", "procfile", "jenkinsfile", "vagrantfile", "gemfile"), "source"),
}
SUPPORTED: Final = frozenset(LOADERS)

_INSTEAD = {
    **dict.fromkeys(("doc", "odt", "rtf", "pages"), "docx"),
    **dict.fromkeys(("xls", "ods", "numbers"), "xlsx"),
    **dict.fromkeys(("ppt", "odp", "key"), "pptx"),
    "msg": "eml",
}

# What decoders and parsers raise on bytes nobody foresaw, found by fuzzing; each family adds its library's own.
# LookupError: unknown encodings, missing parts. SyntaxError: lxml's. RuntimeError: encrypted archives, deep recursion.
_DAMAGE = (
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    AssertionError,
    EOFError,
    OSError,
    RuntimeError,
    SyntaxError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def check_supported(filename: str) -> None:
    """UnsupportedFile unless a loader reads files of that name."""
    if _family(filename) is None:
        raise UnsupportedFile(_unsupported(filename))


def load(filename: str, data: bytes) -> Document:
    """The text of a file, cleaned, in reading order; its title is the file's own or its name.

    UnsupportedFile when no loader reads such files. InvalidFile when it is empty, damaged, encrypted, holds no text or
    unpacks beyond the limits; the message is the reason, without the file's name.
    """
    check_supported(filename)
    if not data or data.isspace():
        raise InvalidFile("The file is empty")
    loader = import_module(f"{__name__}.{_family(filename)}")
    path = PurePosixPath(filename)
    return _parse(loader, data, path.name, path.suffix or path.name)


def _parse(loader: ModuleType, data: bytes, name: str, kind: str) -> Document:
    try:
        title, blocks = loader.read(data, name)
        return Document(title=clean(title).strip() or PurePosixPath(name).stem, blocks=_bounded(blocks))
    except (*_DAMAGE, *loader.ERRORS) as err:
        reason = clean(f"{type(err).__name__}: {err}").splitlines()[0][:120]
        raise InvalidFile(f"The file is damaged or is not a {kind} file ({reason})") from err


def _bounded(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks that hold text, cleaned. InvalidFile when there are none, or too many."""
    kept: list[Block] = []
    characters = 0
    for block in blocks:
        text = clean(block.text).strip("\n").rstrip()
        if not text.strip():
            continue
        characters += len(text)
        if characters > MAX_CHARACTERS:
            raise InvalidFile(f"The file holds more than {MAX_CHARACTERS:,} characters of text; split it")
        if len(kept) == MAX_BLOCKS:
            raise InvalidFile(f"The file holds more than {MAX_BLOCKS:,} paragraphs or rows; split it")
        kept.append(Block(text=text, page=block.page, heading=clean(block.heading).strip()))
    if not kept:
        raise InvalidFile("The file holds no text")
    return tuple(kept)


def _family(filename: str) -> str | None:
    path = PurePosixPath(filename)
    if path.suffix:
        return LOADERS.get(path.suffix[1:].lower())
    return NAMES.get(path.name.lower())


def _unsupported(filename: str) -> str:
    extension = PurePosixPath(filename).suffix.lower()
    if not extension:
        return "A file without extension is not supported"
    instead = _INSTEAD.get(extension[1:])
    return f"{extension} files are not supported" + (f"; save it as .{instead}" if instead else "")

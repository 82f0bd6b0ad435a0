"""HTML: what a reader sees, without scripts, styles and navigation; headings as paths, tables as rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

from ragproxy.domain import Block
from ragproxy.ingestion.loaders.decoding import clean, decode
from ragproxy.ingestion.loaders.outline import Outline
from ragproxy.ingestion.loaders.tabular import described

ERRORS: tuple[type[Exception], ...] = (etree.LxmlError,)

_HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
_DROPPED = frozenset(
    {"script", "style", "nav", "noscript", "template", "svg", "math", "iframe", "object", "canvas"}
    | {"head", "button", "select", "textarea", "audio", "video", "dialog"}
)
_FLOWS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "div", "dl", "dt"}
    | {"fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "main", "p", "pre", "section"}
    | {"summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr"}
)
_LISTS = frozenset({"ul", "ol", "menu"})
_CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
_XML_DECLARATION = re.compile(r"<\?xml[^>]*>")
_BLANKS = re.compile(r"[ \t\r\n\f]+")
_AROUND_BREAK = re.compile(r" ?\n ?")
_BREAK = "\x01"  # a line break the page asks for, while blanks are being folded
_KEPT = str.maketrans({"\n": _BREAK, " ": "\u2007", "\t": "\u2007" * 4})  # of `pre`: no blank that is folded


def read(data: bytes, name: str) -> tuple[str, Iterator[Block]]:
    """The title is the page's, else its first h1."""
    declared = _CHARSET.search(data[:2048])
    return parse(decode(data, declared[1].decode("ascii", "replace") if declared else None))


def parse(page: str) -> tuple[str, Iterator[Block]]:
    """The title and blocks of a page already decoded."""
    page = clean(page).strip()
    declaration = _XML_DECLARATION.match(page)  # lxml refuses one in decoded text
    page = page[declaration.end() :].strip() if declaration else page
    if not page:
        return "", iter(())
    parser = html.HTMLParser(no_network=True, remove_comments=True, remove_pis=True)
    root = html.document_fromstring(page, parser=parser)
    title = root.findtext(".//title") or root.findtext(".//h1") or ""
    return " ".join(title.split()), _Walk().blocks(_main(root))


def _main(root: etree._Element) -> etree._Element:
    """The page's main part when it says which one that is, else all of it."""
    main = root.find(".//main")
    return main if main is not None and "".join(main.itertext()).strip() else root


class _Walk:
    """Reads the elements in order; a block ends where an element of flow begins or ends."""

    def __init__(self) -> None:
        self._outline = Outline()
        self._held: list[str] = []
        self._lists = 0
        self._pre = 0

    def blocks(self, root: etree._Element) -> Iterator[Block]:
        # walking events rather than recursing: a page may nest deeper than Python's stack
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            tag = element.tag
            if event == "end":
                yield from self._end(tag)
                if element is not root:
                    self._hold(element.tail)
            elif tag in _DROPPED:
                walk.skip_subtree()
            elif tag == "table" and _is_data(element):
                yield from self._flush()
                yield from (Block(row, heading=self._outline.path) for row in _described(element))
                walk.skip_subtree()
            else:
                yield from self._start(element, tag)
        yield from self._flush()

    def _start(self, element: etree._Element, tag: str) -> Iterator[Block]:
        if tag in _HEADINGS or tag in _FLOWS:
            yield from self._break()
        elif tag in _LISTS:
            if not self._lists:
                yield from self._flush()
            self._lists += 1
        elif tag == "li":
            self._held.append(_BREAK + "- ")
        elif tag == "br":
            self._held.append(_BREAK)
        self._pre += tag == "pre"
        self._hold(element.text)

    def _end(self, tag: str) -> Iterator[Block]:
        self._pre -= tag == "pre"
        if tag in _HEADINGS:
            title = self._text()
            self._held = []
            self._outline.enter(_HEADINGS[tag], title)
        elif tag in _LISTS:
            self._lists = max(0, self._lists - 1)
            if not self._lists:
                yield from self._flush()
        elif tag in _FLOWS:
            yield from self._break()

    def _hold(self, text: str | None) -> None:
        if text:
            self._held.append(text.translate(_KEPT) if self._pre else text)

    def _break(self) -> Iterator[Block]:
        if self._lists:  # a list is one block: its items keep together
            self._held.append(" ")
        else:
            yield from self._flush()

    def _flush(self) -> Iterator[Block]:
        text = self._text()
        self._held = []
        if text:
            yield Block(text, heading=self._outline.path)

    def _text(self) -> str:
        """What is held, blanks folded as a browser does; those of `pre` travelled as figure spaces."""
        folded = _BLANKS.sub(" ", "".join(self._held)).replace(_BREAK, "\n")
        return _AROUND_BREAK.sub("\n", folded).strip().replace("\u2007", " ")


def _is_data(table: etree._Element) -> bool:
    """Whether the table holds data; one around other tables, lists or headings only lays out the page."""
    return not any(table.find(f".//{tag}") is not None for tag in ("table", "h1", "h2", "h3", "ul", "pre"))


def _described(table: etree._Element) -> Iterator[str]:
    first = table.find(".//tr")
    headed = first is not None and first.find("th") is not None and first.find("td") is None
    return described(_rows(table), headed=headed)


def _rows(table: etree._Element) -> Iterator[list[str]]:
    for row in table.iter("tr"):
        yield [" ".join(_visible(cell).split()) for cell in row.iterchildren("td", "th")]


def _visible(cell: etree._Element) -> str:
    for dropped in list(cell.iter("script", "style", "template", "br")):
        dropped.tail = " " + (dropped.tail or "")
        dropped.text = None
    return "".join(cell.itertext())

"""Presentations: a slide is a page, its title a heading; tables as rows, the speaker's notes last."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pptx
from lxml import etree
from pptx.exc import PythonPptxError
from pptx.slide import Slide

from ragproxy.domain import Block
from ragproxy.ingestion.loaders import archive
from ragproxy.ingestion.loaders.tabular import described

ERRORS: tuple[type[Exception], ...] = (PythonPptxError, etree.LxmlError)

_TEMPLATES = frozenset({"PowerPoint Presentation", "Présentation PowerPoint"})  # titles nobody chose


def read(data: bytes, name: str) -> tuple[str, Iterator[Block]]:
    """Blocks carry the number of their slide, from 1, as page."""
    archive.check(data)
    presentation = pptx.Presentation(io.BytesIO(data))
    title = presentation.core_properties.title
    return "" if title in _TEMPLATES else title or "", _blocks(presentation.slides)


def _blocks(slides: Iterable[Slide]) -> Iterator[Block]:
    for number, slide in enumerate(slides, start=1):
        title = slide.shapes.title
        heading = " ".join(title.text_frame.text.split())[:200] if title is not None else ""
        texts = [text for text in _slide_texts(slide, title) if text.strip()]
        for text in texts or [heading]:
            yield Block(text, page=number, heading=heading)


def _slide_texts(slide: Slide, title: Any) -> Iterator[str]:
    for shape in _shapes(slide.shapes):
        if title is not None and shape.shape_id == title.shape_id:
            continue
        if shape.has_text_frame:
            yield "\n".join(p.text.replace("\v", "\n") for p in shape.text_frame.paragraphs if p.text.strip())
        if getattr(shape, "has_table", False) and shape.has_table:
            yield from described([cell.text for cell in row.cells] for row in shape.table.rows)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        yield slide.notes_slide.notes_text_frame.text


def _shapes(shapes: Iterable[Any]) -> Iterator[Any]:
    """Every shape, those of groups included, in order."""
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape

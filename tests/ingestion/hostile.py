"""Files made to do harm: to take for ever, to fill the memory, to break the parser."""

from __future__ import annotations

import io

import pypdf
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from tests.ingestion import samples


def slow_pdf(times: int = 1_000) -> bytes:
    """A page that draws, so many times, a form of a thousand words: a hundred times take seconds, a thousand minutes."""
    writer = pypdf.PdfWriter()
    page = writer.add_blank_page(200, 200)
    font = _dictionary({"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"})
    form = DecodedStreamObject()
    form.set_data(b"BT /F 12 Tf " + b"(boum) Tj " * 1_000 + b"ET")
    fonts = _dictionary({"/F": writer._add_object(font)})
    form.update(_dictionary({"/Type": "/XObject", "/Subtype": "/Form", "/Resources": _dictionary({"/Font": fonts})}))
    content = DecodedStreamObject()
    content.set_data(b"/X Do " * times)
    page[NameObject("/Contents")] = writer._add_object(content)
    page[NameObject("/Resources")] = _dictionary({"/XObject": _dictionary({"/X": writer._add_object(form)})})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def deep_pdf(depth: int = 50_000) -> bytes:
    """A page tree that is a chain: each node has one child, the last is the page."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>"]
    objects += [f"<< /Type /Pages /Count 1 /Kids [{number + 1} 0 R] >>" for number in range(2, depth + 2)]
    objects += [f"<< /Type /Page /Parent {depth + 1} 0 R /MediaBox [0 0 9 9] >>"]
    return _pdf(objects)


def wide_pdf(pages: int = 300_000) -> bytes:
    """A page tree that counts one page in its node and repeats it ever so often."""
    kids = "3 0 R " * pages
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", f"<< /Type /Pages /Count {pages} /Kids [{kids}] >>"]
    return _pdf([*objects, "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>"])


def zip_bomb() -> bytes:
    """A Word file whose one member unpacks to 30 MB of nothing."""
    return samples.with_member(samples.word(), "word/x.xml", b"\0" * 30_000_000)


def memory_bomb() -> bytes:
    """Eleven megabytes of JSON that are some gigabytes of empty objects once read."""
    return b"[" + b"{}," * 3_700_000 + b"{}]"


def _pdf(objects: list[str]) -> bytes:
    out = io.BytesIO()
    out.write(b"%PDF-1.4\n")
    places = []
    for number, body in enumerate(objects, start=1):
        places.append(out.tell())
        out.write(f"{number} 0 obj\n{body}\nendobj\n".encode())
    start = out.tell()
    out.write(f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode())
    out.writelines(f"{place:010} 00000 n \n".encode() for place in places)
    out.write(f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n".encode())
    return out.getvalue()


def _dictionary(items: dict[str, object]) -> DictionaryObject:
    named = {key: NameObject(value) if isinstance(value, str) else value for key, value in items.items()}
    return DictionaryObject({NameObject(key): value for key, value in named.items()})

"""Damaged files of every format: a document or a LoadError, never anything else."""

import contextlib
import io
import zipfile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragproxy.errors import LoadError
from ragproxy.ingestion import load
from tests.ingestion import samples

SAMPLES = {
    "docx": samples.word(),
    "pptx": samples.slides(),
    "xlsx": samples.workbook(),
    "pdf": samples.pdf("L'été à la forêt.", "Deuxième page."),
    "eml": samples.mail(html=True),
    "html": "<h1>Été</h1><table><tr><th>a</th></tr><tr><td>b</td></tr></table><ul><li>c</li></ul><pre>d</pre>".encode(),
    "md": "---\ntitle: é\n---\n# A\n|a|b|\n|-|-|\n|c|d|\n```\nx\n```\n- e\n".encode(),
    "rst": "Été\n===\ntexte\n\nB\n---\nfin".encode(),
    "csv": "nom;ville\nZoé;Sète\n".encode(),
    "json": '{"a": [1, {"b": "é"}], "c": null}'.encode(),
    "jsonl": b'{"a": 1}\n{"b": [2]}\n',
    "py": "def f():\n    return 0  # été\n".encode(),
    "txt": "Été\n\nhiver".encode("cp1252"),
}
# inside an archive a mutation mostly breaks a checksum; these get past it, to the XML parsers
MEMBERS = {
    "docx": ["word/document.xml", "word/styles.xml", "[Content_Types].xml", "docProps/core.xml"],
    "pptx": ["ppt/slides/slide1.xml", "ppt/presentation.xml", "ppt/_rels/presentation.xml.rels"],
    "xlsx": ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/styles.xml"],
}
BOUNDED = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@st.composite
def mutations(draw, data):
    """Pieces cut out, overwritten, doubled or torn off at the end."""
    mutated = bytearray(data)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(mutated) - 1)))
        length = draw(st.integers(1, 40))
        kind = draw(st.sampled_from(["cut", "write", "double", "truncate", "number"]))
        if kind == "cut":
            del mutated[at : at + length]
        elif kind == "write":
            mutated[at : at + length] = draw(st.binary(min_size=1, max_size=length))
        elif kind == "double":
            mutated[at:at] = mutated[at : at + length]
        elif kind == "number":
            mutated[at : at + 1] = draw(
                st.sampled_from([b"-1", b"999999999999", b"0", b"1e400", b'"', b"<", b"&", b"/"])
            )
        else:
            del mutated[at:]
    return bytes(mutated)


@pytest.mark.parametrize("extension", SAMPLES)
@BOUNDED
@given(data=st.data())
def test_a_mutated_file_is_read_or_refused(extension, data):
    _load(extension, data.draw(mutations(SAMPLES[extension])))


@pytest.mark.parametrize(("extension", "member"), [(ext, member) for ext, names in MEMBERS.items() for member in names])
@BOUNDED
@given(data=st.data())
def test_a_mutated_member_of_an_archive_is_read_or_refused(extension, member, data):
    content = zipfile.ZipFile(io.BytesIO(SAMPLES[extension])).read(member)
    _load(extension, samples.with_member(SAMPLES[extension], member, data.draw(mutations(content))))


@pytest.mark.parametrize("extension", SAMPLES)
@BOUNDED
@given(content=st.binary(max_size=400))
def test_noise_is_read_or_refused(extension, content):
    _load(extension, content)


def _load(extension, content):
    blocks = ()
    with contextlib.suppress(LoadError):
        blocks = load(f"x.{extension}", content).blocks
        assert blocks
    for block in blocks:
        assert block.text.strip()
        assert "\0" not in block.text
        block.text.encode("utf-8")
        block.heading.encode("utf-8")

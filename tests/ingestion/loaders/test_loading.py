"""What holds for every family: the choice by extension, the limits, the reasons."""

import importlib

import pytest

from ragproxy.errors import InvalidFile, UnsupportedFile
from ragproxy.ingestion import SUPPORTED, load, loaders


def test_every_extension_has_a_family_that_reads():
    for family in {*loaders.LOADERS.values(), *loaders.NAMES.values()}:
        module = importlib.import_module(f"ragproxy.ingestion.loaders.{family}")
        assert callable(module.read)
        assert all(issubclass(error, Exception) and error is not Exception for error in module.ERRORS)
    assert {"txt", "md", "html", "pdf", "docx", "pptx", "xlsx", "csv", "tsv", "json", "jsonl", "eml", "py"} <= SUPPORTED


def test_the_extension_may_be_in_capitals_and_some_names_need_none():
    assert load("NOTES.TXT", b"bonjour").blocks[0].text == "bonjour"
    assert load("LICENSE", b"Apache").blocks[0].text == "Apache"
    assert load("src/Makefile", b"all:\n\techo").title == "Makefile"


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("photo.jpeg", ".jpeg files are not supported"),
        ("vieux.doc", ".doc files are not supported; save it as .docx"),
        ("calcul.ods", ".ods files are not supported; save it as .xlsx"),
        ("sans-extension", "A file without extension is not supported"),
    ],
)
def test_an_unsupported_file_says_what_would_do(name, reason):
    with pytest.raises(UnsupportedFile) as caught:
        load(name, b"data")
    assert caught.value.message == reason


@pytest.mark.parametrize("extension", sorted({family: ext for ext, family in loaders.LOADERS.items()}.values()))
@pytest.mark.parametrize("data", [b"", b" \r\n\t "])
def test_an_empty_file_is_said_to_be_empty(extension, data):
    with pytest.raises(InvalidFile, match=r"^The file is empty$"):
        load(f"x.{extension}", data)


def test_a_file_of_nothing_but_marks_holds_no_text():
    with pytest.raises(InvalidFile, match="no text"):
        load("x.txt", "\ufeff\u200b\u00ad".encode())
    with pytest.raises(InvalidFile, match="no text"):
        load("x.html", b"<html><script>var x</script></html>")


def test_too_much_text_is_refused(monkeypatch):
    monkeypatch.setattr(loaders, "MAX_CHARACTERS", 10)
    assert load("x.txt", b"0123456789").blocks
    with pytest.raises(InvalidFile, match="more than 10 characters"):
        load("x.txt", b"0123456789\n\n0")


def test_too_many_blocks_are_refused(monkeypatch):
    monkeypatch.setattr(loaders, "MAX_BLOCKS", 2)
    assert len(load("x.txt", b"a\n\nb").blocks) == 2
    with pytest.raises(InvalidFile, match="more than 2 paragraphs"):
        load("x.txt", b"a\n\nb\n\nc")


def test_the_reason_of_damage_is_short_and_on_one_line():
    with pytest.raises(InvalidFile) as caught:
        load("x.json", b'{"a": \x00\x01"' + b"x" * 5000)
    assert caught.value.message.startswith("The file is damaged or is not a .json file (JSONDecodeError: ")
    assert len(caught.value.message) < 200
    assert caught.value.message.isprintable()

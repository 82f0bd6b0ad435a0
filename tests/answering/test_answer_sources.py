"""Sources as clients see them: numbers, addresses, quotes, and the Markdown list."""

import pytest

from ragproxy.answering import markdown_sources
from ragproxy.answering.sources import sources_of
from ragproxy.domain import Chunk, Passage


def test_sources_are_numbered_in_the_order_shown():
    sources = sources_of([passage(chunk_id="a"), passage(chunk_id="b", page=4)])
    assert [(s.index, s.chunk_id, s.page, s.cited) for s in sources] == [(1, "a", None, False), (2, "b", 4, False)]
    assert (sources[0].file_id, sources[0].filename, sources[0].score) == ("file", "f.txt", 0.5)


@pytest.mark.parametrize("url", ["https://example.org/a?b=c#d", "http://localhost/é"])
def test_a_source_leads_to_the_address_its_file_names(url):
    assert sources_of([passage(url=url)])[0].url == url


@pytest.mark.parametrize(
    "url",
    [
        None,
        7,
        "",
        "example.org",
        "javascript:alert(1)",
        "javascript://example.org/%0aalert(1)",
        "ftp://example.org/a",
        "file:///etc/passwd",
        "https://",
        "http://[",
        "https://a b",
        "http://a\nb",
        "https://a/" + "x" * 3000,
        'https://a/">',
    ],
)
def test_what_no_browser_should_open_is_not_an_address(url):
    assert sources_of([passage(url=url, chunk_id="c 1")])[0].url == "urn:ragproxy:file:c%201"


def test_a_short_text_is_quoted_whole_on_one_line():
    assert sources_of([passage("One\n\n two  three")])[0].quote == "One two three"


def test_a_long_text_is_quoted_where_the_question_is_answered():
    text = "Lorem ipsum dolor sit amet. " * 20 + "The tower is 330 metres tall. " + "Consectetur adipiscing. " * 20
    quote = sources_of([passage(text)], {"tower": 4.0, "tow": 4.0, "tall": 3.0})[0].quote
    assert quote.startswith("…")
    assert "The tower is 330 metres tall." in quote
    assert len(quote) <= 302


def test_a_long_text_is_quoted_up_to_a_word():
    quote = sources_of([passage("lorem ipsum " * 100)])[0].quote
    assert 280 < len(quote) <= 301
    assert quote.endswith(("lorem…", "ipsum…"))


def test_a_long_text_without_spaces_is_cut():
    assert sources_of([passage("x" * 1000)])[0].quote == "x" * 299 + "…"


def test_the_markdown_list_has_every_source_under_its_number():
    sources = sources_of([passage(page=3), passage(url="https://example.org/a")])
    assert markdown_sources(sources, "en") == "\n\n**Sources**\n\n1. f.txt, p. 3\n2. [f.txt](<https://example.org/a>)\n"


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("es", "Fuentes"),
        ("de", "Quellen"),
        ("it", "Fonti"),
        ("pt", "Fontes"),
        ("fr", "Sources"),
        ("nl", "Sources"),
        (None, "Sources"),
    ],
)
def test_the_list_has_its_title_in_the_language_of_the_answer(lang, title):
    assert f"**{title}**" in markdown_sources(sources_of([passage()]), lang)


def test_a_filename_is_no_markdown():
    sources = sources_of([passage(filename="a_b_[x](y)\n# c.txt")])
    assert r"1. a\_b\_\[x\](y) \# c.txt" in markdown_sources(sources, "en")


def test_no_source_makes_no_list():
    assert markdown_sources((), "fr") == ""


def passage(text="Text", *, chunk_id="c", page=None, url=None, filename="f.txt"):
    return Passage(Chunk(chunk_id, "file", filename, 0, text, page=page), "vs", 0.5, {"url": url})

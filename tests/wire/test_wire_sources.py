"""Sources in the carriers that are JSON."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragproxy.domain import Citation
from ragproxy.wire.sources import HEADER_BYTES, annotation, source_json, sources_header, united
from tests.wire.answers import ANNOTATION_JSON, SOURCE_JSON, citation, source


def test_the_field_has_every_key():
    assert source_json(source()) == SOURCE_JSON


def test_an_annotation_is_openais_url_citation():
    assert annotation(citation(5, 8)) == ANNOTATION_JSON


def test_a_source_without_pages_is_titled_by_its_filename():
    assert annotation(Citation(source(page=None), 0, 3))["url_citation"]["title"] == "guide-1.pdf"


def test_the_header_names_the_sources_in_order():
    assert sources_header([source(1), source(2, score=0.5)]) == (
        '{"sources":[{"index":1,"file_id":"file-1","filename":"guide-1.pdf","score":0.8765},'
        '{"index":2,"file_id":"file-2","filename":"guide-2.pdf","score":0.5}],"truncated":false}'
    )


def test_no_sources_are_said_to_be_none():
    assert sources_header([]) == '{"sources":[],"truncated":false}'


def test_the_last_sources_are_left_out_until_the_header_fits():
    header = sources_header([source(number) for number in range(1, 200)])
    told = json.loads(header)
    assert len(header) <= HEADER_BYTES
    assert told["truncated"] is True
    assert [line["index"] for line in told["sources"]] == list(range(1, len(told["sources"]) + 1))
    assert len(header) > HEADER_BYTES - 100


def test_a_header_that_just_fits_is_whole():
    ids = [source(1, file_id="f" * size) for size in range(HEADER_BYTES - 150, HEADER_BYTES)]
    for each in ids:
        header = sources_header([each])
        whole = f'{{"sources":[{{"index":1,"file_id":"{each.file_id}","filename":"guide-1.pdf","score":0.8765}}],"truncated":false}}'
        assert header == (whole if len(whole) <= HEADER_BYTES else '{"sources":[],"truncated":true}')


def test_an_absurd_filename_is_shortened_and_keeps_its_end():
    line = json.loads(sources_header([source(filename="a" * 3000 + ".pdf")]))["sources"][0]
    assert len(line["filename"]) == 100
    assert line["filename"].endswith("a.pdf")


@given(st.lists(st.builds(source, filename=st.text(), file_id=st.text(max_size=40)), max_size=40))
@settings(deadline=None)
def test_the_header_is_always_printable_ascii_json_that_fits(sources):
    header = sources_header(sources)
    assert re.fullmatch(r"[\x20-\x7e]+", header)
    assert len(header) <= HEADER_BYTES
    told = json.loads(header)
    assert told["truncated"] == (len(told["sources"]) < len(sources))


@pytest.mark.parametrize("name", ["a\x7fb", "\ud800", "a\r\nSet-Cookie: x"])
def test_a_filename_cannot_break_the_header(name):
    assert json.loads(sources_header([source(filename=name)]))["sources"][0]["filename"] == name


def test_a_source_is_cited_when_any_choice_cites_it():
    first = (source(1, cited=True), source(2))
    second = (source(1), source(2))
    assert [each.cited for each in united([first, second])] == [True, False]
    assert [each.cited for each in united([second, first])] == [True, False]
    assert united([]) == []

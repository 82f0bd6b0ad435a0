"""Files of folders over HTTP: the manifest that comes in, and the JSON that goes out."""

from pathlib import Path

import pytest

from ragproxy.domain import Cursor, Known, Outcome
from ragproxy.errors import InvalidRequest
from ragproxy.wire.folders import KNOWN_QUERY, MANIFEST, Sent, known_json, outcomes_json
from ragproxy.wire.validation import load


def test_a_manifest_is_its_files_in_their_order():
    body = {"files": [{"source": "/b\n\x1b.md", "filename": "b.md"}, {"source": "/a", "filename": "été/a", "x": 1}]}
    assert load(MANIFEST, body) == (Sent("/b\n\x1b.md", "b.md"), Sent("/a", "été/a"))


@pytest.mark.parametrize(
    ("files", "param", "code"),
    [
        (None, "files", "missing_required_parameter"),
        ([], "files", "empty_array"),
        ([{"source": "/a", "filename": "a"}] * 201, "files", "array_above_max_length"),
        (["/a"], "files[0]", "invalid_type"),
        ([{"filename": "a"}], "files[0].source", "missing_required_parameter"),
        ([{"source": "/a"}], "files[0].filename", "missing_required_parameter"),
        ([{"source": "", "filename": "a"}], "files[0].source", "empty_string"),
        ([{"source": "/\0", "filename": "a"}], "files[0].source", "invalid_value"),
        ([{"source": "/a", "filename": "a\r\nSet-Cookie: x"}], "files[0].filename", "invalid_value"),
        ([{"source": "/" * 4097, "filename": "a"}], "files[0].source", "string_above_max_length"),
        ([{"source": "/a", "filename": "a" * 4097}], "files[0].filename", "string_above_max_length"),
        ([{"source": 1, "filename": "a"}], "files[0].source", "invalid_type"),
        ([{"source": "/a", "filename": "a"}, {"source": "/a", "filename": "b"}], "files[1].source", "invalid_value"),
    ],
)
def test_a_manifest_that_makes_no_sense_is_refused_by_its_place(files, param, code):
    with pytest.raises(InvalidRequest) as caught:
        load(MANIFEST, {} if files is None else {"files": files})
    assert (caught.value.param, caught.value.code) == (param, code)


def test_a_page_has_as_many_files_as_a_client_can_use():
    assert load(KNOWN_QUERY, {}) == Cursor(limit=10_000, order="desc")
    assert load(KNOWN_QUERY, {"limit": "2", "order": "asc", "after": "file-1"}) == Cursor(2, "asc", "file-1")
    with pytest.raises(InvalidRequest):
        load(KNOWN_QUERY, {"limit": "10001"})


def test_what_is_known_of_a_file():
    assert known_json(Known("/docs/a.md", "file-1", None, 3)) == {
        "id": "file-1",
        "object": "vector_store.folder_file",
        "source": "/docs/a.md",
        "sha256": None,
        "chunks": 3,
    }


def test_the_outcomes_are_told_in_the_order_of_the_form():
    sent = [Sent("/docs/a.md", "a.md"), Sent("/docs//b.md", "b.md")]
    outcomes = [Outcome(Path("/docs/a.md"), "added", 2), Outcome(Path("/docs/b.md"), "failed", 0, "It is empty")]
    assert outcomes_json(sent, outcomes) == {
        "object": "list",
        "data": [
            {
                "object": "vector_store.folder_file.outcome",
                "source": "/docs/a.md",
                "status": "added",
                "chunks": 2,
                "reason": None,
            },
            {
                "object": "vector_store.folder_file.outcome",
                "source": "/docs//b.md",
                "status": "failed",
                "chunks": 0,
                "reason": "It is empty",
            },
        ],
    }

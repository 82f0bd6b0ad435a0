"""Files of a store, both ways."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.pagination import SyncPage
from openai.types.vector_stores import FileContentResponse, VectorStoreFile

from ragproxy.domain import Chunk, Chunking, Failure, StoredFile
from ragproxy.wire.json import dumps
from ragproxy.wire.store_files import (
    ATTACHMENT,
    ATTRIBUTES_CHANGE,
    Attachment,
    AttributesChange,
    content_json,
    store_file_json,
)
from ragproxy.wire.validation import load
from tests.wire.bodies import GONE, changed, json_values, refusal

SIZES = {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}
STATIC = {"type": "static", "static": SIZES}
ATTRIBUTES = {"lang": "fr", "year": 2024, "score": 0.5, "draft": False}
ASK = {"file_id": "file-1", "attributes": ATTRIBUTES, "chunking_strategy": STATIC}

FILE = StoredFile(
    id="file-1",
    store_id="vs_1",
    owner="default",
    filename="a.txt",
    source=None,
    sha256="0" * 64,
    size=100,
    chunks=2,
    attributes=ATTRIBUTES,
    created=1698107661,
    usage_bytes=1234,
)
FILE_JSON = {
    "id": "file-1",
    "object": "vector_store.file",
    "usage_bytes": 1234,
    "created_at": 1698107661,
    "vector_store_id": "vs_1",
    "status": "completed",
    "last_error": None,
    "chunking_strategy": {"type": "other"},
    "attributes": ATTRIBUTES,
}


def test_a_file_comes_with_attributes_and_a_strategy():
    assert load(ATTACHMENT, ASK) == Attachment("file-1", ATTRIBUTES, Chunking(800, 400))


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"attributes": None, "chunking_strategy": None},
        {"attributes": {}, "chunking_strategy": {"type": "auto"}},
        {"chunking_strategy": {"type": "auto", "static": None, "unknown": 1}, "unknown": 1},
    ],
)
def test_nothing_more_means_our_own_way(more):
    assert load(ATTACHMENT, {"file_id": "file-1", **more}) == Attachment("file-1", {}, None)


@pytest.mark.parametrize(("size", "overlap"), [(100, 0), (100, 50), (101, 50), (4096, 2048)])
def test_sizes_within_the_rules_are_taken(size, overlap):
    static = {"max_chunk_size_tokens": size, "chunk_overlap_tokens": overlap}
    body = {"file_id": "f", "chunking_strategy": {"type": "static", "static": static}}
    assert load(ATTACHMENT, body).chunking == Chunking(size, overlap)


def test_attributes_as_large_as_openai_takes_are_taken():
    full = {f"{number:064}": "v" * 512 for number in range(16)}
    assert load(ATTRIBUTES_CHANGE, {"attributes": full}) == AttributesChange(full)


@pytest.mark.parametrize("attributes", [None, {}])
def test_attributes_may_be_taken_away(attributes):
    assert load(ATTRIBUTES_CHANGE, {"attributes": attributes}) == AttributesChange({})


def _static(**more):
    return {"chunking_strategy": {"type": "static", "static": changed(SIZES, more)}}


BAD = [
    ({"file_id": GONE}, "file_id", "missing_required_parameter"),
    ({"file_id": None}, "file_id", "invalid_type"),
    ({"file_id": 3}, "file_id", "invalid_type"),
    ({"file_id": ""}, "file_id", "empty_string"),
    ({"file_id": "a\x00"}, "file_id", "invalid_value"),
    ({"attributes": []}, "attributes", "invalid_type"),
    ({"attributes": {str(number): 1 for number in range(17)}}, "attributes", "object_above_max_properties"),
    ({"attributes": {"k" * 65: 1}}, "attributes", "invalid_value"),
    ({"attributes": {"a": "v" * 513}}, "attributes.a", "string_above_max_length"),
    ({"attributes": {"a": None}}, "attributes.a", "invalid_type"),
    ({"attributes": {"a": ["v"]}}, "attributes.a", "invalid_type"),
    ({"attributes": {"a": 1, "b": {}}}, "attributes.b", "invalid_type"),
    ({"chunking_strategy": "auto"}, "chunking_strategy", "invalid_type"),
    ({"chunking_strategy": {}}, "chunking_strategy.type", "missing_required_parameter"),
    ({"chunking_strategy": {"type": "other"}}, "chunking_strategy.type", "invalid_value"),
    ({"chunking_strategy": {"type": "static"}}, "chunking_strategy.static", "missing_required_parameter"),
    (
        {"chunking_strategy": {"type": "static", "static": None}},
        "chunking_strategy.static",
        "missing_required_parameter",
    ),
    ({"chunking_strategy": {"type": "static", "static": 800}}, "chunking_strategy.static", "invalid_type"),
    (
        _static(max_chunk_size_tokens=GONE),
        "chunking_strategy.static.max_chunk_size_tokens",
        "missing_required_parameter",
    ),
    (_static(max_chunk_size_tokens=99), "chunking_strategy.static.max_chunk_size_tokens", "integer_below_min_value"),
    (_static(max_chunk_size_tokens=4097), "chunking_strategy.static.max_chunk_size_tokens", "integer_above_max_value"),
    (_static(max_chunk_size_tokens=800.0), "chunking_strategy.static.max_chunk_size_tokens", "invalid_type"),
    (_static(chunk_overlap_tokens=GONE), "chunking_strategy.static.chunk_overlap_tokens", "missing_required_parameter"),
    (_static(chunk_overlap_tokens=None), "chunking_strategy.static.chunk_overlap_tokens", "invalid_type"),
    (_static(chunk_overlap_tokens=-1), "chunking_strategy.static.chunk_overlap_tokens", "integer_below_min_value"),
    (_static(chunk_overlap_tokens=401), "chunking_strategy.static.chunk_overlap_tokens", "integer_above_max_value"),
]


@pytest.mark.parametrize(("more", "param", "code"), BAD, ids=lambda value: str(value)[:60])
def test_what_breaks_a_rule_is_refused_by_name(more, param, code):
    assert refusal(ATTACHMENT, changed(ASK, more)) == (param, code)


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({}, "attributes", "missing_required_parameter"),
        ({"attributes": "a"}, "attributes", "invalid_type"),
        ({"attributes": {"a": None}}, "attributes.a", "invalid_type"),
    ],
)
def test_a_wrong_change_is_refused_by_name(body, param, code):
    assert refusal(ATTRIBUTES_CHANGE, body) == (param, code)


_json = json_values("auto", "static", keys=["type", "static", *SIZES])
_strategies = st.fixed_dictionaries(
    {"type": st.sampled_from(["auto", "static"]) | _json},
    optional={
        "static": st.fixed_dictionaries({}, optional=dict.fromkeys(SIZES, st.integers(-1, 5000) | _json)) | _json
    },
)


@given(st.dictionaries(st.sampled_from([*ASK, "x"]), _json, max_size=3), _strategies | _json)
def test_any_json_is_loaded_or_refused(more, strategy):
    for body in (more, {**ASK, **more}, {**ASK, **more, "chunking_strategy": strategy}):
        if refusal(ATTACHMENT, body) is None:
            sizes = load(ATTACHMENT, body).chunking
            assert sizes is None or 0 <= sizes.overlap_tokens * 2 <= sizes.max_tokens <= 4096
        if refusal(ATTRIBUTES_CHANGE, body) is None:
            dumps(dict(load(ATTRIBUTES_CHANGE, body).attributes))


def test_a_file_is_openais():
    assert store_file_json(FILE) == FILE_JSON
    read = VectorStoreFile.model_validate(store_file_json(FILE), strict=True)
    assert (read.attributes, read.chunking_strategy.type) == (ATTRIBUTES, "other")


def test_the_client_s_own_strategy_comes_back():
    told = store_file_json(replace(FILE, chunking=Chunking(800, 400), attributes={}))
    assert told == {**FILE_JSON, "chunking_strategy": STATIC, "attributes": {}}
    assert VectorStoreFile.model_validate(told, strict=True).chunking_strategy.static.chunk_overlap_tokens == 400


@pytest.mark.parametrize("code", ["unsupported_file", "invalid_file", "server_error"])
def test_a_failure_is_told(code):
    told = store_file_json(replace(FILE, status="failed", error=Failure(code, "It is encrypted")))
    assert told == {**FILE_JSON, "status": "failed", "last_error": {"code": code, "message": "It is encrypted"}}
    assert VectorStoreFile.model_validate(told, strict=True).last_error.code == code


@pytest.mark.parametrize("status", ["in_progress", "completed", "failed", "cancelled"])
def test_every_status_is_openais(status):
    told = store_file_json(replace(FILE, status=status))
    assert VectorStoreFile.model_validate(told, strict=True).status == status


def test_the_content_is_a_piece_a_chunk():
    page = content_json(
        Chunk(f"c{number}", "file-1", "a.txt", number, text) for number, text in enumerate(["un", "deux"])
    )
    assert page == {
        "object": "vector_store.file_content.page",
        "data": [{"type": "text", "text": "un"}, {"type": "text", "text": "deux"}],
        "has_more": False,
        "next_page": None,
    }
    read = SyncPage[FileContentResponse].model_validate(page, strict=True)
    assert [piece.text for piece in read.data] == ["un", "deux"]
    assert content_json([])["data"] == []

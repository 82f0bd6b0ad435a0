"""Vector stores, both ways."""

import time
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types import VectorStore

from ragproxy.domain import Chunking, Counts, Store
from ragproxy.wire.json import dumps
from ragproxy.wire.validation import load
from ragproxy.wire.vector_stores import STORE_CHANGE, STORE_REQUEST, StoreRequest, counts_json, store_json
from tests.wire.bodies import GONE, changed, json_values, refusal

EXPIRY = {"anchor": "last_active_at", "days": 7}
ASK = {
    "name": "Guides",
    "description": "All guides\nof the house",
    "file_ids": ["file-2", "file-1", "file-2"],
    "chunking_strategy": {"type": "static", "static": {"max_chunk_size_tokens": 200, "chunk_overlap_tokens": 0}},
    "expires_after": EXPIRY,
    "metadata": {"k" * 64: "v" * 512},
}

STORE = Store(
    id="vs_1",
    name="Guides",
    owner="default",
    version=3,
    created=1698107661,
    last_active=1698107662,
    counts=Counts(in_progress=0, completed=3, failed=2, cancelled=1),
    usage_bytes=123456,
)
STORE_JSON = {
    "id": "vs_1",
    "object": "vector_store",
    "created_at": 1698107661,
    "name": "Guides",
    "description": None,
    "usage_bytes": 123456,
    "file_counts": {"in_progress": 0, "completed": 3, "failed": 2, "cancelled": 1, "total": 6},
    "status": "completed",
    "expires_after": None,
    "expires_at": None,
    "last_active_at": 1698107662,
    "metadata": {},
}


@pytest.mark.parametrize("body", [{}, dict.fromkeys(ASK), {"file_ids": [], "metadata": {}, "unknown": 1}])
def test_nothing_said_is_the_default(body):
    assert load(STORE_REQUEST, body) == StoreRequest()


def test_everything_said_is_read():
    assert load(STORE_REQUEST, ASK) == StoreRequest(
        name="Guides",
        description="All guides\nof the house",
        file_ids=("file-2", "file-1"),
        chunking=Chunking(200, 0),
        expires_after_days=7,
        metadata={"k" * 64: "v" * 512},
    )


@pytest.mark.parametrize("days", [1, 365])
def test_days_within_the_rules_are_taken(days):
    assert load(STORE_REQUEST, {"expires_after": {**EXPIRY, "days": days}}).expires_after_days == days


SHARED = [
    ({"name": ""}, "name", "empty_string"),
    ({"name": 3}, "name", "invalid_type"),
    ({"name": "a\x00"}, "name", "invalid_value"),
    ({"name": "n" * 257}, "name", "string_above_max_length"),
    ({"expires_after": 7}, "expires_after", "invalid_type"),
    ({"expires_after": {"days": 7}}, "expires_after.anchor", "missing_required_parameter"),
    ({"expires_after": {"anchor": "last_active_at"}}, "expires_after.days", "missing_required_parameter"),
    ({"expires_after": {**EXPIRY, "anchor": "created_at"}}, "expires_after.anchor", "invalid_value"),
    ({"expires_after": {**EXPIRY, "days": 0}}, "expires_after.days", "integer_below_min_value"),
    ({"expires_after": {**EXPIRY, "days": 366}}, "expires_after.days", "integer_above_max_value"),
    ({"expires_after": {**EXPIRY, "days": "7"}}, "expires_after.days", "invalid_type"),
    ({"expires_after": {**EXPIRY, "days": None}}, "expires_after.days", "invalid_type"),
    ({"metadata": []}, "metadata", "invalid_type"),
    ({"metadata": {str(number): "v" for number in range(17)}}, "metadata", "object_above_max_properties"),
    ({"metadata": {"k" * 65: "v"}}, "metadata", "invalid_value"),
    ({"metadata": {"a": 3}}, "metadata.a", "invalid_type"),
    ({"metadata": {"a": "v" * 513}}, "metadata.a", "string_above_max_length"),
]
OF_REQUEST = [
    ({"description": 3}, "description", "invalid_type"),
    ({"description": "a\x00"}, "description", "invalid_value"),
    ({"description": "d" * 4097}, "description", "string_above_max_length"),
    ({"file_ids": "file-1"}, "file_ids", "invalid_type"),
    ({"file_ids": ["f"] * 501}, "file_ids", "array_above_max_length"),
    ({"file_ids": ["f", None]}, "file_ids[1]", "invalid_type"),
    ({"file_ids": ["f", ""]}, "file_ids[1]", "empty_string"),
    ({"chunking_strategy": {"type": "semantic"}}, "chunking_strategy.type", "invalid_value"),
    ({"chunking_strategy": {"type": "static"}}, "chunking_strategy.static", "missing_required_parameter"),
]


@pytest.mark.parametrize(("more", "param", "code"), SHARED + OF_REQUEST, ids=lambda value: str(value)[:60])
def test_a_wrong_request_is_refused_by_name(more, param, code):
    assert refusal(STORE_REQUEST, changed(ASK, more)) == (param, code)


@pytest.mark.parametrize(
    ("body", "change"),
    [
        ({}, {}),
        ({"name": None}, {}),
        ({"name": "New"}, {"name": "New"}),
        ({"expires_after": None}, {"expires_after_days": None}),
        ({"expires_after": EXPIRY}, {"expires_after_days": 7}),
        ({"metadata": None}, {"metadata": {}}),
        ({"metadata": {}}, {"metadata": {}}),
        ({"metadata": {"a": "b"}, "file_ids": ["ignored"]}, {"metadata": {"a": "b"}}),
    ],
)
def test_a_change_holds_what_was_said_and_nothing_else(body, change):
    assert load(STORE_CHANGE, body) == change


@pytest.mark.parametrize(("more", "param", "code"), SHARED, ids=lambda value: str(value)[:60])
def test_a_wrong_change_is_refused_by_name(more, param, code):
    assert refusal(STORE_CHANGE, changed({"name": GONE}, more)) == (param, code)


_json = json_values("last_active_at", "auto", keys=["anchor", "days", "type", "static"])


@given(st.dictionaries(st.sampled_from([*ASK, "x"]), _json, max_size=4))
def test_any_json_is_loaded_or_refused(more):
    for body in (more, {**ASK, **more}):
        if refusal(STORE_REQUEST, body) is None:
            request = load(STORE_REQUEST, body)
            dumps(dict(request.metadata))
            assert request.name != ""
        if refusal(STORE_CHANGE, body) is None:
            assert load(STORE_CHANGE, body).keys() <= {"name", "expires_after_days", "metadata"}


def test_a_store_is_openais():
    assert store_json(STORE) == STORE_JSON
    assert VectorStore.model_validate(store_json(STORE), strict=True).file_counts.total == 6


def test_a_store_tells_when_it_expires():
    now = int(time.time())
    store = replace(STORE, expires_after_days=7, last_active=now, description="d", metadata={"a": "b"})
    told = store_json(store)
    assert told == {
        **STORE_JSON,
        "description": "d",
        "expires_after": EXPIRY,
        "expires_at": now + 7 * 86_400,
        "last_active_at": now,
        "metadata": {"a": "b"},
    }
    assert VectorStore.model_validate(told, strict=True).expires_after.days == 7


@pytest.mark.parametrize(
    ("more", "status"),
    [({"counts": Counts(in_progress=1)}, "in_progress"), ({"expires_after_days": 1, "last_active": 1}, "expired")],
)
def test_a_store_tells_its_status(more, status):
    told = store_json(replace(STORE, **more))
    assert VectorStore.model_validate(told, strict=True).status == status


def test_a_store_that_was_never_active_says_so():
    assert store_json(replace(STORE, last_active=0))["last_active_at"] is None


def test_counts_add_up():
    assert counts_json(Counts(1, 2, 3, 4)) == {
        "in_progress": 1,
        "completed": 2,
        "failed": 3,
        "cancelled": 4,
        "total": 10,
    }

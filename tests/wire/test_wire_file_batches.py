"""Batches of files, both ways."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.vector_stores import VectorStoreFileBatch

from ragproxy.domain import Batch, Chunking, Counts
from ragproxy.wire.file_batches import BATCH_REQUEST, BatchRequest, batch_json
from ragproxy.wire.store_files import Attachment
from ragproxy.wire.validation import load
from tests.wire.bodies import changed, json_values, refusal

STATIC = {"type": "static", "static": {"max_chunk_size_tokens": 400, "chunk_overlap_tokens": 100}}
IDS = {"file_ids": ["file-1", "file-2"]}
FILES = {"files": [{"file_id": "file-1"}, {"file_id": "file-2", "attributes": {"a": 1}, "chunking_strategy": STATIC}]}

BATCH = Batch("vsfb_1", "vs_1", "default", 1698107661, "completed", Counts(completed=100))
BATCH_JSON = {
    "id": "vsfb_1",
    "object": "vector_store.files_batch",
    "created_at": 1698107661,
    "vector_store_id": "vs_1",
    "status": "completed",
    "file_counts": {"in_progress": 0, "completed": 100, "failed": 0, "cancelled": 0, "total": 100},
}


def test_ids_share_their_attributes_and_strategy():
    assert load(BATCH_REQUEST, IDS) == BatchRequest((Attachment("file-1"), Attachment("file-2")))
    assert load(
        BATCH_REQUEST, {**IDS, "files": None, "attributes": {"a": 1}, "chunking_strategy": STATIC}
    ) == BatchRequest(
        (Attachment("file-1", {"a": 1}, Chunking(400, 100)), Attachment("file-2", {"a": 1}, Chunking(400, 100)))
    )


def test_files_have_their_own():
    own = BatchRequest((Attachment("file-1"), Attachment("file-2", {"a": 1}, Chunking(400, 100))))
    assert load(BATCH_REQUEST, FILES) == own
    assert load(BATCH_REQUEST, {**FILES, "attributes": {"b": 2}, "chunking_strategy": STATIC, "x": 1}) == own


def test_a_file_is_attached_once_and_its_last_entry_counts():
    assert load(BATCH_REQUEST, {"file_ids": ["b", "a", "b"]}) == BatchRequest((Attachment("b"), Attachment("a")))
    twice = [{"file_id": "b"}, {"file_id": "a"}, {"file_id": "b", "attributes": {"v": 2}}]
    assert load(BATCH_REQUEST, {"files": twice}) == BatchRequest((Attachment("b", {"v": 2}), Attachment("a")))


def test_two_thousand_files_are_taken():
    ids = [f"file-{number}" for number in range(2000)]
    assert len(load(BATCH_REQUEST, {"file_ids": ids}).attachments) == 2000
    assert len(load(BATCH_REQUEST, {"files": [{"file_id": id} for id in ids]}).attachments) == 2000


BAD = [
    ({}, "file_ids", "missing_required_parameter"),
    ({"file_ids": None, "files": None}, "file_ids", "missing_required_parameter"),
    ({**IDS, **FILES}, "files", "invalid_value"),
    ({"file_ids": []}, "file_ids", "empty_array"),
    ({"file_ids": "file-1"}, "file_ids", "invalid_type"),
    ({"file_ids": ["f"] * 2001}, "file_ids", "array_above_max_length"),
    ({"file_ids": ["f", 3]}, "file_ids[1]", "invalid_type"),
    ({"file_ids": ["f", ""]}, "file_ids[1]", "empty_string"),
    ({"files": []}, "files", "empty_array"),
    ({"files": {}}, "files", "invalid_type"),
    ({"files": [{"file_id": "f"}] * 2001}, "files", "array_above_max_length"),
    ({"files": ["file-1"]}, "files[0]", "invalid_type"),
    ({"files": [{"file_id": "f"}, None]}, "files[1]", "invalid_type"),
    ({"files": [{"file_id": "f"}, {}]}, "files[1].file_id", "missing_required_parameter"),
    ({"files": [{"file_id": "f", "attributes": {"a": []}}]}, "files[0].attributes.a", "invalid_type"),
    (
        {"files": [{"file_id": "f", "chunking_strategy": {"type": "x"}}]},
        "files[0].chunking_strategy.type",
        "invalid_value",
    ),
    ({**IDS, "attributes": {"a": None}}, "attributes.a", "invalid_type"),
    ({**IDS, "chunking_strategy": {"type": "static"}}, "chunking_strategy.static", "missing_required_parameter"),
]


@pytest.mark.parametrize(("body", "param", "code"), BAD, ids=lambda value: str(value)[:60])
def test_what_breaks_a_rule_is_refused_by_name(body, param, code):
    assert refusal(BATCH_REQUEST, body) == (param, code)


_json = json_values("auto", "file-1", keys=["file_id", "attributes", "chunking_strategy", "type"])


@given(st.dictionaries(st.sampled_from([*IDS, *FILES, "attributes", "chunking_strategy", "x"]), _json, max_size=4))
def test_any_json_is_loaded_or_refused(more):
    for body in (more, changed(IDS, more), changed(FILES, more)):
        if refusal(BATCH_REQUEST, body) is None:
            ids = [each.file_id for each in load(BATCH_REQUEST, body).attachments]
            assert ids
            assert len(set(ids)) == len(ids)


def test_a_batch_is_openais():
    assert batch_json(BATCH) == BATCH_JSON
    assert VectorStoreFileBatch.model_validate(batch_json(BATCH), strict=True).file_counts.total == 100


@pytest.mark.parametrize("status", ["in_progress", "completed", "cancelled", "failed"])
def test_every_status_is_openais(status):
    told = batch_json(replace(BATCH, status=status))
    assert VectorStoreFileBatch.model_validate(told, strict=True).status == status

"""Uploads in parts, both ways."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types import Upload as OpenAIUpload
from openai.types.uploads import UploadPart

from ragproxy.domain import File, Upload
from ragproxy.wire.files import file_json
from ragproxy.wire.uploads import (
    UPLOAD_END,
    UPLOAD_REQUEST,
    UploadEnd,
    UploadRequest,
    part_json,
    upload_json,
)
from ragproxy.wire.validation import load
from tests.wire.bodies import GONE, changed, json_values, refusal

ASK = {"filename": "training.jsonl", "purpose": "fine-tune", "bytes": 2147483648, "mime_type": "text/jsonl"}
EXPIRY = {"anchor": "created_at", "seconds": 3600}
END = {"part_ids": ["part_2", "part_1"], "md5": "0123456789abcdef0123456789ABCDEF"}

UPLOAD = Upload(
    id="upload_1",
    owner="default",
    filename="training.jsonl",
    purpose="fine-tune",
    mime_type="text/jsonl",
    size=2147483648,
    created=1719184911,
    expires=1719188511,
    status="pending",
)
UPLOAD_JSON = {
    "id": "upload_1",
    "object": "upload",
    "bytes": 2147483648,
    "created_at": 1719184911,
    "filename": "training.jsonl",
    "purpose": "fine-tune",
    "status": "pending",
    "expires_at": 1719188511,
    "file": None,
}


def test_an_announcement_is_read():
    assert load(UPLOAD_REQUEST, ASK) == UploadRequest("training.jsonl", "fine-tune", 2147483648, "text/jsonl")


@pytest.mark.parametrize(
    ("more", "lifetime_s"),
    [
        ({"expires_after": EXPIRY}, 3600),
        ({"expires_after": {**EXPIRY, "seconds": 2_592_000}}, 2_592_000),
        ({"expires_after": None}, None),
        ({"purpose": "batch"}, 2_592_000),
        ({"purpose": "batch", "expires_after": EXPIRY}, 3600),
    ],
)
def test_the_file_s_lifetime_is_read(more, lifetime_s):
    assert load(UPLOAD_REQUEST, {**ASK, **more}).lifetime_s == lifetime_s


@pytest.mark.parametrize(
    "more",
    [
        {"purpose": "user_data"},
        {"purpose": "evals"},
        {"bytes": 1},
        {"bytes": 8 * 2**30},
        {"mime_type": "text/plain; charset=utf-8"},
        {"mime_type": "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
        {"unknown": 1, "expires_after": {**EXPIRY, "unknown": 1}},
    ],
)
def test_what_openai_takes_is_taken(more):
    assert refusal(UPLOAD_REQUEST, {**ASK, **more}) is None


BAD = [
    ({"filename": GONE}, "filename", "missing_required_parameter"),
    ({"filename": ""}, "filename", "empty_string"),
    ({"filename": None}, "filename", "invalid_type"),
    ({"filename": "a\x00.txt"}, "filename", "invalid_value"),
    ({"filename": "a" * 513}, "filename", "string_above_max_length"),
    ({"purpose": GONE}, "purpose", "missing_required_parameter"),
    ({"purpose": "assistants_output"}, "purpose", "invalid_value"),
    ({"purpose": 3}, "purpose", "invalid_type"),
    ({"bytes": GONE}, "bytes", "missing_required_parameter"),
    ({"bytes": None}, "bytes", "invalid_type"),
    ({"bytes": "12"}, "bytes", "invalid_type"),
    ({"bytes": 1.0}, "bytes", "invalid_type"),
    ({"bytes": True}, "bytes", "invalid_type"),
    ({"bytes": 0}, "bytes", "integer_below_min_value"),
    ({"bytes": 8 * 2**30 + 1}, "bytes", "integer_above_max_value"),
    ({"mime_type": GONE}, "mime_type", "missing_required_parameter"),
    ({"mime_type": "text"}, "mime_type", "invalid_value"),
    ({"mime_type": "text/plain\r\nx-evil: 1"}, "mime_type", "invalid_value"),
    ({"mime_type": "text/plain\n"}, "mime_type", "invalid_value"),
    ({"mime_type": "text/é"}, "mime_type", "invalid_value"),
    ({"mime_type": 3}, "mime_type", "invalid_type"),
    ({"expires_after": 3600}, "expires_after", "invalid_type"),
    ({"expires_after": {"seconds": 3600}}, "expires_after.anchor", "missing_required_parameter"),
    ({"expires_after": {"anchor": "created_at"}}, "expires_after.seconds", "missing_required_parameter"),
    ({"expires_after": {**EXPIRY, "anchor": "last_active_at"}}, "expires_after.anchor", "invalid_value"),
    ({"expires_after": {**EXPIRY, "seconds": "3600"}}, "expires_after.seconds", "invalid_type"),
    ({"expires_after": {**EXPIRY, "seconds": 3599}}, "expires_after.seconds", "integer_below_min_value"),
    ({"expires_after": {**EXPIRY, "seconds": 2_592_001}}, "expires_after.seconds", "integer_above_max_value"),
]


@pytest.mark.parametrize(("more", "param", "code"), BAD, ids=lambda value: str(value)[:60])
def test_a_wrong_announcement_is_refused_by_name(more, param, code):
    assert refusal(UPLOAD_REQUEST, changed(ASK, more)) == (param, code)


def test_the_parts_keep_their_order():
    assert load(UPLOAD_END, END) == UploadEnd(("part_2", "part_1"), "0123456789abcdef0123456789abcdef")
    assert load(UPLOAD_END, {"part_ids": ["p"], "md5": None, "x": 1}) == UploadEnd(("p",))


BAD_END = [
    ({"part_ids": GONE}, "part_ids", "missing_required_parameter"),
    ({"part_ids": None}, "part_ids", "invalid_type"),
    ({"part_ids": "part_1"}, "part_ids", "invalid_type"),
    ({"part_ids": []}, "part_ids", "empty_array"),
    ({"part_ids": ["p"] * 10_001}, "part_ids", "array_above_max_length"),
    ({"part_ids": ["p", 3]}, "part_ids[1]", "invalid_type"),
    ({"part_ids": ["p", None]}, "part_ids[1]", "invalid_type"),
    ({"part_ids": [""]}, "part_ids[0]", "empty_string"),
    ({"md5": 3}, "md5", "invalid_type"),
    ({"md5": ""}, "md5", "invalid_value"),
    ({"md5": "0" * 31}, "md5", "invalid_value"),
    ({"md5": "0" * 31 + "g"}, "md5", "invalid_value"),
    ({"md5": "0" * 32 + "\n"}, "md5", "invalid_value"),
]


@pytest.mark.parametrize(("more", "param", "code"), BAD_END, ids=lambda value: str(value)[:60])
def test_a_wrong_end_is_refused_by_name(more, param, code):
    assert refusal(UPLOAD_END, changed(END, more)) == (param, code)


_json = json_values("batch", "created_at", "text/plain", "0" * 32, keys=["anchor", "seconds"])


@given(st.dictionaries(st.sampled_from([*ASK, *END, "expires_after"]), _json, max_size=5))
def test_any_json_is_loaded_or_refused(more):
    for schema, body in ((UPLOAD_REQUEST, {**ASK, **more}), (UPLOAD_END, {**END, **more})):
        if refusal(schema, body) is None:
            read = load(schema, body)
            assert len(read.part_ids) if schema is UPLOAD_END else 1 <= read.size <= 8 * 2**30


def test_an_upload_is_openais():
    assert upload_json(UPLOAD) == UPLOAD_JSON
    assert OpenAIUpload.model_validate(upload_json(UPLOAD), strict=True).file is None


def test_a_completed_upload_shows_its_file():
    file = File("file-1", "default", "training.jsonl", "fine-tune", "0" * 64, 2147483648, 1719186911)
    told = upload_json(replace(UPLOAD, status="completed", file_id="file-1"), file)
    assert told == {**UPLOAD_JSON, "status": "completed", "file": file_json(file)}
    assert OpenAIUpload.model_validate(told, strict=True).file.id == "file-1"


@pytest.mark.parametrize("status", ["pending", "completed", "cancelled", "expired"])
def test_every_status_is_openais(status):
    told = upload_json(replace(UPLOAD, status=status))
    assert OpenAIUpload.model_validate(told, strict=True).status == status


def test_a_part_is_openais():
    told = part_json("part_1", "upload_1", 1719185911)
    assert told == {"id": "part_1", "object": "upload.part", "created_at": 1719185911, "upload_id": "upload_1"}
    assert UploadPart.model_validate(told, strict=True).upload_id == "upload_1"

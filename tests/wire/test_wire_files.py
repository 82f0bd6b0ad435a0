"""The form that brings a file, and the file object."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types import FileDeleted, FileObject, VectorStoreDeleted
from openai.types.vector_stores import VectorStoreFileDeleted
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict

from ragproxy.domain import File
from ragproxy.wire.files import FILE_FORM, FileForm, deleted_json, file_json
from ragproxy.wire.validation import load
from tests.wire.bodies import GONE, changed, refusal

FORM = {"purpose": "assistants", "expires_after[anchor]": "created_at", "expires_after[seconds]": "3600"}
FILE = File(
    id="file-1", owner="default", filename="été.pdf", purpose="user_data", sha256="0" * 64, size=175, created=1613677385
)
FILE_JSON = {
    "id": "file-1",
    "object": "file",
    "bytes": 175,
    "created_at": 1613677385,
    "expires_at": None,
    "filename": "été.pdf",
    "purpose": "user_data",
    "status": "processed",
    "status_details": None,
}


@pytest.mark.parametrize("purpose", ["assistants", "fine-tune", "vision", "user_data", "evals"])
def test_a_file_is_kept_for_ever_unless_it_expires(purpose):
    assert load(FILE_FORM, {"purpose": purpose}) == FileForm(purpose, lifetime_s=None)


def test_a_batch_s_file_is_kept_for_thirty_days():
    assert load(FILE_FORM, {"purpose": "batch"}) == FileForm("batch", lifetime_s=2_592_000)
    assert load(FILE_FORM, {**FORM, "purpose": "batch"}).lifetime_s == 3600


@pytest.mark.parametrize("seconds", ["3600", "2592000"])
def test_the_expiry_is_read_from_its_brackets(seconds):
    assert load(FILE_FORM, {**FORM, "expires_after[seconds]": seconds}) == FileForm("assistants", int(seconds))


def test_unknown_fields_are_ignored():
    more = {"model": "x", "expires_after[unit]": "h", "expires_after[]": "1"}
    assert load(FILE_FORM, {**FORM, **more}) == FileForm("assistants", 3600)


def test_a_form_is_read_through_webargs():
    assert load(FILE_FORM, MultiDictProxy(MultiDict(FORM), FILE_FORM)) == FileForm("assistants", 3600)


BAD = [
    ({"purpose": GONE}, "purpose", "missing_required_parameter"),
    ({"purpose": ""}, "purpose", "invalid_value"),
    ({"purpose": "answers"}, "purpose", "invalid_value"),
    ({"purpose": "batch_output"}, "purpose", "invalid_value"),
    (
        {"expires_after": "{}", "expires_after[anchor]": GONE, "expires_after[seconds]": GONE},
        "expires_after",
        "invalid_type",
    ),
    ({"expires_after[anchor]": GONE}, "expires_after.anchor", "missing_required_parameter"),
    ({"expires_after[seconds]": GONE}, "expires_after.seconds", "missing_required_parameter"),
    ({"expires_after[anchor]": "last_active_at"}, "expires_after.anchor", "invalid_value"),
    ({"expires_after[anchor]": "7"}, "expires_after.anchor", "invalid_value"),
    ({"expires_after[seconds]": "3599"}, "expires_after.seconds", "integer_below_min_value"),
    ({"expires_after[seconds]": "2592001"}, "expires_after.seconds", "integer_above_max_value"),
    ({"expires_after[seconds]": "1h"}, "expires_after.seconds", "invalid_type"),
    ({"expires_after[seconds]": ""}, "expires_after.seconds", "invalid_type"),
]


@pytest.mark.parametrize(("more", "param", "code"), BAD, ids=lambda value: str(value)[:60])
def test_what_breaks_a_rule_is_refused_by_name(more, param, code):
    assert refusal(FILE_FORM, changed(FORM, more)) == (param, code)


@given(
    st.dictionaries(
        st.sampled_from([*FORM, "expires_after", "expires_after[x]", "expires_after[]", "x"]) | st.text(max_size=3),
        st.text(max_size=4) | st.integers(0, 3_000_000).map(str) | st.sampled_from([*FORM.values(), "batch"]),
    )
)
def test_any_form_is_read_or_refused(form):
    if refusal(FILE_FORM, form) is None:
        read = load(FILE_FORM, form)
        assert read.purpose == form["purpose"]
        assert read.lifetime_s is None or 3600 <= read.lifetime_s <= 2_592_000


def test_a_file_is_openais():
    assert file_json(FILE) == FILE_JSON
    assert FileObject.model_validate(file_json(FILE), strict=True).filename == "été.pdf"


def test_a_file_tells_when_it_expires():
    expiring = File(**{name: getattr(FILE, name) for name in File.__slots__ if name != "expires"}, expires=1680202602)
    assert file_json(expiring) == {**FILE_JSON, "expires_at": 1680202602}
    assert FileObject.model_validate(file_json(expiring), strict=True).expires_at == 1680202602


@pytest.mark.parametrize(
    ("model", "object"),
    [
        (FileDeleted, "file"),
        (VectorStoreDeleted, "vector_store.deleted"),
        (VectorStoreFileDeleted, "vector_store.file.deleted"),
    ],
)
def test_what_was_deleted_is_told(model, object):
    told = deleted_json("x-1", object)
    assert told == {"id": "x-1", "object": object, "deleted": True}
    assert model.model_validate(told, strict=True).id == "x-1"

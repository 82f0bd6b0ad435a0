"""The queries of lists, and the pages."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.pagination import SyncCursorPage
from openai.types import FileObject
from webargs.multidictproxy import MultiDictProxy
from werkzeug.datastructures import MultiDict

from ragproxy.domain import Cursor
from ragproxy.wire.paging import (
    FILE_QUERY,
    STORE_FILE_QUERY,
    STORE_QUERY,
    FileQuery,
    StoreFileQuery,
    page_json,
)
from ragproxy.wire.validation import load
from tests.wire.bodies import refusal

FILE_JSON = {
    "id": "file-1",
    "object": "file",
    "bytes": 1,
    "created_at": 1,
    "filename": "a.txt",
    "purpose": "assistants",
    "status": "processed",
}


def test_no_arguments_ask_for_the_first_page():
    assert load(FILE_QUERY, {}) == FileQuery(Cursor(limit=10_000))
    assert load(STORE_QUERY, {}) == Cursor(limit=20, order="desc", after=None, before=None)
    assert load(STORE_FILE_QUERY, {}) == StoreFileQuery(Cursor())


def test_every_argument_is_read_from_its_text():
    page = {"limit": "100", "order": "asc", "after": "a", "before": "b"}
    assert load(STORE_QUERY, page) == Cursor(100, "asc", "a", "b")
    assert load(STORE_FILE_QUERY, {**page, "filter": "failed"}) == StoreFileQuery(
        Cursor(100, "asc", "a", "b"), "failed"
    )
    query = {"limit": "10000", "order": "asc", "after": "a", "purpose": "user_data"}
    assert load(FILE_QUERY, query) == FileQuery(Cursor(10_000, "asc", "a"), "user_data")


def test_files_have_no_before():
    assert load(FILE_QUERY, {"before": "b"}).cursor.before is None


@pytest.mark.parametrize("status", ["in_progress", "completed", "failed", "cancelled"])
def test_a_store_s_files_are_filtered_by_status(status):
    assert load(STORE_FILE_QUERY, {"filter": status}).status == status


def test_empty_and_unknown_arguments_are_ignored():
    empty = dict.fromkeys(["limit", "order", "after", "before", "filter", "purpose", "page"], "")
    assert load(STORE_FILE_QUERY, {**empty, "page": "3"}) == StoreFileQuery(Cursor())
    assert load(FILE_QUERY, empty) == FileQuery(Cursor(limit=10_000))


def test_a_query_string_is_read_through_webargs():
    given = MultiDictProxy(MultiDict([("limit", "5"), ("limit", "7"), ("after", ""), ("x", "y")]), STORE_QUERY)
    assert load(STORE_QUERY, given) == Cursor(limit=5)


BAD = [
    (STORE_QUERY, "limit", "0", "integer_below_min_value"),
    (STORE_QUERY, "limit", "-1", "integer_below_min_value"),
    (STORE_QUERY, "limit", "101", "integer_above_max_value"),
    (STORE_FILE_QUERY, "limit", "101", "integer_above_max_value"),
    (FILE_QUERY, "limit", "10001", "integer_above_max_value"),
    (FILE_QUERY, "limit", "0", "integer_below_min_value"),
    (STORE_QUERY, "limit", "ten", "invalid_type"),
    (STORE_QUERY, "limit", "1e1", "invalid_type"),
    (STORE_QUERY, "limit", "10.0", "invalid_type"),
    (STORE_QUERY, "limit", " 10", "invalid_type"),
    (STORE_QUERY, "limit", "٣", "invalid_type"),
    (STORE_QUERY, "limit", "9" * 5000, "invalid_type"),
    (STORE_QUERY, "order", "ASC", "invalid_value"),
    (FILE_QUERY, "order", "newest", "invalid_value"),
    (STORE_QUERY, "after", "a\x00b", "invalid_value"),
    (FILE_QUERY, "after", "a" * 513, "string_above_max_length"),
    (STORE_QUERY, "before", "a\nb", "invalid_value"),
    (STORE_FILE_QUERY, "before", "a" * 513, "string_above_max_length"),
    (STORE_FILE_QUERY, "filter", "removing", "invalid_value"),
    (FILE_QUERY, "purpose", "fine_tune", "invalid_value"),
]


@pytest.mark.parametrize(("schema", "param", "value", "code"), BAD, ids=lambda value: str(value)[:30])
def test_what_breaks_a_rule_is_refused_by_name(schema, param, value, code):
    assert refusal(schema, {param: value}) == (param, code)


_arguments = st.dictionaries(
    st.sampled_from(["limit", "order", "after", "before", "filter", "purpose", "x"]),
    st.text(max_size=5) | st.integers(-5, 20_000).map(str) | st.sampled_from(["asc", "failed", "vision"]),
)


@given(_arguments)
def test_any_query_is_read_or_refused(arguments):
    for schema, most in ((FILE_QUERY, 10_000), (STORE_QUERY, 100), (STORE_FILE_QUERY, 100)):
        if refusal(schema, arguments) is None:
            query = load(schema, arguments)
            cursor = query if schema is STORE_QUERY else query.cursor
            assert 1 <= cursor.limit <= most


def test_a_page_names_its_first_and_last():
    items = [{**FILE_JSON, "id": f"file-{number}"} for number in (3, 2, 1)]
    page = page_json(items, True)
    assert page == {"object": "list", "data": items, "first_id": "file-3", "last_id": "file-1", "has_more": True}
    read = SyncCursorPage[FileObject].model_validate(page, strict=True)
    assert [file.id for file in read.data] == ["file-3", "file-2", "file-1"]


def test_an_empty_page_names_nobody():
    page = page_json([], False)
    assert page == {"object": "list", "data": [], "first_id": None, "last_id": None, "has_more": False}
    assert SyncCursorPage[FileObject].model_validate(page, strict=True).data == []

"""No request about files or stores, whatever is in it, may get a 5xx."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.api.library import made, uploaded
from tests.api.test_fuzz import QUIET, values
from tests.forms import CONTENT_TYPE, field, file, form

FIELDS = [
    "name",
    "description",
    "metadata",
    "expires_after",
    "file_ids",
    "files",
    "file_id",
    "attributes",
    "chunking_strategy",
    "query",
    "filters",
    "max_num_results",
    "ranking_options",
    "rewrite_query",
    "filename",
    "purpose",
    "bytes",
    "mime_type",
    "part_ids",
    "md5",
]
ROUTES = [
    "/v1/vector_stores",
    "/v1/vector_stores/{store}",
    "/v1/vector_stores/{store}/search",
    "/v1/vector_stores/{store}/files",
    "/v1/vector_stores/{store}/files/{file}",
    "/v1/vector_stores/{store}/file_batches",
    "/v1/uploads",
    "/v1/uploads/upload_1/complete",
]
LISTS = ["/v1/files", "/v1/vector_stores", "/v1/vector_stores/{store}/files"]
ids = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


@QUIET
@given(route=st.sampled_from(ROUTES), body=st.dictionaries(st.sampled_from(FIELDS), values, max_size=6))
def test_random_values_in_known_fields(client, things, route, body):
    _check(client.post(route.format(**things), data=json.dumps(body), content_type="application/json"))


@QUIET
@given(query=ids | st.lists(ids, max_size=3), filters=values, threshold=values)
def test_almost_right_searches(client, things, query, filters, threshold):
    body = {"query": query, "filters": filters, "ranking_options": {"score_threshold": threshold}}
    _check(client.post(ROUTES[2].format(**things), data=json.dumps(body), content_type="application/json"))


@QUIET
@given(
    route=st.sampled_from(LISTS),
    query=st.dictionaries(st.sampled_from(["limit", "order", "after", "before", "filter", "purpose"]), ids),
)
def test_random_arguments_of_lists(client, things, route, query):
    _check(client.get(route.format(**things), query_string=query))


@QUIET
@given(
    id=ids,
    route=st.sampled_from(
        ["/v1/files/{}", "/v1/files/{}/content", "/v1/vector_stores/{}", "/v1/vector_stores/{}/files"]
    ),
    method=st.sampled_from(["GET", "DELETE", "POST", "HEAD"]),
)
def test_random_ids(client, id, route, method):
    assert client.open(route.format(id.replace("?", "").replace("#", "")), method=method).status_code < 500


@QUIET
@given(name=ids, filename=ids, data=st.binary(max_size=200), tail=st.binary(max_size=100))
def test_random_forms(client, name, filename, data, tail):
    for body in (
        form(field("purpose", "assistants"), file("file", data, filename)),
        form(field(name, data)) + tail,
        tail,
    ):
        _check(client.post("/v1/files", data=body, content_type=CONTENT_TYPE))


@QUIET
@given(header=ids.filter(lambda text: text.isprintable() and text.isascii()))
def test_random_ranges(client, things, header):
    url = f"/v1/files/{things['file']}/content"
    for name in ("Range", "If-Range", "If-None-Match"):
        assert client.get(url, headers={name: f"bytes={header}"}).status_code < 500


@pytest.fixture(scope="module")
def client(make_app):
    return make_app(body_limit_mb=1).test_client()


@pytest.fixture(scope="module")
def things(client):
    return {"store": made(client, file_ids=[uploaded(client)]), "file": uploaded(client)}


def _check(answer):
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert set(json.loads(answer.text)["error"]) == {"message", "type", "param", "code"}

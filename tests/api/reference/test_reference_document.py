"""/openapi.json: valid, whole, and of the routes that there are."""

import json
import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from ragproxy.api import problems
from ragproxy.api.reference import MEMO
from ragproxy.api.reference.document import OPERATIONS, UNTOLD, told_routes
from ragproxy.api.reference.words import ERRORS, HEADERS, PATHS, RESOURCES, TAGS
from ragproxy.app import EXPOSED_HEADERS

METHODS = ("get", "post", "delete")
OPEN = {"/health", "/ready", "/metrics", "/openapi.json", "/docs", "/sources/{token}"}
OPEN |= {"/login", "/login/callback", "/logout", "/admin/session", "/admin/login", "/admin/logout"}
# what may be anything: a part of an item that came as a client sent it, and what only upstreams tell
ANYTHING = {
    ("Item", "content"),
    ("Item", "status"),
    ("Item", "role"),
    ("TextChoice", "logprobs"),
    ("TextCompletionChunk", "logprobs"),
}


def test_the_document_is_valid(document):
    assert document["openapi"].startswith("3.1.")
    assert [str(error)[:500] for error in OpenAPIV31SpecValidator(document).iter_errors()] == []


def test_every_route_is_told_once_and_no_other(app, document):
    rules = {
        (re.sub(r"<(?:path:)?(\w+)>", r"{\1}", rule.rule), method)
        for rule in app.url_map.iter_rules()
        if not rule.endpoint.startswith("bare-") and rule.endpoint.partition(".")[0] not in UNTOLD
        for method in rule.methods - {"OPTIONS", "HEAD"}
    }
    told = {(path, method.upper()) for path, item in document["paths"].items() for method in item.keys() & set(METHODS)}
    assert told == rules
    assert {("/v1/chat/completions", "POST"), ("/admin/keys", "GET"), ("/openai/models", "GET")} <= told
    assert not [path for path, _ in told if path.startswith(("/chat", "/completions"))]


def test_nothing_is_described_that_there_is_not(app):
    assert {rule.endpoint for rule, _ in told_routes(app)} == set(OPERATIONS)
    assert {endpoint.partition(".")[0] for endpoint in OPERATIONS} == set(TAGS)
    assert set(TAGS.values()) == set(RESOURCES)
    assert {name for rule, _ in told_routes(app) for name in rule.arguments} == set(PATHS)


def test_every_operation_says_what_it_is(document, operations):
    ids = [operation["operationId"] for _, _, operation in operations]
    assert len(ids) == len(set(ids))
    tags = {tag["name"] for tag in document["tags"]}
    for path, method, operation in operations:
        for word in ("summary", "description"):
            assert len(operation[word]) > 5, f"{method} {path} has no {word}"
        assert set(operation["tags"]) <= tags
        assert not operation["summary"].endswith(".")
    assert all(tag["description"] for tag in document["tags"])


def test_every_argument_has_a_schema_and_a_sentence(document, operations):
    for path, method, operation in operations:
        named = re.findall(r"\{(\w+)\}", path)
        assert [each["name"] for each in document["paths"][path].get("parameters", ())] == sorted(
            named, key=named.index
        )
        for argument in [*document["paths"][path].get("parameters", ()), *operation.get("parameters", ())]:
            argument = resolved(document, argument)
            assert argument["schema"].get("type"), f"{method} {path}: {argument}"
            assert "null" not in argument["schema"]["type"]
            assert argument.get("description"), f"{method} {path}: {argument['name']} is not explained"


def test_every_operation_tells_its_success_and_its_errors(document, operations):
    error = {"$ref": "#/components/schemas/Error"}
    for path, method, operation in operations:
        answers = operation["responses"]
        success = next(answers[status] for status in ("200", "303") if status in answers)
        assert "content" in success or "Location" in success["headers"], f"{method} {path}"
        statuses = {status for status in answers if status[0] in "45"}
        wanted = {"500"} if path in OPEN else {"400", "401", "403", "429", "500", "503"}
        assert wanted <= statuses, f"{method} {path}"
        for status in statuses - ({"503"} & {*answers}):
            told = resolved(document, answers[status])
            assert told["content"]["application/json"]["schema"] == error
            assert told["description"]


def test_what_needs_a_key_says_so_and_nothing_else_does(document, operations):
    assert document["security"] == [{"bearer": []}, {"apiKey": []}]
    for path, _, operation in operations:
        assert (operation.get("security") == []) is (path in OPEN), path
    scoped = document["paths"]["/v1/files"]["post"]["description"]
    assert scoped.endswith("Needs the scope `files`.")


def test_every_body_that_is_read_is_told(operations):
    without = {path for path, method, operation in operations if method == "post" and "requestBody" not in operation}
    ends = ("/cancel", "/pause", "/resume", "/reindex", "/retry", "/logout")
    assert {path for path in without if not path.endswith(ends)} == set()


def test_the_fields_of_ours_are_in_the_requests_that_take_them(document):
    schemas = document["components"]["schemas"]
    for name in ("ChatRequest", "CompletionOrChat", "ResponseRequest"):
        assert {"rag", "files", "lang", "conversation_id", "clientModel"} <= schemas[name]["properties"].keys()
    rag = schemas["Rag"]["properties"]
    assert {"enabled", "stores", "top_k", "min_score", "filters", "sources", "cache"} == rag.keys()


def test_every_field_has_a_type(document):
    def untyped(value, path):
        if isinstance(value, dict):
            for name, field in value.get("properties", {}).items():
                if not {"type", "$ref", "anyOf", "oneOf", "const"} & field.keys():
                    yield (path[0], name)
            if "object" in value.get("type", ()) and not {"properties", "additionalProperties"} & value.keys():
                yield path  # generators of types would make it one that is empty
            for key, each in value.items():
                yield from untyped(each, (*path, key))
        elif isinstance(value, list):
            for each in value:
                yield from untyped(each, path)

    found = {each for name, schema in document["components"]["schemas"].items() for each in untyped(schema, (name,))}
    assert found <= ANYTHING


def test_every_component_is_referred_to(document):
    written = json.dumps(document)
    for kind in ("schemas", "responses", "parameters", "headers"):
        for name in document["components"][kind]:
            assert f'"#/components/{kind}/{name}"' in written, f"nobody refers to {kind}/{name}"


def test_every_header_that_browsers_may_read_is_described(document):
    described = {name.lower() for name in HEADERS}
    assert {name.lower() for name in EXPOSED_HEADERS} <= described
    chat = document["paths"]["/v1/chat/completions"]["post"]["responses"]
    assert {"X-Metadata-Sources", "x-ragproxy-cost", "x-cache", "x-request-id"} <= chat["200"]["headers"].keys()
    assert "retry-after" in resolved(document, chat["429"])["headers"]


def test_every_status_of_an_error_is_described():
    assert {status for _, status, _ in problems.STATUS} - {499} <= set(ERRORS)  # 499: nobody is left to read it


def test_streams_say_what_their_events_are(document):
    stream = document["paths"]["/v1/responses"]["post"]["responses"]["200"]["content"]["text/event-stream"]["schema"]
    events = document["components"]["schemas"][stream["$ref"].rpartition("/")[2]]["oneOf"]
    assert len(events) > 10
    run = document["paths"]["/v1/threads/{thread_id}/runs"]["post"]["responses"]["200"]["content"]
    assert run["text/event-stream"]["schema"] == {"$ref": "#/components/schemas/RunStreamEvent"}


def test_it_is_written_when_somebody_asks_first_and_sent_once(make_app):
    app = make_app()
    assert MEMO not in app.extensions
    client = app.test_client()
    first = client.get("/openapi.json")
    assert MEMO in app.extensions
    assert first.get_json()["info"]["license"]["identifier"] == "Apache-2.0"
    again = client.get("/openapi.json", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def resolved(document, value):
    while "$ref" in value:
        _, *path = value["$ref"].split("/")
        value = document
        for key in path:
            value = value[key]
    return value


@pytest.fixture(scope="module")
def document(app):
    return app.test_client().get("/openapi.json").get_json()


@pytest.fixture(scope="module")
def operations(document):
    """(path, method, operation) of all."""
    return [
        (path, method, item[method]) for path, item in document["paths"].items() for method in METHODS if method in item
    ]

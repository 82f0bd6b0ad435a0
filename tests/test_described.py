"""The eye that holds answers against /openapi.json sees what is missing, and what is too much."""

import json

import pytest

from tests import described
from tests.described import Described, Reference

DOCUMENT = {
    "paths": {
        "/v1/things": {
            "get": {
                "responses": {
                    "200": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}},
                            "text/event-stream": {"schema": {"$ref": "#/components/schemas/Thing"}},
                        }
                    },
                    "400": {"$ref": "#/components/responses/Error"},
                }
            }
        },
        "/v1/things/{model_id}": {"get": {"responses": {"200": {"content": {"audio/*": {"schema": {}}}}}}},
    },
    "components": {
        "responses": {"Error": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}},
        "schemas": {
            "Thing": {
                "type": "object",
                "properties": {
                    "id": {"type": "string"},
                    "more": {"type": "object", "properties": {"word": {"enum": ["a"], described.PASSED: True}}},
                    "open": {
                        "type": "object",
                        "properties": {"known": {"type": "string"}},
                        "additionalProperties": True,
                    },
                },
                "required": ["id"],
            }
        },
    },
}


def test_what_is_described_is_no_fault():
    assert faults({"id": "a", "more": {"word": "a"}}) == []


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "'id' is a required property"),
        ({"id": 1}, "not of type 'string'"),
        ({"id": "a", "extra": 1}, "'extra' was unexpected"),
        ({"id": "a", "more": {"extra": 1}}, "'extra' was unexpected"),
    ],
)
def test_what_is_missing_wrong_or_too_much_is_one(body, said):
    (fault,) = faults(body)
    assert said in fault
    assert fault.startswith("GET /v1/things (200)")


def test_an_upstreams_words_and_keys_are_looked_at_by_a_strict_eye_alone():
    for body in ({"id": "a", "more": {"word": "b"}}, {"id": "a", "open": {"extra": 1}}):
        assert faults(body) == []
        assert len(faults(body, strict=True)) == 1


def test_each_event_of_a_stream_is_looked_at():
    body = b': ping\n\ndata: {"id": "a"}\n\ndata: {"id": 2}\n\ndata: [DONE]\n\ndata: {"id": 3'
    (fault,) = Reference(DOCUMENT).faults("GET", "/things", 200, "text/event-stream", body)
    assert "2 is not of type" in fault


def test_statuses_and_types_that_are_not_described_are_faults():
    reference = Reference(DOCUMENT)
    assert "no such status" in next(reference.faults("GET", "/v1/things", 500, "application/json", b"{}"))
    assert "text/html is not described" in next(reference.faults("GET", "/v1/things", 200, "text/html", b""))
    assert list(reference.faults("GET", "/v1/things/a/b", 200, "audio/wav", b"")) == []
    assert list(reference.faults("GET", "/elsewhere", 500, "text/html", b"")) == []
    assert list(reference.faults("GET", "/things", 400, "application/json", b'{"id": "a"}')) == []


def test_an_application_is_listened_to():
    def app(environ, start_response):
        start_response("200 OK", [("Content-Type", "application/json; charset=utf-8")])
        return [b'{"id":', b" 1}"]

    body = Described(app, Reference(DOCUMENT))(
        {"REQUEST_METHOD": "GET", "PATH_INFO": "/things"}, lambda *_: lambda data: None
    )
    assert b"".join(body) == b'{"id": 1}'
    assert len(described.FAULTS) == 1
    described.FAULTS.clear()


def faults(body, **manner):
    reference = Reference(DOCUMENT, **manner)
    return list(reference.faults("GET", "/v1/things", 200, "application/json", json.dumps(body).encode()))

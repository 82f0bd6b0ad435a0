"""What we take and answer, held against OpenAI's own reference, route by route: no field of theirs may be forgotten."""

from pathlib import Path

import pytest
import yaml

from tests.api.reference.comparing import METHODS, Place, shared, unasked, untold

ROOT = Path(__file__).resolve().parents[3]
OPENAI = ROOT.parent / "shared" / "openai" / "openapi.yaml"
pytestmark = pytest.mark.skipif(
    not OPENAI.is_file(), reason="OpenAI's reference is not beside the repository (../shared/openai)"
)

BETA = "?beta=true"  # paths that end so are copies of others
# resources of OpenAI's that are not here at all, by how their paths begin
ABSENT = {
    "/organization/": "OpenAI's own administration: ours is below /admin",
    "/projects/": "the same",
    "/evals": "`ragproxy eval` judges answers here",
    "/containers": "nothing is run here",
    "/skills": "nothing is run here",
    "/realtime/": "speech over sockets",
    "/videos": "no upstream of the field's makes them by the protocol",
    "/chatkit/": "OpenAI's hosted chats",
    "/audio/voice": "voices are the upstream's affair",
    "/fine_tuning/checkpoints/": "rights to models are the upstream's affair",
    "/fine_tuning/alpha/": "graders are the upstream's affair",
    "/content_provenance_checks": "OpenAI's own pictures",
    "DELETE /models/{model}": "405: models are deleted at their upstream",
}

_RESPONSES = ("POST /responses", "POST /responses/input_tokens")
_ITEMS = ("POST /conversations .items[]", "POST /conversations/{conversation_id}/items .items[]")
_INPUT = tuple(f"{route} .input[]" for route in (*_RESPONSES, "POST /responses/compact"))
_TOOLS = """computer computer_use_preview web_search web_search_2025_08_26 mcp code_interpreter image_generation shell
    programmatic_tool_calling local_shell namespace tool_search web_search_preview web_search_preview_2025_03_11
    apply_patch"""
_CHOICES = """code_interpreter computer computer_use computer_use_preview image_generation web_search_preview
    web_search_preview_2025_03_11"""
# what OpenAI takes and we refuse, or do not look at: where it is, and why
UNASKED = {
    "400 unsupported_parameter: there are no stored prompts": ["POST /responses .prompt"],
    "400 unsupported_parameter: of OpenAI's hosted tools there is file_search": [
        *(f"{route} .tools[] = {tool}" for route in _RESPONSES for tool in _TOOLS.split()),
        *(f"{route} .tool_choice.type = {tool}" for route in _RESPONSES for tool in _CHOICES.split()),
        *(
            f"{route} .tool_choice = {tool}"
            for route in _RESPONSES
            for tool in ("mcp", "programmatic_tool_calling", "apply_patch", "shell")
        ),
    ],
    "400: there is no code interpreter": [
        "POST /assistants .tools[] = code_interpreter",
        "POST /assistants/{assistant_id} .tools[] = code_interpreter",
        "POST /threads .messages[].attachments[].tools[] = code_interpreter",
        "POST /threads/runs .tools[] = code_interpreter",
        "POST /threads/runs .thread.messages[].attachments[].tools[] = code_interpreter",
        "POST /threads/{thread_id}/messages .attachments[].tools[] = code_interpreter",
        "POST /threads/{thread_id}/runs .tools[] = code_interpreter",
        "POST /threads/{thread_id}/runs .additional_messages[].attachments[].tools[] = code_interpreter",
    ],
    "400: batches are of chats, completions, embeddings, responses and moderations": [
        f"POST /batches .endpoint = /v1/{what}" for what in ("images/edits", "images/generations", "videos")
    ],
    "400 unsupported_parameter: a filter that is overlooked would show jobs that nobody asked for": [
        "GET /fine_tuning/jobs ?metadata"
    ],
    "400: POST /responses/compact makes a history short": [
        f"{place} = compaction_trigger" for place in _INPUT + _ITEMS
    ],
    "400: what a conversation keeps is there already": [f"{place} = item_reference" for place in _ITEMS],
    "400: an output has to name its call": [f"{place}.call_id : null" for place in _INPUT + _ITEMS],
    "400: somebody has to be asked": ["POST /completions .prompt : null", "POST /responses/compact .model : null"],
    "400: a misspelt purpose would show no file": ["GET /files ?purpose = anything"],
    "taken, as forms write objects: expires_after[anchor] and expires_after[seconds]": ["POST /files .expires_after"],
    "taken, as queries write them: `true`; and nothing in a query is null": [
        "GET /responses/{response_id} ?stream : boolean",
        "GET /chat/completions ?metadata : null",
    ],
    "not looked at: what was included when it was asked is there anyway": [
        "GET /responses/{response_id} ?include",
        "GET /responses/{response_id}/input_items ?include",
    ],
    "not looked at: there is no padding": ["GET /responses/{response_id} ?include_obfuscation"],
}
# what OpenAI answers and we do not: where it is, and why
UNTOLD = {
    "sound has its own type, such as audio/mpeg": ["POST /audio/speech application/octet-stream"],
    "the bytes are of the file's own type": ["GET /files/{file_id}/content application/json"],
}


def test_everything_that_openai_takes_is_taken_or_refused_for_a_reason(theirs, ours):
    assert set(found(unasked, theirs, ours)) == {line for lines in UNASKED.values() for line in lines}


def test_everything_that_openai_answers_is_answered(theirs, ours):
    assert set(found(untold, theirs, ours)) == {line for lines in UNTOLD.values() for line in lines}


def test_a_resource_of_openais_that_is_not_here_is_known(theirs, ours):
    here = {where for where, _, _ in shared(theirs, ours)}
    paths = {path: item for path, item in theirs["paths"].items() if not path.endswith(BETA)}
    routes = {f"{method.upper()} {path}" for path, item in paths.items() for method in METHODS if method in item}
    assert len(here) > 90
    missing = {route for route in routes - here if not _is_absent(route)}
    assert missing == set()
    assert {beginning for beginning in ABSENT if not any(_begins(route, beginning) for route in routes - here)} == set()


@pytest.mark.parametrize(
    ("path", "taken", "line"),
    [
        ("/v1/chat/completions", "lang", "POST /chat/completions .temperature"),
        ("/v1/responses", "lang", "POST /responses .include"),
    ],
)
def test_a_field_that_is_forgotten_is_found(theirs, ours, path, taken, line):
    name = line.rpartition(".")[2]
    body = ours["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[
        2
    ]
    schema = ours["components"]["schemas"][body]
    assert {name, taken} <= schema["properties"].keys()
    rest = {key: each for key, each in schema["properties"].items() if key != name}
    schemas = {**ours["components"]["schemas"], body: {**schema, "properties": rest}}
    forgetful = {**ours, "components": {**ours["components"], "schemas": schemas}}
    known = set(found(unasked, theirs, ours))
    assert set(found(unasked, theirs, forgetful)) - known == {line}


def test_an_answer_without_a_field_is_found(theirs, ours):
    schema = ours["components"]["schemas"]["VectorStore"]
    rest = {key: each for key, each in schema["properties"].items() if key != "usage_bytes"}
    schemas = {**ours["components"]["schemas"], "VectorStore": {**schema, "properties": rest}}
    forgetful = {**ours, "components": {**ours["components"], "schemas": schemas}}
    lines = set(found(untold, theirs, forgetful)) - set(found(untold, theirs, ours))
    assert {"GET /vector_stores .data[].usage_bytes", "POST /vector_stores .usage_bytes"} <= lines


def found(compare, theirs, ours):
    """All lines that `compare` finds."""
    for where, their, own in shared(theirs, ours):
        for line in compare(Place(theirs, their), Place(ours, own)):
            yield f"{where} {line}"


def _is_absent(route):
    return any(_begins(route, beginning) for beginning in ABSENT)


def _begins(route, beginning):
    return route == beginning or (beginning.startswith("/") and route.partition(" ")[2].startswith(beginning))


@pytest.fixture(scope="module")
def theirs():
    with OPENAI.open(encoding="utf-8") as file:
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


@pytest.fixture(scope="module")
def ours(app):
    return app.test_client().get("/openapi.json").get_json()

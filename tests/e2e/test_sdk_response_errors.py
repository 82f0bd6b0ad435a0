"""Responses that are refused, break off, are cut or asked for twice: the official client against real servers."""

import uuid

import openai
import pytest
import requests

from tests.e2e import scaled
from tests.e2e.by_hand import user
from tests.e2e.conftest import writing
from tests.e2e.responding import LOOK, ask, whole
from tests.replies import Reply, chat_frames, refusal

pytestmark = pytest.mark.sets("embedded", "scaled")

ADMIN = "the-admin-key-of-this-test"


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_that_is_cut_is_incomplete(ai, upstream, stream):
    cut = Reply.events(*chat_frames("It is", finish="length")) if stream else whole(finish="length")
    upstream.script(cut, path="/chat/completions")
    response = ask(ai, "How tall?", stream=stream, max_output_tokens=2)
    assert (response.status, response.incomplete_details.reason) == ("incomplete", "max_output_tokens")
    assert ai.responses.retrieve(response.id).status == "incomplete"


def test_an_answer_that_is_not_stored_is_not_there(ai, upstream):
    response = ask(ai, "Hello?", store=False)
    for call in (ai.responses.retrieve, ai.responses.delete, ai.responses.cancel, ai.responses.input_items.list):
        with pytest.raises(openai.NotFoundError):
            call(response.id)


@pytest.mark.parametrize("stream", [False, True])
def test_a_request_that_is_sent_again_under_its_key_is_answered_once(ai, upstream, stream):
    upstream.text = "Once."
    conversation = ai.conversations.create().id
    key = {"Idempotency-Key": uuid.uuid4().hex}
    given = {"stream": stream, "conversation": conversation, "extra_headers": key}
    first = ask(ai, "Say it.", **given)
    upstream.text = "Twice."
    assert ask(ai, "Say it.", **given) == first
    with pytest.raises(openai.BadRequestError) as no:
        ask(ai, "Say more.", **given)
    assert (no.value.code, no.value.param) == ("idempotency_key_reused", "Idempotency-Key")
    assert len(upstream.to("/chat/completions")) == 1
    assert len(list(ai.conversations.items.list(conversation))) == 2


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("given", "kind", "code", "param"),
    [
        (
            {"previous_response_id": "resp_nobody"},
            openai.NotFoundError,
            "previous_response_not_found",
            "previous_response_id",
        ),
        ({"conversation": "conv_nobody"}, openai.NotFoundError, "conversation_not_found", "conversation"),
        ({"tools": [{"type": "web_search"}]}, openai.BadRequestError, "unsupported_parameter", "tools[0].type"),
        (
            {"tools": [LOOK, {"type": "file_search", "vector_store_ids": ["vs_nobody"]}]},
            openai.NotFoundError,
            "vector_store_not_found",
            "tools[1].vector_store_ids[0]",
        ),
        ({"model": "nobody"}, openai.NotFoundError, "model_not_found", "model"),
        ({"temperature": 3}, openai.BadRequestError, None, "temperature"),
        ({"input": []}, openai.BadRequestError, None, "input"),
    ],
)
def test_mistakes_are_the_clients_own_errors(ai, upstream, stream, given, kind, code, param):
    with pytest.raises(kind) as no:
        ai.responses.create(**{"model": "tiny", "input": "Hello?", "stream": stream, **given})
    assert (no.value.code, no.value.param) == (code or no.value.code, param)
    assert upstream.to("/chat/completions") == []


@pytest.mark.parametrize("stream", [False, True])
def test_errors_of_the_upstream_are_told(ai, upstream, stream):
    upstream.script(refusal(429, "Slow down", headers={"retry-after": "99"}), path="/chat/completions")
    with pytest.raises(openai.RateLimitError, match="Slow down") as no:
        ai.responses.create(model="tiny", input="Hello?", stream=stream)
    assert no.value.response.headers["retry-after"] == "99"


def test_a_stream_that_breaks_off_has_failed(ai, upstream):
    reply = Reply.events(*chat_frames("It is", " tall")[:3])
    upstream.script(Reply.events(*reply.pieces, cut_at=sum(map(len, reply.wire())) - 5), path="/chat/completions")
    *_, last = ai.responses.create(model="tiny", input="How tall?", stream=True)
    assert (last.type, last.response.status, last.response.error.code) == ("response.failed", "failed", "server_error")
    assert last.response.output_text == "It is tall"
    assert ai.responses.retrieve(last.response.id).status == "failed"


def test_what_is_one_owners_is_not_there_for_another(locked, upstream):
    ann, bob = locked
    store = ann.vector_stores.create(name="anns")
    conversation = ann.conversations.create(items=user("I am Ann."))
    response = ask(ann, "Hello?")
    stored = ann.chat.completions.create(model="tiny", messages=user("Hello?"), store=True)
    asked = len(upstream.to("/chat/completions"))
    with pytest.raises(openai.NotFoundError) as no:
        ask(bob, "Hello?", previous_response_id=response.id)
    assert no.value.code == "previous_response_not_found"
    for call in (
        lambda: ask(bob, "Hello?", conversation=conversation.id),
        lambda: ask(bob, "Hello?", tools=[{"type": "file_search", "vector_store_ids": [store.id]}]),
        lambda: bob.responses.retrieve(response.id),
        lambda: bob.responses.cancel(response.id),
        lambda: bob.responses.delete(response.id),
        lambda: bob.responses.input_items.list(response.id),
        lambda: bob.conversations.retrieve(conversation.id),
        lambda: bob.conversations.items.create(conversation.id, items=user("I am Bob.")),
        lambda: bob.conversations.delete(conversation.id),
        lambda: bob.chat.completions.retrieve(stored.id),
        lambda: bob.chat.completions.messages.list(stored.id),
    ):
        with pytest.raises(openai.NotFoundError):
            call()
    assert len(upstream.to("/chat/completions")) == asked
    assert list(bob.chat.completions.list()) == []
    assert ask(ann, "And now?", previous_response_id=response.id).status == "completed"
    with pytest.raises(openai.AuthenticationError):
        ask(ann.with_options(api_key="rk-wrong"), "Hello?")


@pytest.fixture
def ai(official, upstream):
    """The official client of a server whose upstream behaves itself."""
    return official


@pytest.fixture(scope="module")
def locked(deployed, shared_upstream, tmp_path_factory):
    """The clients of two owners."""
    variables = {"RAGPROXY_AUTH": "keys", "RAGPROXY_ADMIN_KEY": ADMIN, **writing(shared_upstream)}
    with deployed(tmp_path_factory.mktemp("locked"), **variables) as server:
        keys = [made(server, owner) for owner in ("ann", "bob")]
        with scaled.client(server, api_key=keys[0]) as ann, scaled.client(server, api_key=keys[1]) as bob:
            scaled.wait_until(lambda: "tiny" in {model.id for model in ann.models.list()}, 10)
            yield ann, bob


def made(server, owner):
    headers = {"Authorization": f"Bearer {ADMIN}"}
    body = {"name": owner, "owner": owner}
    answer = requests.post(f"{server.url}/admin/keys", headers=headers, json=body, timeout=10)
    assert answer.status_code == 200, answer.text
    return answer.json()["value"]

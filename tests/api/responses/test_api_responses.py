"""/responses over the application: every kind of answer, whole and streamed, and what is kept of it."""

import base64
import json

import pytest
from openai.types.responses import Response

from ragproxy.errors import StorageFull
from tests.api.library import refused, right, uploaded
from tests.api.responses.asking import (
    LOOK,
    MODEL,
    PATH,
    ask,
    items,
    listed,
    one_chunk,
    script_calls,
    stream,
    text_of,
    whole_of,
)
from tests.replies import Reply, chat_frames, refusal
from tests.wire.responding import checked, types


def test_a_text_is_answered_and_kept(client, upstream):
    upstream.text = "Paris it is."
    body = ask(client, "Where?", instructions="Be brief", temperature=0.5, metadata={"a": "b"})
    assert text_of(body) == "Paris it is."
    assert (body["status"], body["model"], body["usage"]["input_tokens"]) == ("completed", MODEL, 7)
    assert right(client.get(f"{PATH}/{body['id']}")) == body
    sent = upstream.requests[-1].json
    assert sent["messages"] == [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Where?"}]
    assert sent["temperature"] == 0.5
    assert not {"metadata", "store", "instructions", "input"} & sent.keys()


def test_a_stream_ends_with_what_is_kept(client, upstream):
    upstream.text = "Paris it is."
    events = stream(client, "Where?")
    assert types(events)[:2] == ["created", "in_progress"]
    assert types(events)[-1] == "completed"
    assert "".join(event["delta"] for event in events if "delta" in event) == "Paris it is."
    body = events[-1]["response"]
    assert right(client.get(f"{PATH}/{body['id']}")) == body
    assert "stream" not in body


def test_streams_have_event_lines_and_no_done(client, upstream):
    answer = client.post(PATH, json={"model": MODEL, "input": "Hi", "stream": True})
    assert answer.mimetype == "text/event-stream"
    frames = answer.text.removesuffix("\n\n").split("\n\n")
    for frame in frames:
        name, data = frame.split("\n")
        assert name == f"event: {json.loads(data.removeprefix('data: '))['type']}"
    assert "[DONE]" not in answer.text


@pytest.mark.parametrize("streamed", [False, True])
def test_a_function_is_called_and_answered(client, upstream, streamed):
    script_calls(upstream, streamed)
    body = ask(client, "Look", tools=[LOOK], stream=streamed)
    (call,) = body["output"]
    assert (call["type"], call["call_id"], call["arguments"]) == ("function_call", "call_1", '{"a":1}')
    sent = upstream.requests[-1].json
    assert sent["tools"] == [{"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}]
    upstream.text = "It is 42."
    output = {"type": "function_call_output", "call_id": "call_1", "output": "42"}
    body = ask(client, [output], previous_response_id=body["id"], tools=[LOOK], stream=streamed)
    assert text_of(body) == "It is 42."
    roles = [(message["role"], message["content"]) for message in upstream.requests[-1].json["messages"]]
    assert roles == [("user", "Look"), ("assistant", None), ("tool", "42")]


@pytest.mark.parametrize("streamed", [False, True])
def test_thoughts_and_refusals(client, upstream, streamed):
    said = {"role": "assistant", "content": None, "reasoning_content": "Hm", "refusal": "I won't"}
    upstream.script(one_chunk(said) if streamed else whole_of(said), path="/chat/completions")
    reasoning, message = ask(client, "Do it", reasoning={"effort": "low"}, stream=streamed)["output"]
    assert reasoning["content"] == [{"type": "reasoning_text", "text": "Hm"}]
    assert message["content"] == [{"type": "refusal", "refusal": "I won't"}]
    assert upstream.requests[-1].json["reasoning_effort"] == "low"


def test_text_in_a_form(client, upstream):
    upstream.text = '{"a": 1}'
    form = {"type": "json_schema", "name": "x", "schema": {"type": "object"}, "strict": True}
    body = ask(client, "Hi", text={"format": form})
    assert body["text"] == {"format": form}
    inner = {"name": "x", "schema": {"type": "object"}, "strict": True}
    assert upstream.requests[-1].json["response_format"] == {"type": "json_schema", "json_schema": inner}


def test_an_answer_that_was_cut_is_incomplete(client, upstream):
    upstream.script(Reply.events(*chat_frames("Par", finish="length")), path="/chat/completions")
    body = stream(client, "Where?", max_output_tokens=1)[-1]["response"]
    assert (body["status"], body["incomplete_details"]) == ("incomplete", {"reason": "max_output_tokens"})
    assert upstream.requests[-1].json["max_completion_tokens"] == 1


def test_pictures_and_files_go_to_the_upstream(client, upstream):
    picture = uploaded(client, b"\x89PNG", "dot.png", purpose="vision")
    content = [
        {"type": "input_text", "text": "What is it?"},
        {"type": "input_image", "image_url": "https://example.org/a.png", "detail": "low"},
        {"type": "input_image", "file_id": picture},
        {"type": "input_file", "filename": "a.txt", "file_data": "data:text/plain;base64,QQ=="},
    ]
    body = ask(client, [{"role": "user", "content": content}])
    inline = "data:image/png;base64," + base64.b64encode(b"\x89PNG").decode()
    assert upstream.requests[-1].json["messages"][0]["content"] == [
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "https://example.org/a.png", "detail": "low"}},
        {"type": "image_url", "image_url": {"url": inline}},
        {"type": "file", "file": {"file_data": "data:text/plain;base64,QQ==", "filename": "a.txt"}},
    ]
    (item,) = items(client, body)
    assert item["content"][2] == {"type": "input_image", "file_id": picture, "detail": "auto"}


@pytest.mark.parametrize(
    ("part", "status", "code", "key"),
    [
        ({"type": "input_image", "file_id": "file-nobody"}, 404, "file_not_found", "file_id"),
        ({"type": "input_image", "file_id": "text"}, 400, "invalid_image", "file_id"),
        ({"type": "input_file", "file_url": "https://example.org/a.pdf"}, 400, "unsupported_parameter", "file_url"),
    ],
)
def test_pictures_and_files_that_cannot_be_had(client, upstream, part, status, code, key):
    if part.get("file_id") == "text":
        part = {**part, "file_id": uploaded(client)}
    body = {"model": MODEL, "input": [{"role": "user", "content": [part]}]}
    refused(client.post(PATH, json=body), status, code, f"input[0].content[0].{key}")


def test_names_mean_what_they_mean_in_chat(client, upstream, store):
    for model in ("ragproxy", "gpt-4o", f"rag/{store}"):
        assert ask(client, "How tall is the tower?", model=model)["model"] == model
    message = refused(client.post(PATH, json={"model": "nobody", "input": "Hi"}), 404, "model_not_found", "model")
    assert "nobody" in message


def test_errors_come_before_the_first_byte(client, upstream):
    for body in ({}, {"stream": True}):
        upstream.script(refusal(400, "too long", code="context_length_exceeded"), path="/chat/completions")
        answer = client.post(PATH, json={"model": MODEL, "input": "Hi", **body})
        refused(answer, 400, "context_length_exceeded")
    assert listed(client) == 0


def test_an_upstream_that_breaks_off_in_a_stream_fails_the_response(client, upstream):
    frames = chat_frames("Par", "is")
    upstream.script(Reply.events(*frames[:2], cut_at=sum(map(len, frames[:2])) + 20), path="/chat/completions")
    *_, last = stream(client, "Where?")
    body = last["response"]
    assert (last["type"], body["status"], body["error"]["code"]) == ("response.failed", "failed", "server_error")
    assert text_of(body) == "Par"
    assert right(client.get(f"{PATH}/{body['id']}")) == body


def test_an_upstream_that_breaks_off_otherwise_is_an_error_as_in_chat(client, upstream):
    upstream.script(Reply.text('{"choices": [', 200, "application/json"), path="/chat/completions")
    refused(client.post(PATH, json={"model": MODEL, "input": "Hi"}), 502, "upstream_broken")
    assert listed(client) == 0


def test_what_is_not_to_be_kept_is_not(client, upstream):
    for body in (ask(client, "Hi", store=False), stream(client, "Hi", store=False)[-1]["response"]):
        assert body["store"] is False
        refused(client.get(f"{PATH}/{body['id']}"), 404, "response_not_found")


@pytest.mark.parametrize("id", ["resp_nobody", "%00", "%ED%A0%80", "x" * 3000])
def test_responses_that_are_not_there(client, id):
    for ask_for in (
        lambda: client.get(f"{PATH}/{id}"),
        lambda: client.delete(f"{PATH}/{id}"),
        lambda: client.get(f"{PATH}/{id}/input_items"),
        lambda: client.post(f"{PATH}/{id}/cancel"),
    ):
        refused(ask_for(), 404, "response_not_found")


def test_deleted_is_gone(client, upstream):
    body = ask(client, "Hi")
    assert right(client.delete(f"{PATH}/{body['id']}")) == {"id": body["id"], "object": "response", "deleted": True}
    refused(client.get(f"{PATH}/{body['id']}"), 404, "response_not_found")


def test_only_what_is_in_the_background_can_be_cancelled(client, upstream):
    body = ask(client, "Hi")
    refused(client.post(f"{PATH}/{body['id']}/cancel"), 400, "response_not_cancellable", "response_id")


def test_the_input_in_pages(client, upstream):
    body = ask(client, [{"role": "user", "content": text} for text in ("One", "Two", "Three")])
    newest = right(client.get(f"{PATH}/{body['id']}/input_items?limit=2"))
    assert [item["content"][0]["text"] for item in newest["data"]] == ["Three", "Two"]
    assert newest["has_more"] is True
    rest = right(client.get(f"{PATH}/{body['id']}/input_items?limit=2&after={newest['last_id']}"))
    assert [item["content"][0]["text"] for item in rest["data"]] == ["One"]
    refused(client.get(f"{PATH}/{body['id']}/input_items?after=msg_x"), 400, None, "after")
    refused(client.get(f"{PATH}/{body['id']}/input_items?limit=0"), 400, "integer_below_min_value", "limit")


def test_what_would_be_too_much_is_refused(client):
    answer = client.post(PATH, json={"model": MODEL, "input": "x" * (2 << 20)})
    refused(answer, 413, "request_too_large")
    answer = client.post(PATH, json={"model": MODEL, "input": [{"role": "user", "content": ""}] * 5000})
    refused(answer, 400, "array_above_max_length", "input")


# ---- ends that nobody asked for ---------------------------------------------------------------------


def test_a_client_that_hangs_up_has_cancelled_its_response(client, upstream):
    upstream.script(Reply.events(*chat_frames("Par", "is")[:2], stalls=True), path="/chat/completions")
    answer = client.post(PATH, json={"model": MODEL, "input": "Where?", "stream": True})
    pieces = iter(answer.iter_encoded())
    told = b""
    while b"output_text.delta" not in told:
        told += next(pieces)
    answer.close()
    assert upstream.to("/chat/completions")[-1].left.wait(2)
    created = json.loads(told.split(b"data: ")[1].split(b"\n")[0])
    body = right(client.get(f"{PATH}/{created['response']['id']}"))
    Response.model_validate_json(json.dumps(body), strict=True)
    assert (body["status"], body["output"][0]["status"], text_of(body)) == ("cancelled", "incomplete", "Par")


@pytest.mark.parametrize("streamed", [False, True])
def test_what_cannot_be_kept_was_not_answered(client, app, upstream, monkeypatch, streamed):
    def full(*_, **__):
        raise StorageFull("No room")

    monkeypatch.setattr(app.extensions["ragproxy"].state.responses, "create", full)
    if not streamed:
        refused(client.post(PATH, json={"model": MODEL, "input": "Hi"}), 507, "storage_full")
        return
    last = stream(client, "Hi")[-1]
    assert (last["type"], last["response"]["error"]["message"]) == ("response.failed", "No room")


def test_an_unforeseen_error_is_told_as_a_failure(client, app, upstream, monkeypatch):
    def broken(*_, **__):
        raise ValueError("a bug")

    monkeypatch.setattr(app.extensions["ragproxy"].responder, "keep", broken)
    answer = client.post(PATH, json={"model": MODEL, "input": "Hi", "stream": True})
    assert "response.failed" in answer.text
    assert "a bug" not in answer.text


# ---- who asks ---------------------------------------------------------------------------------------


def test_what_is_anothers_is_not_there(make_app, shared_upstream, upstream):
    app = make_app(upstream_url=shared_upstream.url, upstream_model=MODEL, auth=frozenset({"keys"}))
    keys = app.extensions["ragproxy"].keys
    ann, bob = ({"Authorization": f"Bearer {keys.create(name=owner, owner=owner)[1]}"} for owner in ("ann", "bob"))
    client = app.test_client()
    body = right(client.post(PATH, json={"model": "ragproxy", "input": "Hi"}, headers=ann))
    assert right(client.get(f"{PATH}/{body['id']}", headers=ann)) == body
    path = f"{PATH}/{body['id']}"
    refused(client.get(path, headers=bob), 404, "response_not_found")
    refused(client.delete(path, headers=bob), 404, "response_not_found")
    refused(client.get(f"{path}/input_items", headers=bob), 404, "response_not_found")
    refused(client.post(f"{path}/cancel", headers=bob), 404, "response_not_found")
    question = {"model": "ragproxy", "input": "Hi", "previous_response_id": body["id"]}
    answer = client.post(PATH, json=question, headers=bob)
    refused(answer, 404, "previous_response_not_found", "previous_response_id")
    conversation = right(client.post("/v1/conversations", json={}, headers=ann))["id"]
    answer = client.post(PATH, json={"model": "ragproxy", "input": "Hi", "conversation": conversation}, headers=bob)
    refused(answer, 404, "conversation_not_found", "conversation")
    reference = {"type": "item_reference", "id": body["output"][0]["id"]}
    answer = client.post(PATH, json={"model": "ragproxy", "input": [reference]}, headers=bob)
    refused(answer, 404, "item_not_found", "input[0].id")
    assert right(client.get(path, headers=ann)) == body


def test_what_is_asked_is_written_down(client, app, upstream, monkeypatch):
    accounts = []
    monkeypatch.setattr(app.extensions["ragproxy"].recorder, "record", accounts.append)
    ask(client, "Hi")
    stream(client, "Hi")
    client.post(PATH, json={"model": MODEL})
    right(client.post(f"{PATH}/compact", json={"model": MODEL, "input": "Hi"}))
    routes = [(account.route, account.status, len(account.calls)) for account in accounts]
    assert routes == [("/v1/responses", 200, 1)] * 2 + [("/v1/responses", 400, 0), ("/v1/responses/compact", 200, 1)]


# ---- the same question once more --------------------------------------------------------------------


@pytest.mark.parametrize("streamed", [False, True])
def test_a_question_that_is_sent_again_is_answered_once(client, upstream, streamed):
    upstream.text = "Paris it is."
    question = {"model": MODEL, "input": "Where?", "stream": streamed}
    key = {"Idempotency-Key": f"key-{streamed}"}
    first = client.post(PATH, json=question, headers=key)
    first_text = first.text
    again = client.post(PATH, json=question, headers=key)
    assert again.headers["x-idempotent-replay"] == "true"
    assert len(upstream.to("/chat/completions")) == 1
    assert listed(client) == 1
    if not streamed:
        assert again.get_json() == first.get_json()
        return
    frames = [frame.partition("data: ")[2] for frame in again.text.split("\n\n") if frame]
    events = checked(json.loads(frame) for frame in frames)
    assert events[-1]["response"] == json.loads(first_text.split("data: ")[-1])["response"]
    other = client.post(PATH, json={**question, "input": "Who?"}, headers=key)
    refused(other, 400, "idempotency_key_reused", "Idempotency-Key")


def test_a_question_that_broke_off_is_said_once_in_its_conversation(client, upstream):
    conversation = right(client.post("/v1/conversations", json={}))["id"]
    question = {"model": MODEL, "input": "Where?", "conversation": conversation, "stream": True}
    key = {"Idempotency-Key": "broken"}
    upstream.script(Reply.events(*chat_frames("Par", "is")[:2], stalls=True), path="/chat/completions")
    answer = client.post(PATH, json=question, headers=key)
    pieces, told = iter(answer.iter_encoded()), b""
    while b"output_text.delta" not in told:
        told += next(pieces)
    answer.close()
    assert len(right(client.get(f"/v1/conversations/{conversation}/items"))["data"]) == 2
    upstream.text = "Paris"
    assert "response.completed" in client.post(PATH, json=question, headers=key).text
    held = right(client.get(f"/v1/conversations/{conversation}/items?order=asc"))["data"]
    assert [item["content"][0]["text"] for item in held] == ["Where?", "Paris"]
    assert [message["content"] for message in upstream.requests[-1].json["messages"]] == ["Where?"]

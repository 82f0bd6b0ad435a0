"""Responses in the background, over the application: put aside, made, followed and cancelled."""

import json
import threading
import time

import pytest
from openai.types.responses import Response

from tests.api.library import refused, right, services_of
from tests.api.responses.asking import LOOK, MODEL, PATH, items, script_calls, searching, text_of
from tests.replies import Reply, chat_frames, refusal
from tests.wire.responding import checked, types

STALLS = Reply.events(*chat_frames("Par", "is")[:-3], stalls=True)
OPENING = ["created", "queued", "in_progress"]


def test_it_is_queued_and_made_by_whoever_works(client, upstream):
    upstream.text = "Paris it is."
    body = aside(client, "Where?", metadata={"a": "b"}, temperature=0.5)
    assert (body["status"], body["output"], body["usage"]) == ("queued", [], None)
    assert (body["background"], body["metadata"]) == (True, {"a": "b"})
    assert upstream.requests == []
    assert seen(client, body) == body
    assert work(client)
    done = seen(client, body)
    assert (done["status"], text_of(done)) == ("completed", "Paris it is.")
    assert (done["id"], done["created_at"]) == (body["id"], body["created_at"])
    assert done["usage"]["input_tokens"] == 7
    assert upstream.requests[-1].json["temperature"] == 0.5
    assert text_of({"output": items(client, body)}) == "Where?"
    assert not work(client)


def test_its_stream_is_told_from_the_beginning_and_again_from_any_event(client, upstream):
    upstream.text = "Paris it is."
    events = streamed(client, "Where?")
    assert types(events)[:3] == OPENING
    assert [event["response"]["status"] for event in events[:3]] == ["queued", "queued", "in_progress"]
    assert types(events)[-1] == "completed"
    assert "".join(event["delta"] for event in events if "delta" in event) == "Paris it is."
    body = events[-1]["response"]
    assert seen(client, body) == body
    for after in (-1, 0, 2, 3, len(events) - 2):
        query = {} if after == -1 else {"starting_after": after}
        assert read(client.get(f"{PATH}/{body['id']}", query_string={"stream": "true", **query})) == events[after + 1 :]
    for after in (len(events) - 1, 10**17):
        assert read(client.get(f"{PATH}/{body['id']}?stream=true&starting_after={after}")) == []


@pytest.mark.parametrize(
    ("query", "param"),
    [
        ("stream=maybe", "stream"),
        ("stream=true&starting_after=x", "starting_after"),
        ("stream=true&starting_after=-1", "starting_after"),
        (f"stream=true&starting_after={'9' * 30}", "starting_after"),
    ],
)
def test_a_stream_is_asked_for_in_words_that_mean_something(client, upstream, query, param):
    body = streamed(client, "Hi")[-1]["response"]
    answer = client.get(f"{PATH}/{body['id']}?{query}")
    assert (answer.status_code, answer.get_json()["error"]["param"]) == (400, param)


def test_only_what_was_made_in_the_background_and_streamed_is_told_again(client, upstream):
    aside_ = aside(client, "Hi")["id"]
    foreground = right(client.post(PATH, json={"model": MODEL, "input": "Hi"}))["id"]
    for id in (aside_, foreground):
        refused(client.get(f"{PATH}/{id}?stream=true"), 400, "response_not_streamable", "stream")
        right(client.get(f"{PATH}/{id}?stream=false&include_obfuscation=false"))
    refused(client.get(f"{PATH}/resp_none?stream=true"), 404, "response_not_found")


@pytest.mark.parametrize(
    ("more", "status", "code", "param"),
    [
        ({"model": "nobody"}, 404, "model_not_found", "model"),
        ({"store": False}, 400, "invalid_value", "background"),
        ({"previous_response_id": "resp_none"}, 404, "previous_response_not_found", "previous_response_id"),
        ({"conversation": "conv_none"}, 404, "conversation_not_found", "conversation"),
        ({"tools": [{"type": "web_search"}]}, 400, "unsupported_parameter", "tools[0].type"),
        ({"tools": [searching("vs_none")]}, 404, "vector_store_not_found", "tools[0].vector_store_ids[0]"),
        ({"input": [{"type": "item_reference", "id": "msg_none"}]}, 404, "item_not_found", "input[0].id"),
    ],
)
def test_what_is_wrong_is_said_at_once(client, upstream, more, status, code, param):
    answer = client.post(PATH, json={"model": MODEL, "input": "Hi", "background": True, **more})
    error = answer.get_json()["error"]
    assert (answer.status_code, error["code"], error["param"]) == (status, code, param), error
    assert not work(client)


def test_it_waits_until_the_response_before_it_has_ended(client, upstream):
    first = aside(client, "Hi")["id"]
    ask = {"model": MODEL, "input": "And?", "background": True, "previous_response_id": first}
    refused(client.post(PATH, json=ask), 400, "previous_response_not_completed", "previous_response_id")
    work(client)
    second = right(client.post(PATH, json=ask))
    work(client)
    assert seen(client, second)["status"] == "completed"
    assert [message["content"] for message in upstream.requests[-1].json["messages"]] == ["Hi", "Hi", "And?"]


def test_a_conversation_holds_its_turn_once_it_is_made(client, upstream):
    upstream.text = "Paris it is."
    conversation = right(client.post("/v1/conversations", json={}))["id"]
    body = aside(client, "Where?", conversation=conversation)
    assert said(client, conversation) == []
    work(client)
    assert said(client, conversation) == ["Where?", "Paris it is."]
    assert seen(client, body)["conversation"] == {"id": conversation}


@pytest.mark.parametrize("is_streamed", [False, True])
def test_one_that_is_refused_has_failed(client, upstream, is_streamed):
    upstream.script(refusal(400, "Not that", code="no"), path="/chat/completions")
    conversation = right(client.post("/v1/conversations", json={}))["id"]
    if is_streamed:
        events = streamed(client, "Hi", conversation=conversation)
        assert types(events) == [*OPENING, "failed"]
        body = events[-1]["response"]
    else:
        body = aside(client, "Hi", conversation=conversation)
        work(client)
        body = seen(client, body)
    assert (body["status"], body["error"]["code"]) == ("failed", "invalid_prompt")
    assert "Not that" in body["error"]["message"]
    assert said(client, conversation) == []


def test_one_that_breaks_in_the_middle_has_failed_with_what_was_said(client, upstream):
    upstream.script(Reply.events(*chat_frames("Par", "is"), cut_at=700), path="/chat/completions")
    conversation = right(client.post("/v1/conversations", json={}))["id"]
    events = streamed(client, "Hi", conversation=conversation)
    assert types(events)[-1] == "failed"
    assert said(client, conversation) == ["Hi", "Par"]
    body = seen(client, events[-1]["response"])
    assert (body, body["error"]["code"]) == (events[-1]["response"], "server_error")
    assert body["output"][0]["status"] == "incomplete"


def test_calls_and_searches_are_made_in_the_background_too(client, upstream, store):
    script_calls(upstream, True)
    events = streamed(client, "How tall is the tower?", tools=[searching(store), LOOK])
    body = events[-1]["response"]
    assert [item["type"] for item in body["output"]] == ["file_search_call", "function_call"]
    assert "file_search_call.searching" in types(events)
    output = [{"type": "function_call_output", "call_id": "call_1", "output": "330 m"}]
    upstream.text = "It is 330 metres tall [1]."
    body = aside(client, output, previous_response_id=body["id"], tools=[searching(store)])
    work(client)
    done = seen(client, body)
    assert done["output"][-1]["content"][0]["annotations"][0]["type"] == "file_citation"


# ---- cancelled and deleted ----


def test_one_that_waits_is_cancelled_at_once(client, upstream):
    body = aside(client, "Hi")
    for _ in range(2):
        answer = client.post(f"{PATH}/{body['id']}/cancel")
        assert right(answer)["status"] == "cancelled"
        Response.model_validate_json(answer.text, strict=True)
    assert not work(client)
    assert seen(client, body)["status"] == "cancelled"
    assert upstream.requests == []


def test_one_that_was_cancelled_ends_its_stream(client, upstream):
    answer = client.post(PATH, json={"model": MODEL, "input": "Hi", "background": True, "stream": True})
    stream = iter(answer.response)
    first = event_of(next(stream))
    right(client.post(f"{PATH}/{first['response']['id']}/cancel"))
    events = checked([first, *map(event_of, stream)])
    assert types(events) == ["created", "queued", "incomplete"]
    assert events[-1]["response"]["status"] == "cancelled"


def test_one_that_is_being_made_is_stopped(client, upstream):
    upstream.script(STALLS, path="/chat/completions")
    conversation = right(client.post("/v1/conversations", json={}))["id"]
    body = aside(client, "Hi", conversation=conversation)
    worker = threading.Thread(target=work, args=(client,))
    worker.start()
    wait_until(lambda: upstream.requests)
    assert seen(client, body)["status"] == "in_progress"
    assert right(client.post(f"{PATH}/{body['id']}/cancel"))["status"] == "cancelled"
    assert upstream.requests[-1].left.wait(2)
    worker.join(5)
    assert not worker.is_alive()
    assert seen(client, body)["status"] == "cancelled"
    assert said(client, conversation) == []


def test_one_that_is_deleted_is_stopped_and_its_stream_ends(client, upstream):
    upstream.script(STALLS, path="/chat/completions")
    answer = client.post(PATH, json={"model": MODEL, "input": "Hi", "background": True, "stream": True})
    worker = threading.Thread(target=work, args=(client,))
    worker.start()
    stream = iter(answer.response)
    id = event_of(next(stream))["response"]["id"]
    wait_until(lambda: upstream.requests)
    right(client.delete(f"{PATH}/{id}"))
    assert upstream.requests[-1].left.wait(2)
    worker.join(5)
    assert not any(event_of(frame)["type"] == "response.completed" for frame in stream)
    refused(client.get(f"{PATH}/{id}"), 404, "response_not_found")


def test_one_that_has_ended_stays_as_it_is(client, upstream):
    body = aside(client, "Hi")
    work(client)
    done = seen(client, body)
    assert right(client.post(f"{PATH}/{body['id']}/cancel")) == done
    refused(client.post(f"{PATH}/resp_none/cancel"), 404, "response_not_found")


# ---- asked twice, and accounted for ----


@pytest.mark.parametrize("is_streamed", [False, True])
def test_under_an_idempotency_key_it_is_put_aside_once(client, upstream, is_streamed):
    headers = {"Idempotency-Key": f"key-{is_streamed}"}
    ask = {"model": MODEL, "input": "Hi", "background": True, "stream": is_streamed}
    first = client.post(PATH, json=ask, headers=headers)
    id = event_of(next(iter(first.response)))["response"]["id"] if is_streamed else right(first)["id"]
    first.close()
    assert work(client)
    second = client.post(PATH, json=ask, headers=headers)
    assert second.headers["x-idempotent-replay"] == "true"
    body = checked(read(second))[-1]["response"] if is_streamed else right(second)
    assert (body["id"], body["status"]) == (id, "completed")
    assert not work(client)


def test_it_is_recorded_once_when_it_is_made(client, upstream):
    recorder = services_of(client).recorder
    recorded, record = [], recorder.record
    recorder.record = recorded.append
    try:
        body = aside(client, "Hi")
        assert recorded == []
        work(client)
    finally:
        recorder.record = record
    (account,) = recorded
    assert (account.model, account.route, len(account.calls)) == (MODEL, "/v1/responses", 1)
    assert seen(client, body)["status"] == "completed"


def test_it_counts_as_one_request_and_waits_for_room_for_its_tokens(make_app, shared_upstream):
    app = make_app(upstream_url=shared_upstream.url, upstream_model=MODEL, requests_per_minute=1, tokens_per_minute=30)
    client, state = app.test_client(), app.extensions["ragproxy"].state
    shared_upstream.reset()
    wait_until(lambda: MODEL in app.extensions["ragproxy"].models.names())
    body = aside(client, "Hi", max_output_tokens=20)
    refused(client.post(PATH, json={"model": MODEL, "input": "Hi", "background": True}), 429, "rate_limit_exceeded")
    assert work(client)
    assert state.responses.get(body["id"], owner="default").status == "completed"


# ---- what they do ----


def aside(client, input, **more):
    """The response that is put aside, read strictly."""
    answer = client.post(PATH, json={"model": MODEL, "input": input, "background": True, **more})
    body = right(answer)
    Response.model_validate_json(answer.text, strict=True)
    return body


def streamed(client, input, **more):
    """The events of one that is made once its stream has begun, read strictly."""
    answer = client.post(PATH, json={"model": MODEL, "input": input, "background": True, "stream": True, **more})
    assert answer.status_code == 200, answer.text
    stream = iter(answer.response)
    first = event_of(next(stream))
    assert work(client)
    return checked([first, *map(event_of, stream)])


def seen(client, body):
    """The response as it is by now, read strictly."""
    answer = client.get(f"{PATH}/{body['id']}")
    Response.model_validate_json(answer.text, strict=True)
    return right(answer)


def read(answer):
    assert answer.status_code == 200, answer.text
    return [event_of(frame) for frame in answer.data.split(b"\n\n") if frame]


def event_of(frame):
    name, _, data = frame.decode().strip().partition("\n")
    event = json.loads(data.removeprefix("data: "))
    assert name == f"event: {event['type']}"
    return event


def work(client):
    return services_of(client).background.work(lambda: False)


def wait_until(happened, timeout_s=10):
    until = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.01)


def said(client, conversation):
    data = right(client.get(f"/v1/conversations/{conversation}/items?order=asc"))["data"]
    return [part["text"] for item in data for part in item["content"]]

"""Idempotency-Key: a request that is sent again is answered once, and told again what it was."""

import itertools
import threading
import time

import pytest
import sqlalchemy as sa

from ragproxy.api.idempotency import Held
from ragproxy.errors import StateUnavailable
from ragproxy.state.tables import idempotency_keys
from tests.api.chatting.asking import CHAT, MODEL, ask, body_of, said, streamed
from tests.api.library import refused, right, services_of
from tests.replies import Reply, chat_frames, whole

NUMBERS = itertools.count()


@pytest.mark.parametrize("stream", [True, False])
@pytest.mark.parametrize("path", [CHAT, "/completions", f"/openai/deployments/{MODEL}/chat/completions"])
def test_the_second_answer_is_the_first(client, upstream, path, stream):
    headers = key()
    options = {"stream_options": {"include_usage": True}} if stream else {}
    first, again = (ask(client, "Hi", path=path, stream=stream, headers=headers, **options) for _ in range(2))
    assert len(upstream.to("/chat/completions")) == 1
    assert "x-idempotent-replay" not in first.response.headers
    assert again.response.headers["x-idempotent-replay"] == "true"
    assert again.response.content_type == first.response.content_type
    assert (again.id, again.text) == (first.id, first.text)
    if stream:
        assert again.bodies[0] == first.bodies[0]
        assert again.bodies[-1] == first.bodies[-1]
    else:
        assert again.bodies == first.bodies


@pytest.mark.parametrize("stream", [True, False])
def test_sources_are_told_again_in_every_carrier(client, store, stream):
    headers = key()
    asked = {"model": f"rag/{store}", "clientModel": "extractive", "stream": stream}
    first, again = (ask(client, "How tall is the tower?", headers=headers, **asked) for _ in range(2))
    assert again.text == first.text
    assert "330" in again.text
    assert again.response.headers["X-Metadata-Sources"] == first.response.headers["X-Metadata-Sources"]
    assert told(again.bodies, "sources") == told(first.bodies, "sources") != []
    assert annotations(again.bodies) == annotations(first.bodies) != []


def test_a_turn_is_said_once_and_a_conversation_made_once(client, upstream):
    headers, more = key(), key()
    first, again = (ask(client, "Hi", headers=headers, conversation_id="new") for _ in range(2))
    assert again.conversation_id == first.conversation_id
    for _ in range(2):
        ask(client, "More", headers=more, stream=True, conversation_id=first.conversation_id)
    assert [text for _, text in said(client, first.conversation_id)] == ["Hi", "Hi", "More", "More"]


def test_the_order_of_keys_and_the_prefix_do_not_count(client, upstream):
    headers = key()
    body = body_of("Hi", temperature=0.5)
    first = right(client.post(CHAT, json=body, headers=headers))
    again = client.post("/chat/completions", json=dict(reversed(body.items())), headers=headers)
    assert right(again) == first
    assert again.headers["x-idempotent-replay"] == "true"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        (CHAT, body_of("Hello")),
        (CHAT, body_of("Hi", stream=True)),
        (CHAT, body_of("Hi", seed=1)),
        ("/completions", body_of("Hi")),
    ],
)
def test_another_request_may_not_have_the_key(client, path, body):
    headers = key()
    ask(client, "Hi", headers=headers)
    answer = client.post(path, json=body, headers=headers)
    refused(answer, 400, "idempotency_key_reused", "Idempotency-Key")


@pytest.mark.parametrize("value", ["", "é", "x" * 256, "a\tb"])
def test_a_malformed_key_is_refused(client, upstream, value):
    answer = client.post(CHAT, json=body_of("Hi"), headers={"Idempotency-Key": value})
    refused(answer, 400, "invalid_idempotency_key", "Idempotency-Key")
    assert upstream.to("/chat/completions") == []


def test_a_long_key_of_any_printable_characters_will_do(client):
    assert ask(client, "Hi", headers={"Idempotency-Key": (key()["Idempotency-Key"] + " ~!").ljust(255, "x")}).text


def test_while_it_is_being_answered_nobody_else_is(client, upstream):
    headers = key()
    upstream.script(Reply.json(whole("Done."), head_delay_s=1.0), path="/chat/completions")
    first = []
    thread = threading.Thread(target=lambda: first.append(ask(client.application.test_client(), "Hi", headers=headers)))
    thread.start()
    until(lambda: upstream.to("/chat/completions"))
    answer = client.post(CHAT, json=body_of("Hi"), headers=headers)
    refused(answer, 409, "idempotency_key_in_use", "Idempotency-Key")
    assert 1 <= int(answer.headers["retry-after"]) <= 5
    refused(client.post(CHAT, json=body_of("Other"), headers=headers), 400, "idempotency_key_reused", "Idempotency-Key")
    thread.join()
    assert ask(client, "Hi", headers=headers).id == first[0].id
    assert len(upstream.to("/chat/completions")) == 1


def test_what_failed_is_tried_anew(client, upstream):
    headers = key()
    for status in (400, 429):
        upstream.script(Reply.json({"error": {"message": "no"}}, status, {"x-should-retry": "false"}))
        body = body_of("Hi", conversation_id="new", stream=status == 400)
        assert client.post(CHAT, json=body_of("Hi", conversation_id="new"), headers=headers).status_code == status, body
    answer = ask(client, "Hi", headers=headers, conversation_id="new")
    assert "x-idempotent-replay" not in answer.response.headers
    assert len(said(client, answer.conversation_id)) == 2


def test_what_was_refused_before_it_was_begun_holds_no_key(client):
    headers = key()
    assert client.post(CHAT, json={"model": MODEL}, headers=headers).status_code == 400
    assert client.post(CHAT, json=body_of("Hi", model="gpt-9"), headers=headers).status_code == 404
    refused(client.post(CHAT, json=body_of("Hi"), headers=headers), 400, "idempotency_key_reused", "Idempotency-Key")


@pytest.mark.parametrize("read", [0, 2])
def test_after_a_hang_up_the_whole_answer_takes_the_place_of_the_half(client, upstream, read):
    headers = key()
    upstream.script(Reply.events(*chat_frames("Hel", "lo")[:2], stalls=True), path="/chat/completions")
    body = body_of("Hi", stream=True, conversation_id="new")
    answer = client.post(CHAT, json=body, headers=headers)
    pieces = answer.iter_encoded()
    first = [next(pieces) for _ in range(read)]
    answer.close()
    upstream.script(Reply.events(*chat_frames("Hello")), path="/chat/completions")
    again = streamed(client.post(CHAT, json=body, headers=headers))
    assert "x-idempotent-replay" not in again.response.headers
    assert said(client, again.conversation_id) == [("user", "Hi"), ("assistant", "Hello")]
    if read:
        assert again.conversation_id.encode() in first[0]
    assert streamed(client.post(CHAT, json=body, headers=headers)).response.headers["x-idempotent-replay"] == "true"


def test_a_stream_that_broke_off_is_tried_anew(client, upstream):
    headers = key()
    upstream.script(Reply.events(*chat_frames("Hel", "lo")[:2]), path="/chat/completions")
    body = body_of("Hi", stream=True)
    assert '"error"' in client.post(CHAT, json=body, headers=headers).text
    assert "x-idempotent-replay" not in streamed(client.post(CHAT, json=body, headers=headers)).response.headers


def test_a_process_that_died_is_followed_by_another(client, upstream):
    headers = key()
    first = ask(client, "Hi", headers=headers, conversation_id="new")
    row = idempotency_keys.c.key == headers["Idempotency-Key"]
    with services_of(client).state.idempotency._database.writing() as connection:
        dies = sa.update(idempotency_keys).where(row)
        connection.execute(dies.values(body=sa.null(), until=time.time() + 0.5))
    refused(
        client.post(CHAT, json=body_of("Hi", conversation_id="new"), headers=headers),
        409, "idempotency_key_in_use", "Idempotency-Key",
    )  # fmt: skip
    time.sleep(0.6)
    upstream.text = "Again."
    again = ask(client, "Hi", headers=headers, conversation_id="new")
    assert (again.text, again.conversation_id) == ("Again.", first.conversation_id)
    assert said(client, again.conversation_id) == [("user", "Hi"), ("assistant", "Again.")]


def test_a_replay_consumes_nothing_and_is_counted(client):
    headers = key()
    ask(client, "Hi", headers=headers)
    again = ask(client, "Hi", headers={**headers, "x-request-id": f"replay-of-{headers['Idempotency-Key']}"})
    assert "x-ragproxy-cost" not in again.response.headers
    services = services_of(client)
    accounts = []
    record, services.recorder.record = services.recorder.record, accounts.append
    try:
        ask(client, "Hi", headers=headers)
    finally:
        services.recorder.record = record
    (account,) = accounts
    assert (account.model, account.calls, account.hit, account.status) == (MODEL, (), True, 200)


def test_an_idempotent_stored_completion_is_stored_once(client):
    headers = key()
    ids = {ask(client, "Hi", headers=headers, store=True, metadata=headers).id for _ in range(2)}
    listed = right(client.get(CHAT, query_string={"metadata[Idempotency-Key]": headers["Idempotency-Key"]}))["data"]
    assert {each["id"] for each in listed} == ids
    assert len(ids) == 1


# ---- the claim itself ---------------------------------------------------------------------------


def test_a_claim_is_renewed_until_it_ends(client):
    keys = services_of(client).state.idempotency
    claim = keys.claim(key()["Idempotency-Key"], "a", owner="ann", lease_s=0.3)
    held = Held(keys, claim, lease_s=0.3)
    time.sleep(0.8)
    held.keep({"n": 1})
    held.release()
    assert keys.claim(claim.key, "a", owner="ann", lease_s=1).body == {"n": 1}


def test_records_that_fail_cost_no_answer(client, caplog):
    class Away:
        def keep(self, *_):
            raise StateUnavailable("away")

        release = renew = keep

    keys = services_of(client).state.idempotency
    claim = keys.claim(key()["Idempotency-Key"], "a", owner="ann", lease_s=0.1)
    held = Held(Away(), claim, lease_s=0.1)
    until(lambda: "could not be renewed" in caplog.text)
    held.keep({})
    assert "left to run out: away" in caplog.text


def key():
    return {"Idempotency-Key": f"key-{time.time_ns()}-{next(NUMBERS)}"}


def told(bodies, name):
    return [body[name] for body in bodies if name in body]


def annotations(bodies):
    said = [choice.get("message") or choice["delta"] for body in bodies for choice in body["choices"]]
    return [each for part in said for each in part.get("annotations") or ()]


def until(condition):
    end = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)

"""Conversations over real connections: clients that hang up, and those that ask the same again."""

import re
import threading
import time

import requests

from tests.e2e.by_hand import ask, post, question, read_until
from tests.replies import Reply, chat_frames, whole

SOON_S = 3.0


def test_what_was_read_before_a_hang_up_is_kept(gateway, upstream):
    upstream.script(Reply.events(*chat_frames("Hel", "lo")[:2], stalls=True))
    sock = ask(gateway, question(conversation_id="new"))
    id = re.search(rb'"conversation_id":"(conv_\w+)"', read_until(sock, b'"Hel"'))[1].decode()
    sock.close()
    until(lambda: len(items(gateway, id)) == 2)
    answer = items(gateway, id)[1]
    assert (answer["status"], answer["content"][0]["text"]) == ("incomplete", "Hel")
    upstream.text = "Still here."
    assert post(gateway, question(stream=False, conversation_id=id)).status_code == 200
    assert [each["content"] for each in upstream.requests[-1].json["messages"]] == ["Say it.", "Hel", "Say it."]
    assert len(items(gateway, id)) == 4


def test_a_hang_up_before_a_whole_answer_keeps_nothing(gateway, upstream):
    id = post(gateway, question(stream=False, conversation_id="new")).json()["conversation_id"]
    upstream.script(Reply.json({}, head_delay_s=30))
    sock = ask(gateway, question(stream=False, conversation_id=id))
    until(lambda: len(upstream.requests) == 2)
    sock.close()
    assert upstream.requests[-1].left.wait(SOON_S)
    time.sleep(0.3)
    assert len(items(gateway, id)) == 2


def test_a_client_that_hung_up_and_asks_again_is_answered_whole_and_once(gateway, upstream):
    id = post(gateway, question(stream=False, conversation_id="new")).json()["conversation_id"]
    headers = {"Idempotency-Key": f"again-{time.time_ns()}"}
    body = question(conversation_id=id)
    upstream.script(Reply.events(*chat_frames("Hel", "lo")[:2], stalls=True))
    with requests.post(gateway.url + "/v1/chat/completions", json=body, headers=headers, stream=True) as first:
        next(piece for piece in first.iter_lines() if b'"Hel"' in piece)
        answer = requests.post(gateway.url + "/v1/chat/completions", json=body, headers=headers)
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "idempotency_key_in_use")
    until(lambda: len(items(gateway, id)) == 4)
    upstream.script(Reply.events(*chat_frames("Hello")))
    again = requests.post(gateway.url + "/v1/chat/completions", json=body, headers=headers)
    assert again.status_code == 200
    assert [each["content"][0]["text"] for each in items(gateway, id)][2:] == ["Say it.", "Hello"]
    asked = len(upstream.requests)
    replay = requests.post(gateway.url + "/v1/chat/completions", json=body, headers=headers)
    assert replay.headers["x-idempotent-replay"] == "true"
    assert replay.content.endswith(b"data: [DONE]\n\n")
    assert len(upstream.requests) == asked


def test_of_many_who_ask_the_same_at_once_one_is_answered(gateway, upstream):
    headers = {"Idempotency-Key": f"many-{time.time_ns()}"}
    body = question(stream=False, conversation_id="new")
    upstream.script(Reply.json(whole("Once."), head_delay_s=0.5))
    answers = []

    def send():
        answers.append(requests.post(gateway.url + "/v1/chat/completions", json=body, headers=headers))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted({answer.status_code for answer in answers}) == [200, 409]
    assert len(upstream.requests) == 1
    (id,) = {answer.json()["conversation_id"] for answer in answers if answer.status_code == 200}
    assert len(items(gateway, id)) == 2


def items(gateway, id):
    answer = requests.get(f"{gateway.url}/v1/conversations/{id}/items?order=asc", timeout=30)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


def until(condition):
    end = time.monotonic() + SOON_S
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)

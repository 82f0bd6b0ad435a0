"""Runs over the application: made, worked on, waiting for their caller, cancelled, expired and refused."""

import threading
import time

import pytest

from ragproxy.domain import Caller
from ragproxy.wire.run_asking import begun
from tests.api.library import refused, right, services_of
from tests.api.runs.running import (
    LOOK,
    MODEL,
    STALLS,
    asked,
    assistant,
    calling,
    messages,
    path,
    run,
    said,
    seen,
    steps,
    submit,
    thread,
    told,
    work,
    worked,
)
from tests.replies import Reply, chat_chunk, chat_usage, refusal, sse


def test_a_run_is_queued_and_worked_on_and_answers_in_its_thread(client, upstream):
    upstream.text = "Paris it is."
    bot = assistant(client, instructions="Be brief.", temperature=0.5)
    where = thread(client, "Where?")
    body = run(client, where, bot, metadata={"a": "b"})
    assert (body["status"], body["started_at"], body["usage"]) == ("queued", None, None)
    assert body["expires_at"] == body["created_at"] + 600
    assert (body["model"], body["instructions"], body["temperature"]) == (MODEL, "Be brief.", 0.5)
    assert seen(client, body) == body
    done = worked(client, body)
    assert (done["status"], done["metadata"], done["expires_at"]) == ("completed", {"a": "b"}, None)
    assert done["completed_at"] >= done["started_at"] >= done["created_at"]
    assert done["usage"]["total_tokens"] == done["usage"]["prompt_tokens"] + done["usage"]["completion_tokens"] > 0
    assert said(client, where) == [("user", "Where?"), ("assistant", "Paris it is.")]
    (answer,) = messages(client, where, run_id=body["id"])
    assert (answer["run_id"], answer["assistant_id"], answer["status"]) == (body["id"], bot, "completed")
    (step,) = steps(client, body)
    assert step["step_details"] == {"type": "message_creation", "message_creation": {"message_id": answer["id"]}}
    assert (step["status"], step["usage"]) == ("completed", done["usage"])
    assert (upstream.requests[-1].json["temperature"], told(upstream)) == (0.5, "Be brief.")
    assert not work(client)


def test_a_run_goes_on_from_what_was_said(client, upstream):
    bot, where = assistant(client), thread(client, "One.")
    upstream.text = "Two."
    worked(client, run(client, where, bot))
    more = [{"role": "user", "content": "Three."}]
    worked(client, run(client, where, bot, additional_messages=more))
    assert asked(upstream) == [("user", "One."), ("assistant", "Two."), ("user", "Three.")]
    listed = right(client.get(f"/v1/threads/{where}/runs?order=asc"))["data"]
    assert [each["status"] for each in listed] == ["completed", "completed"]
    last = right(client.get(f"/v1/threads/{where}/runs?limit=1"))
    assert (last["data"], last["has_more"]) == (listed[1:], True)


def test_what_a_run_says_holds_in_the_place_of_its_assistant(client, upstream):
    bot = assistant(client, instructions="Be brief.", tools=[LOOK], temperature=0.1)
    body = run(
        client,
        thread(client, "Hi"),
        bot,
        instructions="Be loud.",
        additional_instructions="Be kind.",
        model="listed",
        tools=[],
        temperature=1.5,
        top_p=0.5,
        max_completion_tokens=300,
        response_format={"type": "json_object"},
    )
    assert (body["instructions"], body["model"], body["tools"]) == ("Be loud.\nBe kind.", "listed", [])
    assert worked(client, body)["status"] == "completed"
    sent = upstream.requests[-1].json
    assert told(upstream) == "Be loud.\nBe kind."
    assert (sent["model"], sent["temperature"], sent["top_p"]) == ("listed", 1.5, 0.5)
    assert (sent["max_completion_tokens"], sent["response_format"]) == (300, {"type": "json_object"})
    assert "tools" not in sent


def test_tools_are_told_to_the_model_and_chosen(client, upstream):
    bot = assistant(client, tools=[LOOK])
    choice = {"type": "function", "function": {"name": "look"}}
    body = run(client, thread(client, "Hi"), bot, tool_choice=choice, parallel_tool_calls=False)
    worked(client, body)
    sent = upstream.requests[-1].json
    assert [tool["function"]["name"] for tool in sent["tools"]] == ["look"]
    assert (sent["tool_choice"], sent["parallel_tool_calls"]) == (choice, False)
    nobody = {"type": "function", "function": {"name": "nobody"}}
    answer = client.post(f"/v1/threads/{thread(client)}/runs", json={"assistant_id": bot, "tool_choice": nobody})
    refused(answer, 400, None, "tool_choice")


def test_the_last_messages_alone_are_read_where_that_is_wanted(client, upstream):
    where = thread(client, "One.", "Two.", "Three.")
    strategy = {"type": "last_messages", "last_messages": 2}
    body = run(client, where, assistant(client), truncation_strategy=strategy)
    assert body["truncation_strategy"] == strategy
    worked(client, body)
    assert asked(upstream) == [("user", "Two."), ("user", "Three.")]


def test_a_prompt_has_a_limit(client, upstream):
    where = thread(client, *(f"{word} " * 200 for word in ("one", "two", "three")))
    body = worked(client, run(client, where, assistant(client), max_prompt_tokens=300))
    assert body["status"] == "completed"
    assert [text[:5] for _, text in asked(upstream)] == ["three"]
    where = thread(client, "word " * 2000)
    body = worked(client, run(client, where, assistant(client), max_prompt_tokens=256))
    assert (body["status"], body["incomplete_details"]) == ("incomplete", {"reason": "max_prompt_tokens"})
    assert len(upstream.requests) == 1


def test_an_answer_that_is_cut_is_incomplete(client, upstream):
    frames = [chat_chunk({"content": "Par"}), chat_chunk({}, "length"), chat_usage()]
    upstream.script(Reply.events(*map(sse, frames), b"data: [DONE]\n\n"))
    where = thread(client, "Where?")
    body = worked(client, run(client, where, assistant(client), max_completion_tokens=256))
    assert (body["status"], body["incomplete_details"]) == ("incomplete", {"reason": "max_completion_tokens"})
    (message,) = messages(client, where, run_id=body["id"])
    assert (message["status"], message["incomplete_details"]) == ("incomplete", {"reason": "max_tokens"})
    assert worked(client, run(client, where, assistant(client)))["status"] == "completed"


# ---- functions ----


def test_functions_are_called_and_their_outputs_read(client, upstream):
    upstream.script(calling(("call_1", "look", '{"a":1}'), ("call_2", "look", '{"b":2}')))
    bot, where = assistant(client, tools=[LOOK]), thread(client, "Look!")
    body = worked(client, run(client, where, bot, tool_choice="required"))
    assert (body["status"], body["usage"]) == ("requires_action", None)
    calls = body["required_action"]["submit_tool_outputs"]["tool_calls"]
    assert [(call["id"], call["function"]["arguments"]) for call in calls] == [
        ("call_1", '{"a":1}'),
        ("call_2", '{"b":2}'),
    ]
    (step,) = steps(client, body)
    assert (step["status"], step["usage"]) == ("in_progress", None)
    assert [call["function"]["output"] for call in step["step_details"]["tool_calls"]] == [None, None]
    assert not work(client)
    upstream.text = "A tower."
    right(submit(client, body, call_1="tall", call_2="wide"))
    assert (seen(client, body)["status"], seen(client, body)["required_action"]) == ("queued", None)
    done = worked(client, body)
    assert done["status"] == "completed"
    assert [message["role"] for message in upstream.requests[-1].json["messages"]][-4:] == [
        "user",
        "assistant",
        "tool",
        "tool",
    ]
    assert upstream.requests[-2].json["tool_choice"] == "required"
    assert upstream.requests[-1].json["tool_choice"] == "auto"
    calling_, writing = steps(client, body)
    assert [call["function"]["output"] for call in calling_["step_details"]["tool_calls"]] == ["tall", "wide"]
    assert done["usage"]["total_tokens"] == calling_["usage"]["total_tokens"] + writing["usage"]["total_tokens"]
    assert said(client, where) == [("user", "Look!"), ("assistant", "A tower.")]


def test_outputs_are_those_that_are_waited_for(client, upstream):
    upstream.script(calling(("call_1", "look", "{}")))
    body = run(client, thread(client, "Look!"), assistant(client, tools=[LOOK]))
    assert "queued" in refused(submit(client, body, call_1="x"), 400)
    worked(client, body)
    for outputs in ({}, {"call_2": "x"}, {"call_1": "x", "call_2": "y"}):
        refused(submit(client, body, **outputs), 400, None, "tool_outputs")
    right(submit(client, body, call_1="x"))
    refused(submit(client, body, call_1="x"), 400)


# ---- one at a time, cancelled, expired ----


def test_a_thread_has_one_run_at_a_time_and_nothing_is_added_meanwhile(client, upstream):
    bot, where = assistant(client), thread(client, "Hi")
    body = run(client, where, bot)
    text = refused(client.post(f"/v1/threads/{where}/runs", json={"assistant_id": bot}), 400)
    assert text == f"Thread {where} already has an active run {body['id']}."
    more = client.post(f"/v1/threads/{where}/messages", json={"role": "user", "content": "And?"})
    assert body["id"] in refused(more, 400)
    worked(client, body)
    run(client, where, bot)


@pytest.mark.parametrize("waiting", [False, True])
def test_a_run_that_nobody_works_on_is_cancelled_at_once(client, upstream, waiting):
    where = thread(client, "Hi")
    body = run(client, where, assistant(client, tools=[LOOK]))
    if waiting:
        upstream.script(calling(("call_1", "look", "{}")))
        worked(client, body)
    cancelled = right(client.post(f"{path(body)}/cancel"))
    assert (cancelled["status"], cancelled["required_action"]) == ("cancelled", None)
    assert cancelled["cancelled_at"] >= cancelled["created_at"]
    assert [step["status"] for step in steps(client, body)] == ["cancelled"] * waiting
    refused(client.post(f"{path(body)}/cancel"), 400)
    assert not work(client)
    assert worked(client, run(client, where, assistant(client)))["status"] == "completed"


def test_a_run_that_is_written_is_cancelled_and_what_was_said_is_kept(client, upstream):
    upstream.script(STALLS)
    where = thread(client, "Where?")
    body = run(client, where, assistant(client))
    worker = threading.Thread(target=work, args=(client,))
    worker.start()
    wait_until(lambda: upstream.requests and seen(client, body)["status"] == "in_progress")
    time.sleep(0.3)
    assert right(client.post(f"{path(body)}/cancel"))["status"] == "cancelling"
    worker.join(5)
    assert seen(client, body)["status"] == "cancelled"
    (message,) = messages(client, where, run_id=body["id"])
    assert (message["status"], message["incomplete_details"]) == ("incomplete", {"reason": "run_cancelled"})
    assert [step["status"] for step in steps(client, body)] == ["cancelled"]


def test_one_that_was_cancelled_while_its_worker_died_is_cancelled_by_the_next(client, upstream):
    body = run(client, thread(client, "Hi"), assistant(client))
    work_of = services_of(client).state.run_work
    work_of.claim("dead", 60)
    work_of.write(body["id"], "dead", begun(kept(client, body), 1, opened=True))
    assert right(client.post(f"{path(body)}/cancel"))["status"] == "cancelling"
    work_of.abandon("dead")
    assert worked(client, body)["status"] == "cancelled"
    assert upstream.requests == []


def test_a_run_expires_and_frees_its_thread(client, upstream, monkeypatch):
    monkeypatch.setattr("ragproxy.wire.run_making.LIFETIME_S", -1)
    upstream.script(calling(("call_1", "look", "{}")))
    bot, where = assistant(client, tools=[LOOK]), thread(client, "Hi")
    body = run(client, where, bot)
    expired = seen(client, body)
    assert (expired["status"], expired["usage"]["total_tokens"]) == ("expired", 0)
    assert not work(client)
    first = run(client, where, bot)
    second = run(client, where, bot)
    assert seen(client, first)["status"] == "expired"
    services_of(client).running.expire()
    assert kept(client, second).status == "expired"
    refused(submit(client, second, call_1="x"), 400)


# ---- failures ----


def test_a_run_fails_with_its_upstream(client, upstream):
    upstream.script(refusal(400, "No such thing", "invalid_request_error"))
    where = thread(client, "Hi")
    body = worked(client, run(client, where, assistant(client)))
    assert (body["status"], body["last_error"]["code"]) == ("failed", "invalid_prompt")
    assert "No such thing" in body["last_error"]["message"]
    assert said(client, where) == [("user", "Hi")]
    assert worked(client, run(client, where, assistant(client)))["status"] == "completed"


def test_a_run_whose_answer_breaks_off_fails_and_what_was_said_is_kept(client, upstream):
    upstream.script(Reply.events(sse(chat_chunk({"content": "Par"})), sse({"error": {"message": "Overheated"}})))
    where = thread(client, "Hi")
    body = worked(client, run(client, where, assistant(client)))
    assert (body["status"], body["last_error"]["code"]) == ("failed", "server_error")
    (message,) = messages(client, where, run_id=body["id"])
    assert (message["status"], message["incomplete_details"]) == ("incomplete", {"reason": "run_failed"})
    (step,) = steps(client, body)
    assert (step["status"], step["last_error"]["code"]) == ("failed", "server_error")


def test_a_run_waits_for_a_limit_to_pass(client, upstream):
    upstream.script(*[refusal(429, "Slow down", "rate_limit_error")] * 4)
    body = run(client, thread(client, "Hi"), assistant(client))
    assert worked(client, body)["status"] == "in_progress"
    assert not work(client)
    assert right(client.post(f"{path(body)}/cancel"))["status"] == "cancelling"
    assert worked(client, body)["status"] == "cancelled"


def test_a_run_ends_with_its_thread(client, upstream):
    where = thread(client, "Hi")
    body = run(client, where, assistant(client))
    right(client.delete(f"/v1/threads/{where}"))
    assert not work(client)
    refused(client.get(path(body)), 404, "not_found")


@pytest.mark.parametrize(
    ("more", "param"),
    [
        ({"assistant_id": None}, "assistant_id"),
        ({"tools": [{"type": "code_interpreter"}]}, "tools[0].type"),
        ({"temperature": 3}, "temperature"),
        ({"max_prompt_tokens": 1}, "max_prompt_tokens"),
        ({"truncation_strategy": {"type": "some"}}, "truncation_strategy.type"),
        ({"truncation_strategy": {"type": "last_messages"}}, "truncation_strategy.last_messages"),
        ({"truncation_strategy": {"type": "auto", "last_messages": 1}}, "truncation_strategy.last_messages"),
        ({"tool_choice": "maybe"}, "tool_choice"),
        ({"tool_choice": {"type": "code_interpreter"}}, "tool_choice.type"),
        ({"response_format": "xml"}, "response_format"),
        ({"additional_messages": [{"role": "system", "content": "x"}]}, "additional_messages[0].role"),
        ({"stream": "yes"}, "stream"),
    ],
)
def test_what_is_wrong_is_named(client, upstream, more, param):
    where = thread(client, "Hi")
    answer = client.post(f"/v1/threads/{where}/runs", json={"assistant_id": "ragproxy", **more})
    assert (answer.status_code, answer.get_json()["error"]["param"]) == (400, param)
    assert right(client.get(f"/v1/threads/{where}/runs"))["data"] == []


def test_what_is_not_there_is_not_found(client, upstream):
    bot, where = assistant(client), thread(client, "Hi")
    body = run(client, where, bot)
    for method, address in (
        ("post", "/v1/threads/thread_none/runs"),
        ("get", "/v1/threads/thread_none/runs"),
        ("get", f"/v1/threads/{thread(client)}/runs/{body['id']}"),
        ("get", f"/v1/threads/{where}/runs/run_none"),
        ("post", f"/v1/threads/{where}/runs/run_none/cancel"),
        ("get", f"/v1/threads/{where}/runs/run_none/steps"),
        ("get", f"{path(body)}/steps/step_none"),
    ):
        refused(
            getattr(client, method)(address, **({"json": {"assistant_id": bot}} if method == "post" else {})),
            404,
            "not_found",
        )
    refused(client.post(f"/v1/threads/{where}/runs", json={"assistant_id": "asst_none"}), 404, "not_found")
    answer = client.post(f"/v1/threads/{where}/runs", json={"assistant_id": bot, "model": "nobody"})
    refused(answer, 404, "model_not_found", "model")


def test_a_runs_metadata_is_changed(client, upstream):
    body = run(client, thread(client, "Hi"), assistant(client), metadata={"a": "b"})
    assert right(client.post(path(body), json={}))["metadata"] == {"a": "b"}
    assert right(client.post(path(body), json={"metadata": {"c": "d"}}))["metadata"] == {"c": "d"}
    assert worked(client, body)["metadata"] == {"c": "d"}
    assert right(client.post(path(body), json={"metadata": None}))["metadata"] == {}
    assert seen(client, body)["status"] == "completed"


def kept(client, body):
    return services_of(client).state.runs.get(body["thread_id"], body["id"], owner=Caller().owner)


def wait_until(happened, timeout_s=10):
    until = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.01)

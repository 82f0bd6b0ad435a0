"""Runs put together of the events of responses: each event read strictly, the deltas added up by OpenAI's own client."""

import json
from itertools import count

import pytest

from ragproxy.domain import Delta, Usage
from ragproxy.wire.run_events import RunTranscript, broken_off, is_last, spent
from ragproxy.wire.run_steps import CONTENT, step_json
from tests.api.runs.running import checked, names
from tests.wire.answers import answer, citation
from tests.wire.responding import told as response_told

NOW = 1731628860.9
RUN = {
    "id": "run_1",
    "object": "thread.run",
    "created_at": 1731628800,
    "thread_id": "thread_1",
    "assistant_id": "asst_1",
    "status": "in_progress",
    "required_action": None,
    "last_error": None,
    "expires_at": 1731629400,
    "started_at": 1731628801,
    "cancelled_at": None,
    "failed_at": None,
    "completed_at": None,
    "incomplete_details": None,
    "model": "gpt-4o",
    "instructions": "",
    "tools": [],
    "metadata": {},
    "usage": None,
    "temperature": 1.0,
    "top_p": 1.0,
    "max_prompt_tokens": None,
    "max_completion_tokens": None,
    "truncation_strategy": {"type": "auto", "last_messages": None},
    "tool_choice": "auto",
    "parallel_tool_calls": True,
    "response_format": "auto",
}
WROTE = ["run.step.created", "run.step.in_progress", "message.created", "message.in_progress"]


def test_a_text_is_a_message_and_a_step():
    run, events = told(say("Par"), say("is"), finish("stop"))
    assert names(events) == [
        *WROTE,
        "message.delta",
        "message.delta",
        "message.completed",
        "run.step.completed",
        "run.completed",
    ]
    (message,) = run.messages
    assert message.json()["content"] == [{"type": "text", "text": {"value": "Paris", "annotations": []}}]
    assert message.item()["content"][0]["text"] == "Paris"
    assert (run.run["status"], run.run["completed_at"], run.run["expires_at"]) == ("completed", 1731628860, None)
    assert run.is_over


def test_citations_span_their_markers():
    cited = (citation(7, 10), citation(7, 10))
    run, events = told(Delta(content="Été 🏊: [1]", citations=cited), finish("stop"))
    (part,) = run.messages[0].json()["content"]
    value, notes = part["text"]["value"], part["text"]["annotations"]
    assert [value[note["start_index"] : note["end_index"]] for note in notes] == ["[1]", "[1]"]
    assert [note["file_citation"] for note in notes] == [{"file_id": "file-1"}] * 2
    numbers = [
        each["index"]
        for event in events
        if event["event"] == "thread.message.delta"
        for each in event["data"]["delta"]["content"][0]["text"].get("annotations", ())
    ]
    assert numbers == [0, 1]


def test_a_refusal_is_told_too():
    run, events = told(Delta(fields={"refusal": "No."}), finish("stop"))
    assert run.messages[0].json()["content"] == [{"type": "refusal", "refusal": "No."}]
    assert names(events).count("message.delta") == 1


def test_an_answer_without_a_word_is_no_message():
    run, events = told(finish("stop"))
    assert names(events)[-3:] == ["message.completed", "run.step.completed", "run.completed"]
    assert run.messages == []


def test_what_is_said_before_a_call_is_a_step_of_its_own():
    run, events = told(
        say("Let me look."), call(0, "call_1", "look", '{"a"'), call(0, None, None, ":1}"), finish("tool_calls")
    )
    kinds = [name for name in names(events) if not name.endswith("delta")]
    assert kinds == [
        *WROTE,
        "message.completed",
        "run.step.completed",
        "run.step.created",
        "run.step.in_progress",
        "run.requires_action",
    ]
    assert is_last(events[-1])
    assert [step["status"] for step in run.steps.values()] == ["completed", "in_progress"]
    assert [item["type"] for item in run.said] == ["message", "function_call", "spent"]
    action = run.run["required_action"]["submit_tool_outputs"]["tool_calls"]
    assert action == [{"id": "call_1", "type": "function", "function": {"name": "look", "arguments": '{"a":1}'}}]


def test_a_call_that_is_cut_off_is_nobodys():
    run, events = told(call(0, "call_1", "look", '{"a"'), finish("length"))
    assert names(events)[-2:] == ["run.step.cancelled", "run.incomplete"]
    assert run.run["incomplete_details"] == {"reason": "max_completion_tokens"}
    assert [item["type"] for item in run.said] == ["spent"]


def test_a_text_that_is_cut_off_is_incomplete():
    run, events = told(say("Par"), finish("length"))
    assert names(events)[-3:] == ["message.incomplete", "run.step.completed", "run.incomplete"]
    assert run.messages[0].json()["incomplete_details"] == {"reason": "max_tokens"}
    assert run.messages[0].item()["status"] == "incomplete"


def test_a_text_that_is_filtered_has_failed():
    run, events = told(say("Par"), finish("content_filter"))
    assert names(events)[-3:] == ["message.incomplete", "run.step.completed", "run.failed"]
    assert run.messages[0].json()["incomplete_details"] == {"reason": "content_filter"}
    assert run.run["last_error"]["code"] == "invalid_prompt"


@pytest.mark.parametrize("status", ["failed", "cancelled", "expired"])
def test_what_was_said_until_it_broke_off_is_kept(status):
    run, events = transcript(), []
    for event in responded(say("Par")):
        events += run.hear(event)
    events += run.break_off(status, "server_error", "Broken")
    read = checked(map(frame, events))
    assert names(read)[-3:] == ["message.incomplete", f"run.step.{status}", f"run.{status}"]
    assert run.messages[0].json()["incomplete_details"] == {"reason": f"run_{status}"}
    assert run.messages[0].item()["content"][0]["text"] == "Par"
    assert (run.run["last_error"] is not None) == (status == "failed")


def test_a_run_that_nobody_works_on_is_broken_off_with_its_steps():
    waiting, _ = told(call(0, "call_1", "look", "{}"), finish("tool_calls"), usage=True)
    (step,) = waiting.steps.values()
    run, steps, events = broken_off(waiting.run, [step], waiting.said, "expired", 1731629400)
    checked(map(frame, events))
    assert names(events) == ["run.step.expired", "run.expired"]
    assert steps[0]["usage"] == run["usage"] == spent(waiting.said)
    assert run["usage"]["total_tokens"] == 10
    assert (run["required_action"], run["expires_at"]) == (None, 1731629400)


def test_usage_is_of_all_answers_of_the_run():
    first, _ = told(call(0, "call_1", "look", "{}"), finish("tool_calls"), usage=True)
    second = transcript(said=first.said)
    for event in responded(say("Paris"), finish("stop"), ends=True, usage=True):
        list(second.hear(event))
    assert second.run["usage"]["total_tokens"] == 20
    (step,) = second.steps.values()
    assert step["usage"]["total_tokens"] == 10


def test_passages_are_shown_on_demand():
    result = {"file_id": "file-1", "file_name": "a.txt", "score": 0.5, "content": [{"type": "text", "text": "x"}]}
    search = {"id": "fs_1", "type": "file_search", "file_search": {"ranking_options": {}, "results": [result]}}
    function = {"id": "call_1", "type": "function", "function": {}}
    step = {"step_details": {"type": "tool_calls", "tool_calls": [search, function]}}
    assert step_json(step, (CONTENT,)) == step
    hidden, other = step_json(step)["step_details"]["tool_calls"]
    assert sorted(hidden["file_search"]["results"][0]) == ["file_id", "file_name", "score"]
    assert other == function


# ---- what they do ----


def say(text):
    return Delta(content=text)


def finish(reason):
    return Delta(finish_reason=reason)


def call(index, id, name, text):
    function = {"arguments": text} | ({} if name is None else {"name": name})
    return Delta(fields={"tool_calls": [{"index": index, "function": function} | ({} if id is None else {"id": id})]})


def usage_of(prompt, completion):
    return Delta(index=None, usage=Usage(prompt, completion, prompt + completion))


def transcript(said=()):
    numbers = count()
    return RunTranscript(RUN, said, name=lambda prefix: f"{prefix}{next(numbers)}", now=lambda: NOW)


def responded(*deltas, ends=False, usage=False, **answered):
    """The events of a response that is made of these deltas."""
    if usage:
        deltas = (*deltas, usage_of(7, 3))
    _, events = response_told(*deltas, ends=ends, answered=answer(**answered))
    return events


def told(*deltas, usage=False, **answered):
    """The run when it is over, and its events."""
    run, events = transcript(), []
    for event in responded(*deltas, ends=True, usage=usage, **answered):
        events += run.hear(event)
    return run, checked(map(frame, events))


def frame(event):
    return f"event: {event['event']}\ndata: {json.dumps(event['data'])}\n\n".encode()

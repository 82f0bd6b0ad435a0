"""Responses while they are told: the events of every kind of answer, in order, and the object that they make."""

import pytest

from ragproxy.domain import PULSE, Chunk, Delta, Grounding, Passage, Usage
from ragproxy.wire.response_events import is_last
from tests.wire.answers import answer, citation, source
from tests.wire.responding import NOW, request, told, types, whole

STOP = Delta(finish_reason="stop")
BEGUN = ["created", "in_progress"]
TEXT = ["output_item.added", "content_part.added", "output_text.delta"]
TEXT_DONE = ["output_text.done", "content_part.done", "output_item.done"]
PASSAGE = Passage(
    Chunk("c1", "file-1", "guide.pdf", 0, "Open from 9 to 5.", page=3), "vs_1", 0.876543, {"year": 2024.0}
)


def test_a_text():
    made, events = told(Delta(content=""), Delta(content="Hel"), PULSE, Delta(content="lo"), STOP)
    assert types(events) == [*BEGUN, *TEXT, "output_text.delta", *TEXT_DONE, "completed"]
    assert [event["delta"] for event in events if "delta" in event] == ["Hel", "lo"]
    assert events[0]["response"]["status"] == "in_progress"
    assert (events[0]["response"]["output"], events[0]["response"]["usage"]) == ([], None)
    body = whole(made)
    assert events[-1]["response"] == body
    assert is_last(events[-1])
    assert not any(map(is_last, events[:-1]))
    assert body["output"] == [
        {
            "id": "message-0",
            "type": "message",
            "status": "completed",
            "role": "assistant",
            "content": [{"type": "output_text", "text": "Hello", "annotations": [], "logprobs": []}],
        }
    ]
    assert (body["status"], body["completed_at"], body["error"]) == ("completed", int(NOW), None)


def test_an_answer_without_a_word_is_an_empty_text():
    made, events = told(STOP)
    assert types(events) == [*BEGUN, *TEXT[:2], *TEXT_DONE, "completed"]
    assert whole(made)["output"][0]["content"][0]["text"] == ""


def test_a_whole_answer_makes_the_same_object_as_a_streamed_one():
    usage = Usage(5, 2, 7)
    streamed, _ = told(Delta(content="He"), Delta(content="y"), STOP, Delta(index=None, usage=usage))
    at_once, _ = told(Delta(content="Hey", finish_reason="stop", usage=usage))
    assert whole(streamed) == whole(at_once)


@pytest.mark.parametrize(
    ("finish_reason", "reason"), [("length", "max_output_tokens"), ("content_filter", "content_filter")]
)
def test_an_answer_that_is_cut(finish_reason, reason):
    made, events = told(Delta(content="Hel"), Delta(finish_reason=finish_reason))
    body = whole(made)
    assert types(events)[-2:] == ["output_item.done", "incomplete"]
    assert (body["status"], body["incomplete_details"], body["completed_at"]) == (
        "incomplete",
        {"reason": reason},
        None,
    )
    assert body["output"][0]["status"] == "incomplete"


def test_a_search_comes_before_the_message():
    grounding = Grounding("q", (PASSAGE,))
    answered = answer(sources=(source(),), query="opening hours", grounding=grounding)
    made, events = told(Delta(content="9 to 5.", finish_reason="stop"), answered=answered)
    searching = ["file_search_call.in_progress", "file_search_call.searching", "file_search_call.completed"]
    assert types(events)[2:7] == ["output_item.added", *searching, "output_item.done"]
    assert events[2]["item"]["status"] == "in_progress"
    assert events[2]["item"]["queries"] == []
    search, message = whole(made)["output"]
    assert search == {
        "id": "file_search_call-0",
        "type": "file_search_call",
        "status": "completed",
        "queries": ["opening hours"],
        "results": None,
    }
    assert message["id"] == "message-1"


def test_the_results_of_a_search_are_there_when_they_are_included():
    answered = answer(sources=(source(),), query="q", grounding=Grounding("q", (PASSAGE,)))
    made, events = told(STOP, answered=answered, include={"file_search_call.results"})
    results = whole(made)["output"][0]["results"]
    assert results == events[6]["item"]["results"]
    assert results == [
        {
            "file_id": "file-1",
            "filename": "guide.pdf",
            "score": 0.8765,
            "attributes": {"year": 2024.0},
            "text": "Open from 9 to 5.",
        }
    ]


def test_a_search_that_found_nothing_was_a_search():
    made, _ = told(STOP, answered=answer(sources=(), query="q"), include={"file_search_call.results"})
    assert whole(made)["output"][0]["results"] == []


def test_a_citation_points_at_its_marker():
    made, events = told(
        Delta(content="Ouvert 🎉 "),
        Delta(content="[1] et [2].", citations=(citation(9, 12), citation(16, 19, 2))),
        STOP,
    )
    part = whole(made)["output"][0]["content"][0]
    assert [part["text"][note["index"] :][:3] for note in part["annotations"]] == ["[1]", "[2]"]
    assert part["annotations"][0] == {
        "type": "file_citation",
        "file_id": "file-1",
        "filename": "guide-1.pdf",
        "index": 9,
    }
    added = [event for event in events if event["type"] == "response.output_text.annotation.added"]
    assert [event["annotation"] for event in added] == part["annotations"]
    assert [event["annotation_index"] for event in added] == [0, 1]


def test_citations_are_left_out_when_another_carrier_was_asked_for():
    made, _ = told(Delta(content="[1]", citations=(citation(0, 3),)), STOP, answered=answer(carriers=("header",)))
    assert whole(made)["output"][0]["content"][0]["annotations"] == []


def test_pages_that_an_upstream_cites_are_passed_on():
    page = {"url": "https://example.org", "title": "Example", "start_index": 0, "end_index": 2}
    notes = [{"type": "url_citation", "url_citation": page}, {"type": "url_citation"}, {"url_citation": {"url": 1}}, 7]
    made, _ = told(Delta(content="Hi", fields={"annotations": notes}), STOP)
    assert whole(made)["output"][0]["content"][0]["annotations"] == [{"type": "url_citation", **page}]


@pytest.mark.parametrize("key", ["reasoning", "reasoning_content"])
def test_thoughts_come_before_the_text(key):
    thought = Delta(fields={key: "Hm"}), Delta(fields={key: ", well"}), Delta(content="Yes")
    made, events = told(*thought, STOP)
    assert types(events)[2:] == [
        "output_item.added",
        "content_part.added",
        "reasoning_text.delta",
        "reasoning_text.delta",
        "reasoning_text.done",
        "content_part.done",
        "output_item.done",
        *TEXT,
        *TEXT_DONE,
        "completed",
    ]
    reasoning, message = whole(made)["output"]
    assert reasoning["content"] == [{"type": "reasoning_text", "text": "Hm, well"}]
    assert (reasoning["status"], reasoning["summary"], message["id"]) == ("completed", [], "message-1")


def test_servers_that_say_a_thought_twice_think_it_once():
    made, _ = told(Delta(fields={"reasoning": "Hm", "reasoning_content": "Hm"}), STOP)
    assert whole(made)["output"][0]["content"][0]["text"] == "Hm"


def test_a_refusal_is_a_part_of_its_own():
    made, events = told(
        Delta(content="Well, "), Delta(fields={"refusal": "I "}), Delta(fields={"refusal": "won't"}), STOP
    )
    assert types(events)[4:] == [
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "content_part.added",
        "refusal.delta",
        "refusal.delta",
        "refusal.done",
        "content_part.done",
        "output_item.done",
        "completed",
    ]
    assert whole(made)["output"][0]["content"][1] == {"type": "refusal", "refusal": "I won't"}


def call(index=None, id=None, name=None, arguments=None, **more):
    fragment = {"index": index, "id": id, "function": {"name": name, "arguments": arguments}, **more}
    return Delta(fields={"tool_calls": [{key: value for key, value in fragment.items() if value is not None}]})


def test_a_call_of_a_function():
    made, events = told(call(0, "call_1", "look", ""), call(0, arguments='{"a"'), call(0, arguments=":1}"), STOP)
    told_of = ["function_call_arguments.delta", "function_call_arguments.delta", "function_call_arguments.done"]
    assert types(events) == [*BEGUN, "output_item.added", *told_of, "output_item.done", "completed"]
    assert events[2]["item"]["arguments"] == ""
    assert events[-3]["name"] == "look"
    assert whole(made)["output"] == [
        {
            "id": "function_call-0",
            "type": "function_call",
            "status": "completed",
            "call_id": "call_1",
            "name": "look",
            "arguments": '{"a":1}',
        }
    ]


def test_text_before_a_call_ends_when_the_call_begins():
    _, events = told(Delta(content="Let me look"), call(0, "call_1", "look", "{}"), STOP)
    assert types(events)[2:9] == [*TEXT, *TEXT_DONE, "output_item.added"]


def test_calls_side_by_side_however_their_fragments_come():
    made, _ = told(
        call(0, "a", "one", "1"), call(1, "b", "two", "2"), call(0, arguments="1"), call(1, arguments="2"), STOP
    )
    calls = [(item["call_id"], item["name"], item["arguments"]) for item in whole(made)["output"]]
    assert calls == [("a", "one", "11"), ("b", "two", "22")]


@pytest.mark.parametrize("index", [0, None])
def test_calls_that_are_all_numbered_alike_are_told_apart_by_their_ids(index):
    made, _ = told(call(index, "a", "one", "{}"), call(index, "b", "two", "{}"), STOP)
    assert [item["call_id"] for item in whole(made)["output"]] == ["a", "b"]


def test_a_call_without_an_id_gets_one_and_late_names_are_waited_for():
    made, events = told(call(0, arguments="{"), call(0, name="look"), call(0, arguments="}"), STOP)
    added = next(event for event in events if event["type"] == "response.output_item.added")
    assert added["item"]["name"] == "look"
    (item,) = whole(made)["output"]
    assert item["call_id"] == added["item"]["call_id"]
    assert item["call_id"].startswith("call_")
    assert item["arguments"] == "{}"


def test_arguments_that_are_an_object_become_text():
    made, _ = told(call(0, "a", "one", {"x": 1}), STOP)
    assert whole(made)["output"][0]["arguments"] == '{"x":1}'


def test_a_call_of_a_custom_tool():
    fragments = [{"index": 0, "id": "a", "type": "custom", "custom": {"name": "sh", "input": "l"}}]
    more = [{"index": 0, "custom": {"input": "s"}}]
    made, events = told(Delta(fields={"tool_calls": fragments}), Delta(fields={"tool_calls": more}), STOP)
    told_of = ["custom_tool_call_input.delta", "custom_tool_call_input.delta", "custom_tool_call_input.done"]
    assert types(events)[3:6] == told_of
    item = whole(made)["output"][0]
    assert (item["type"], item["call_id"], item["name"], item["input"]) == ("custom_tool_call", "a", "sh", "ls")


@pytest.mark.parametrize("calls", [None, "look", [7], [{}], [{"function": "look"}]])
def test_calls_that_make_no_sense_break_nothing(calls):
    made, _ = told(Delta(fields={"tool_calls": calls}), STOP)
    assert whole(made)["status"] == "completed"


def test_logprobs_are_told_with_the_text_and_kept():
    said = {"token": "Hé", "logprob": -1, "bytes": None, "top_logprobs": [{"token": "Hi", "logprob": -2.5}, {}]}
    first = Delta(choice={"logprobs": {"content": [said]}})
    made, events = told(first, Delta(content="Hé"), STOP, include={"message.output_text.logprobs"})
    expected = {
        "token": "Hé",
        "logprob": -1.0,
        "bytes": [72, 195, 169],
        "top_logprobs": [{"token": "Hi", "logprob": -2.5, "bytes": [72, 105]}],
    }
    assert events[4]["logprobs"] == [expected]
    assert whole(made)["output"][0]["content"][0]["logprobs"] == [expected]
    made, _ = told(Delta(content="Hé", choice={"logprobs": {"content": [said]}}), STOP)
    assert whole(made)["output"][0]["content"][0]["logprobs"] == []


def test_logprobs_that_come_last_are_kept():
    late = Delta(choice={"logprobs": {"content": [{"token": "H", "logprob": 0.0}, 7]}}, finish_reason="stop")
    made, _ = told(Delta(content="H"), late, logprobs=True)
    assert len(whole(made)["output"][0]["content"][0]["logprobs"]) == 1


def test_the_usage_in_the_words_of_responses():
    details = {
        "prompt_tokens_details": {"cached_tokens": 4},
        "completion_tokens_details": {"reasoning_tokens": 2},
    }
    made, _ = told(STOP, Delta(index=None, usage=Usage(10, 5, 15, details)))
    assert whole(made)["usage"] == {
        "input_tokens": 10,
        "input_tokens_details": {"cached_tokens": 4, "cache_write_tokens": 0},
        "output_tokens": 5,
        "output_tokens_details": {"reasoning_tokens": 2},
        "total_tokens": 15,
    }


@pytest.mark.parametrize(("tier", "shown"), [("flex", "flex"), ("on_demand", "priority"), (7, "priority")])
def test_the_tier_is_the_upstreams_when_it_is_one(tier, shown):
    made, _ = told(Delta(content="x", chunk={"service_tier": tier}), STOP, asked=request(service_tier="priority"))
    assert whole(made)["service_tier"] == shown


def test_other_choices_are_left_out():
    made, _ = told(Delta(content="a"), Delta(index=1, content="b", finish_reason="length"), STOP)
    assert whole(made)["output"][0]["content"][0]["text"] == "a"


@pytest.mark.parametrize(
    ("code", "shown"), [("rate_limit_exceeded",) * 2, ("upstream_broken", "server_error"), (None, "server_error")]
)
def test_a_failure_says_what_was_said_until_then(code, shown):
    made, events = told(Delta(content="Hel"), call(0, "a", "one", "{"), ends=False)
    number = len(events)
    (event,) = made.fail({"message": "It broke", "type": "server_error", "param": None, "code": code})
    assert (event["type"], event["sequence_number"]) == ("response.failed", number)
    body = whole(made)
    assert event["response"] == body
    assert body["error"] == {"code": shown, "message": "It broke"}
    assert [item["status"] for item in body["output"]] == ["completed", "incomplete"]


def test_an_end_that_cannot_be_told_is_told_as_a_failure_under_the_same_number():
    made, events = told(Delta(content="Hel"), ends=False)
    end = made.end()
    for event in end:
        if is_last(event):
            break
        events.append(event)
    (failed,) = made.fail({"message": "Nothing is kept", "code": None})
    assert failed["sequence_number"] == len(events)
    assert whole(made)["incomplete_details"] is None


def test_a_response_that_nobody_hears_to_its_end():
    made, _ = told(Delta(content="Hel"), ends=False)
    made.cancel()
    body = whole(made)
    assert (body["status"], body["output"][0]["status"]) == ("cancelled", "incomplete")
    assert body["output"][0]["content"][0]["text"] == "Hel"


def test_everything_that_was_asked_is_repeated():
    asked = request(
        instructions="Be brief",
        max_output_tokens=100,
        max_tool_calls=3,
        metadata={"a": "b"},
        parallel_tool_calls=False,
        previous_response_id="resp_0",
        prompt_cache_key="k",
        reasoning={"effort": "low", "summary": "auto"},
        safety_identifier="s",
        store=False,
        temperature=1,
        text={"format": {"type": "json_schema", "name": "x", "schema": {"type": "object"}}, "verbosity": "low"},
        tool_choice={"type": "function", "name": "look"},
        tools=[
            {"type": "function", "name": "look", "parameters": {"type": "object"}, "strict": True},
            {"type": "custom", "name": "sh", "format": {"type": "text"}},
            {
                "type": "file_search",
                "vector_store_ids": ["vs_1"],
                "max_num_results": 4,
                "filters": {"type": "eq", "key": "year", "value": 2024},
                "ranking_options": {"ranker": "none", "score_threshold": 0.5},
            },
        ],
        top_logprobs=2,
        top_p=0.5,
        truncation="auto",
        user="u",
    )
    made, _ = told(STOP, asked=asked)
    body = whole(made)
    same = ("instructions", "max_output_tokens", "max_tool_calls", "metadata", "parallel_tool_calls", "store", "text")
    same += ("previous_response_id", "prompt_cache_key", "reasoning", "safety_identifier", "temperature", "user")
    same += ("tool_choice", "top_logprobs", "top_p", "truncation")
    assert {key: body[key] for key in same} == {key: asked.body[key] for key in same}
    assert [tool["type"] for tool in body["tools"]] == ["function", "custom", "file_search"]
    assert body["tools"][2]["ranking_options"] == {"ranker": "auto", "score_threshold": 0.5}


def test_a_conversation_is_named():
    made, _ = told(STOP, asked=request(conversation="conv_1"))
    assert whole(made)["conversation"] == {"id": "conv_1"}

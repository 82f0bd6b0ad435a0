"""Messages of threads: items of conversations, as OpenAI's clients send and see them."""

import pytest
from openai.types.beta.threads import Message

from ragproxy.domain import ThreadMessage
from ragproxy.errors import InvalidRequest
from ragproxy.wire.thread_messages import (
    MESSAGE_CHANGE,
    MESSAGE_QUERY,
    NEW_MESSAGE,
    annotation_json,
    content_json,
    message_json,
    named_files,
    searched_files,
)
from ragproxy.wire.threads import THREAD_CHANGE, THREAD_REQUEST
from ragproxy.wire.validation import load

FILE = {"type": "image_file", "image_file": {"file_id": "file-1", "detail": "low"}}
URL = {"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}


def test_a_text_is_an_item():
    message = load(NEW_MESSAGE, {"role": "user", "content": "été"})
    part = {"type": "input_text", "text": "été"}
    assert message.item == {"type": "message", "role": "user", "status": "completed", "content": [part]}
    answer = load(NEW_MESSAGE, {"role": "assistant", "content": "yes"})
    assert answer.item["content"] == [{"type": "output_text", "text": "yes", "annotations": [], "logprobs": []}]


def test_parts_come_in_and_go_out():
    message = load(NEW_MESSAGE, {"role": "user", "content": [{"type": "text", "text": "look"}, FILE, URL]})
    text = {"type": "text", "text": {"value": "look", "annotations": []}}
    assert content_json(message.item) == [
        text,
        FILE,
        {**URL, "image_url": {**URL["image_url"], "detail": "auto"}},
    ]
    assert load(NEW_MESSAGE, {"role": "user", "content": content_json(message.item)}) == message


def test_a_message_is_openais():
    item = {"id": "msg_1", "type": "message", "role": "user", "content": [{"type": "input_text", "text": "a"}]}
    shown = message_json(ThreadMessage(item, "thread_1", 7))
    assert shown == {
        "id": "msg_1",
        "object": "thread.message",
        "created_at": 7,
        "thread_id": "thread_1",
        "status": "completed",
        "incomplete_details": None,
        "completed_at": None,
        "incomplete_at": None,
        "role": "user",
        "content": [{"type": "text", "text": {"value": "a", "annotations": []}}],
        "assistant_id": None,
        "run_id": None,
        "attachments": [],
        "metadata": {},
    }
    Message.model_validate(shown, strict=True)


@pytest.mark.parametrize("text", ["🗼 is 330 m tall [1].", "🗼 is 330 m tall [1, 2].", "[1]", "seen【4:0†tower.txt】"])
def test_a_citation_spans_its_marker(text):
    start = min(place for place in (text.find("["), text.find("【")) if place >= 0)
    note = annotation_json({"type": "file_citation", "file_id": "file-1", "filename": "a", "index": start}, text)
    assert note["text"] == text[note["start_index"] : note["end_index"]]
    assert note["text"][0] in "[【"
    assert note["text"][-1] in "]】"
    assert note["file_citation"] == {"file_id": "file-1"}


def test_a_citation_without_a_marker_spans_nothing():
    for index in (1, 99, -1, None, "1"):
        note = annotation_json({"type": "file_citation", "file_id": "file-1", "index": index}, "abc")
        assert (note["text"], note["end_index"]) == ("", note["start_index"])
    for note in ({"type": "url_citation", "url": "https://x.example"}, {"type": "file_citation"}, {}):
        assert annotation_json(note, "abc") is None


def test_what_other_routes_say_is_shown_as_far_as_it_can_be():
    parts = [
        {"type": "input_file", "file_id": "file-1"},
        {"type": "input_audio", "input_audio": {}},
        {"type": "refusal", "refusal": "no"},
        {"type": "input_image", "image_url": "data:,", "detail": "original"},
        {"type": "output_text", "text": "a", "annotations": [{"type": "url_citation"}]},
    ]
    assert content_json({"content": parts}) == [
        {"type": "refusal", "refusal": "no"},
        {"type": "image_url", "image_url": {"url": "data:,", "detail": "auto"}},
        {"type": "text", "text": {"value": "a", "annotations": []}},
    ]
    assert content_json({"content": "plain"}) == [{"type": "text", "text": {"value": "plain", "annotations": []}}]
    assert content_json({}) == []


def test_files_that_are_named_and_those_to_search():
    attachments = [
        {"file_id": "file-a", "tools": [{"type": "file_search"}]},
        {"file_id": "file-b", "tools": []},
        {"file_id": "file-a", "tools": [{"type": "file_search"}]},
    ]
    message = load(NEW_MESSAGE, {"role": "user", "content": [FILE], "attachments": attachments})
    assert searched_files([message, message]) == ("file-a",)
    assert named_files([message]) == ("file-a", "file-b", "file-1")


def test_changes_and_queries():
    assert load(MESSAGE_CHANGE, {}).metadata is None
    assert load(MESSAGE_CHANGE, {"metadata": None}).metadata == {}
    assert load(MESSAGE_QUERY, {"run_id": "run_1", "before": "msg_1"}).run_id == "run_1"
    assert load(MESSAGE_QUERY, {"run_id": ""}).run_id is None
    assert load(THREAD_CHANGE, {}).resources.stores is None
    assert load(THREAD_CHANGE, {"tool_resources": {}}).resources.stores is None
    assert load(THREAD_CHANGE, {"tool_resources": None}).resources.stores == ()
    assert load(THREAD_CHANGE, {"tool_resources": {"file_search": {"vector_store_ids": []}}}).resources.stores == ()


TEXT = {"type": "text", "text": "a"}


@pytest.mark.parametrize(
    ("more", "param", "code"),
    [
        ({"role": "system"}, "role", "invalid_value"),
        ({"role": None}, "role", "invalid_type"),
        ({"content": ""}, "content", "empty_string"),
        ({"content": []}, "content", "empty_array"),
        ({"content": None}, "content", "invalid_type"),
        ({"content": 1}, "content", "invalid_type"),
        ({"content": "\0"}, "content", "invalid_value"),
        ({"content": "x" * 256_001}, "content", "string_above_max_length"),
        ({"content": [1]}, "content[0]", "invalid_type"),
        ({"content": [TEXT, {"type": "text", "text": ""}]}, "content[1].text", "empty_string"),
        ({"content": [{"type": "text"}]}, "content[0].text", "missing_required_parameter"),
        ({"content": [{"type": "text", "text": {"value": 1}}]}, "content[0].text.value", "invalid_type"),
        ({"content": [{"type": "audio"}]}, "content[0].type", "invalid_value"),
        (
            {"content": [{"type": "image_file", "image_file": {}}]},
            "content[0].image_file.file_id",
            "missing_required_parameter",
        ),
        ({"content": [{"type": "image_url", "image_url": "x"}]}, "content[0].image_url", "invalid_type"),
        (
            {"content": [{"type": "image_url", "image_url": {"url": "x", "detail": "best"}}]},
            "content[0].image_url.detail",
            "invalid_value",
        ),
        ({"attachments": [{}]}, "attachments[0].file_id", "missing_required_parameter"),
        (
            {"attachments": [{"file_id": "f", "tools": [{"type": "code_interpreter"}]}]},
            "attachments[0].tools[0].type",
            "unsupported_parameter",
        ),
        (
            {"attachments": [{"file_id": "f", "tools": [{"type": "function"}]}]},
            "attachments[0].tools[0].type",
            "invalid_value",
        ),
        ({"attachments": [{"file_id": "f", "tools": [1]}]}, "attachments[0].tools[0]", "invalid_type"),
        ({"metadata": {"a": 1}}, "metadata.a", "invalid_type"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_what_is_wrong_is_refused_by_name(more, param, code):
    with pytest.raises(InvalidRequest) as caught:
        load(NEW_MESSAGE, {"role": "user", "content": "a", **more})
    assert (caught.value.param, caught.value.code) == (param, code)
    with pytest.raises(InvalidRequest) as caught:
        load(THREAD_REQUEST, {"messages": [{"role": "user", "content": "a", **more}]})
    assert caught.value.param == f"messages[0].{param}"

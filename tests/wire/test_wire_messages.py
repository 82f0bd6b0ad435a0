"""Messages, role by role."""

import pytest

from ragproxy.domain import Message
from ragproxy.errors import InvalidRequest
from ragproxy.wire.chat_request import CHAT_REQUEST
from ragproxy.wire.messages import message_json
from ragproxy.wire.validation import load

CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": "{}"}}

GOOD = [
    {"role": "system", "content": "Be brief."},
    {"role": "developer", "content": "Be brief.", "name": "dev"},
    {"role": "user", "content": ""},
    {"role": "user", "content": "Hi", "name": None},
    {"role": "assistant", "content": "Hello"},
    {"role": "assistant", "content": None, "tool_calls": [CALL]},
    {"role": "assistant", "content": None, "function_call": {"name": "f", "arguments": "{}"}},
    {"role": "assistant", "content": None, "refusal": "No."},
    {"role": "assistant", "content": None, "audio": {"id": "audio_1"}},
    {"role": "assistant", "content": [{"type": "refusal", "refusal": "No."}], "tool_calls": None},
    {"role": "tool", "content": "42", "tool_call_id": "call_1"},
    {"role": "tool", "content": [{"type": "text", "text": "42"}], "tool_call_id": "call_1"},
    {"role": "function", "content": None, "name": "f"},
    {"role": "user", "content": [{"type": "image_url", "image_url": {"url": "https://x/y.png", "detail": "low"}}]},
    {"role": "user", "content": [{"type": "input_audio", "input_audio": {"data": "AA==", "format": "wav"}}]},
    {"role": "user", "content": [{"type": "file", "file": {"file_id": "file-1"}, "prompt_cache_breakpoint": {}}]},
    {"role": "user", "content": "x", "name": "Zoé", "some_new_key": {"a": [1]}},
]


@pytest.mark.parametrize("message", GOOD)
def test_a_message_goes_out_as_it_came(message):
    loaded = load(CHAT_REQUEST, {"model": "m", "messages": [message]}).messages[0]
    assert message_json(loaded) == message


def test_the_rest_of_a_message_is_kept_beside_role_and_content():
    loaded = load(CHAT_REQUEST, {"model": "m", "messages": [GOOD[10]]}).messages
    assert loaded == (Message("tool", "42", {"tool_call_id": "call_1"}),)


def test_an_assistant_without_content_key_goes_out_with_null():
    message = {"role": "assistant", "tool_calls": [CALL]}
    loaded = load(CHAT_REQUEST, {"model": "m", "messages": [message]}).messages[0]
    assert message_json(loaded) == {"role": "assistant", "content": None, "tool_calls": [CALL]}


def test_parts_are_read_as_text_by_retrieval():
    parts = [
        {"type": "text", "text": "Où"},
        {"type": "image_url", "image_url": {"url": "u"}},
        {"type": "text", "text": "?"},
    ]
    assert (
        load(CHAT_REQUEST, {"model": "m", "messages": [{"role": "user", "content": parts}]}).messages[0].text == "Où\n?"
    )


def _part(part):
    return {"role": "user", "content": [{"type": "text", "text": "a"}, part]}


BAD = [
    ("text", "", "invalid_type"),
    (None, "", "invalid_type"),
    ({}, ".role", "missing_required_parameter"),
    ({"role": 1, "content": "x"}, ".role", "invalid_type"),
    ({"role": None, "content": "x"}, ".role", "invalid_type"),
    ({"role": "wizard", "content": "x"}, ".role", "invalid_value"),
    ({"role": ["user"], "content": "x"}, ".role", "invalid_type"),
    ({"role": "user"}, ".content", "missing_required_parameter"),
    ({"role": "user", "content": None}, ".content", "invalid_type"),
    ({"role": "system", "content": None, "tool_calls": [CALL]}, ".content", "invalid_type"),
    ({"role": "assistant"}, ".content", "missing_required_parameter"),
    ({"role": "assistant", "content": None}, ".content", "invalid_type"),
    ({"role": "assistant", "content": None, "tool_calls": []}, ".content", "invalid_type"),
    ({"role": "assistant", "content": 5, "refusal": "No"}, ".content", "invalid_type"),
    ({"role": "function", "name": "f"}, ".content", "missing_required_parameter"),
    ({"role": "function", "content": "x"}, ".name", "missing_required_parameter"),
    ({"role": "tool", "content": "x"}, ".tool_call_id", "missing_required_parameter"),
    ({"role": "tool", "content": "x", "tool_call_id": 4}, ".tool_call_id", "invalid_type"),
    ({"role": "tool", "tool_call_id": "c"}, ".content", "missing_required_parameter"),
    ({"role": "user", "content": True}, ".content", "invalid_type"),
    ({"role": "user", "content": {"type": "text", "text": "x"}}, ".content", "invalid_type"),
    ({"role": "user", "content": "x", "name": 4}, ".name", "invalid_type"),
    ({"role": "assistant", "content": "x", "tool_calls": {}}, ".tool_calls", "invalid_type"),
    ({"role": "assistant", "content": "x", "tool_calls": [CALL, 3]}, ".tool_calls[1]", "invalid_type"),
    ({"role": "assistant", "content": "x", "tool_calls": [CALL] * 129}, ".tool_calls", "array_above_max_length"),
    ({"role": "assistant", "content": "x", "function_call": "f"}, ".function_call", "invalid_type"),
    ({"role": "assistant", "content": "x", "refusal": 3}, ".refusal", "invalid_type"),
    ({"role": "user", "content": []}, ".content", "empty_array"),
    ({"role": "user", "content": [{"type": "text", "text": ""}] * 2049}, ".content", "array_above_max_length"),
    (_part("text"), ".content[1]", "invalid_type"),
    (_part({}), ".content[1].type", "missing_required_parameter"),
    (_part({"type": 3}), ".content[1].type", "invalid_type"),
    (_part({"type": "video"}), ".content[1].type", "invalid_value"),
    (_part({"type": "text"}), ".content[1].text", "missing_required_parameter"),
    (_part({"type": "text", "text": None}), ".content[1].text", "invalid_type"),
    (_part({"type": "refusal"}), ".content[1].refusal", "missing_required_parameter"),
    (_part({"type": "image_url"}), ".content[1].image_url", "missing_required_parameter"),
    (_part({"type": "image_url", "image_url": "u"}), ".content[1].image_url", "invalid_type"),
    (_part({"type": "image_url", "image_url": {}}), ".content[1].image_url.url", "missing_required_parameter"),
    (_part({"type": "image_url", "image_url": {"url": 1}}), ".content[1].image_url.url", "invalid_type"),
    (_part({"type": "input_audio"}), ".content[1].input_audio", "missing_required_parameter"),
    (
        _part({"type": "input_audio", "input_audio": {"format": "wav"}}),
        ".content[1].input_audio.data",
        "missing_required_parameter",
    ),
    (
        _part({"type": "input_audio", "input_audio": {"data": "A"}}),
        ".content[1].input_audio.format",
        "missing_required_parameter",
    ),
    (_part({"type": "file"}), ".content[1].file", "missing_required_parameter"),
    (_part({"type": "file", "file": "f"}), ".content[1].file", "invalid_type"),
]


@pytest.mark.parametrize(("message", "where", "code"), BAD)
def test_a_wrong_message_is_refused_by_the_path_of_its_field(message, where, code):
    with pytest.raises(InvalidRequest) as caught:
        load(CHAT_REQUEST, {"model": "m", "messages": [{"role": "user", "content": "x"}, message]})
    assert (caught.value.param, caught.value.code) == (f"messages[1]{where}", code)
    assert f"'messages[1]{where}'" in caught.value.message


def test_the_refusal_of_a_part_says_which_types_there_are():
    with pytest.raises(InvalidRequest) as caught:
        load(CHAT_REQUEST, {"model": "m", "messages": [{"role": "user", "content": [{"type": "video"}]}]})
    assert caught.value.message == (
        "Invalid value for 'messages[0].content[0].type': 'video' is not one of "
        "'text', 'image_url', 'input_audio', 'file', 'refusal'"
    )


def test_a_message_never_repeats_what_the_client_wrote():
    secret = "my secret " * 100
    with pytest.raises(InvalidRequest) as caught:
        load(CHAT_REQUEST, {"model": "m", "messages": [{"role": secret, "content": secret}]})
    assert len(caught.value.message) < 250

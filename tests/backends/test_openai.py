"""The upstream here is a real server, tests.upstream; what it is told to do is in each test."""

import time
from dataclasses import replace

import pytest

from ragproxy.domain import PULSE
from ragproxy.errors import NotServed, UpstreamRefused
from tests.asking import chat, completion, finishes, text
from tests.replies import DONE, Reply, chat_chunk, chat_frames, refusal, sse, whole

ACCENTS = ("Réponse", " : «", " où ", "naïve", " 🦜", "» [1].")


# ---- what is sent -------------------------------------------------------------------------------


def test_the_request_travels_as_it_came_in_the_mode_that_was_asked(up, model):
    asked = chat(params={"temperature": 0.5, "tools": [{"type": "function"}], "new_field": {"a": [1]}})
    list(model.chat(asked))
    list(model.chat(replace(asked, stream=True)))
    plain, streamed = (request.json for request in up.to("/chat/completions"))
    sent = {**asked.params, "model": "upstream-model", "messages": [{"role": "user", "content": "Où ?"}]}
    assert plain == sent
    assert streamed == {**sent, "stream": True, "stream_options": {"include_usage": True}}


@pytest.mark.parametrize("stream", [False, True])
def test_an_answer_is_its_text_its_end_and_its_usage(up, model, stream):
    up.text = "".join(ACCENTS)
    deltas = list(model.chat(chat(stream=stream)))
    assert text(deltas) == up.text
    assert finishes(deltas) == {0: "stop"}
    assert deltas[-1].usage.prompt == 7
    assert all(delta.chunk["system_fingerprint"] == "fp_upstream" for delta in deltas)
    assert (len(deltas) > 2) is stream


def test_the_first_delta_carries_the_headers_that_clients_may_see(up, model):
    up.script(Reply.events(*chat_frames("a"), headers={"x-ratelimit-remaining-tokens": "5", "set-cookie": "no=1"}))
    first, *others = model.chat(chat(stream=True))
    assert first.headers == {"x-ratelimit-remaining-tokens": "5"}
    assert all(delta.headers == {} for delta in others)


def test_legacy_completions_go_to_their_own_route(up, model):
    for stream in (False, True):
        deltas = list(model.complete(completion("one", "two", stream=stream)))
        assert [text(deltas, index) for index in (0, 1)] == ["one!", "two!"]
        assert finishes(deltas) == {0: "stop", 1: "stop"}
        assert deltas[-1].usage.prompt == 7
    assert [request.json["prompt"] for request in up.to("/completions")] == [["one", "two"]] * 2


def test_a_server_that_refuses_stream_options_is_asked_again_without_and_remembered(up, model):
    refused = refusal(400, "Unrecognized request argument supplied: stream_options")
    up.script(refused, Reply.events(*chat_frames("a")[:-2], DONE), Reply.events(*chat_frames("b")))
    assert text(model.chat(chat(stream=True))) == "a"
    assert text(model.chat(chat(stream=True))) == "b"
    assert ["stream_options" in request.json for request in up.requests] == [True, False, False]


def test_stream_options_of_the_client_are_refused_to_the_client(up, model):
    up.script(*[refusal(400, "Unrecognized request argument supplied: stream_options")] * 2)
    with pytest.raises(UpstreamRefused):
        list(model.chat(chat(stream=True, stream_options={"include_usage": True})))
    with pytest.raises(UpstreamRefused):
        list(model.chat(chat()))
    assert len(up.requests) == 2


# ---- servers that spell the protocol their own way ----------------------------------------------


def _crlf(frames):
    return [frame.replace(b"\n", b"\r\n") for frame in frames]


def _spaceless(frames):
    return [frame.replace(b"data: ", b"data:", 1) for frame in frames]


def _commented(frames):
    return [b": ping\n\n" + b"event: message\nid: 7\nretry: 10\n" + frame for frame in frames]


@pytest.mark.parametrize("spelling", [list, _crlf, _spaceless, _commented])
@pytest.mark.parametrize("size", [1, 3, 1000])
@pytest.mark.parametrize("framing", ["chunked", "close", "length"])
def test_a_stream_is_understood_however_it_is_written(up, model, spelling, size, framing):
    up.script(Reply.events(*spelling(chat_frames(*ACCENTS)), framing=framing).in_writes_of(size))
    deltas = list(model.chat(chat(stream=True)))
    assert text(deltas) == "".join(ACCENTS)
    assert deltas[-1].usage.total == 10


@pytest.mark.parametrize("media_type", ["text/event-stream; charset=utf-8", "TEXT/EVENT-STREAM", "text/plain", ""])
def test_the_name_of_a_streams_media_type_does_not_matter(up, model, media_type):
    up.script(Reply.events(*chat_frames("ab"), headers={"content-type": media_type}))
    assert text(model.chat(chat(stream=True))) == "ab"


def test_an_upstream_that_does_not_stream_is_one_delta_a_choice(up, model):
    up.script(Reply.json(whole("one piece")))
    (delta,) = model.chat(chat(stream=True))
    assert (delta.content, delta.finish_reason, delta.usage.total) == ("one piece", "stop", 9)


def test_an_upstream_that_streams_unasked_is_read(up, model):
    up.script(Reply.events(*chat_frames("a", "b")))
    assert text(model.chat(chat())) == "ab"


def test_an_upstream_without_done_is_whole_when_its_choices_are(up, model):
    up.script(Reply.events(*chat_frames("a", choices=2)[:-1]))
    deltas = list(model.chat(chat(stream=True, params={"n": 2})))
    assert finishes(deltas) == {0: "stop", 1: "stop"}
    assert deltas[-1].usage is not None


def test_usage_on_the_last_choice_is_taken_too(up, model):
    end = chat_chunk({}, "stop", usage={"prompt_tokens": 1, "completion_tokens": 2, "total_tokens": 3})
    up.script(Reply.events(chat_chunk({"content": "a"}), end, DONE))
    assert list(model.chat(chat(stream=True)))[-1].usage.total == 3


def test_a_server_that_holds_the_connection_after_done_holds_nobody(up, model):
    up.script(Reply.events(*chat_frames("a"), stalls=True))
    began = time.monotonic()
    assert text(model.chat(chat(stream=True))) == "a"
    assert time.monotonic() - began < 1
    assert up.requests[0].left.wait(2)


@pytest.mark.parametrize("path", ["chat", "complete"])
def test_a_silence_in_a_stream_that_has_begun_gives_pulses(up, model, path):
    begun = {"choices": [{"index": 0, "text": "a", "delta": {"content": "a"}}]}
    ended = {"choices": [{"index": 0, "text": "", "delta": {}, "finish_reason": "stop"}]}
    up.script(Reply.events(begun, ended, DONE, delay_s=0.4))
    deltas = list(getattr(model, path)((chat if path == "chat" else completion)(stream=True, pulse_s=0.1)))
    assert deltas[0].content == "a"
    assert 2 <= deltas.count(PULSE) <= 10
    assert [delta.finish_reason for delta in deltas if delta != PULSE] == [None, "stop"]


@pytest.mark.parametrize("sign", [b": working\n\n", b"data:\n\n", sse({"choices": []}), sse({"choices": [], "x": 1})])
def test_a_server_that_says_it_lives_but_nothing_else_gives_pulses(up, model, sign):
    up.script(Reply.events(*chat_frames("a")[:2], *[sign] * 12, *chat_frames("b")[1:], delay_s=0.1))
    deltas = list(model.chat(chat(stream=True, pulse_s=0.25)))
    assert 2 <= deltas.count(PULSE) <= 5
    assert text(deltas) == "ab"


def test_signs_of_life_between_deltas_are_not_passed_on(up, model):
    up.script(Reply.events(*(frame + b": working\n\n" for frame in chat_frames("a", "b"))))
    assert PULSE not in list(model.chat(chat(stream=True, pulse_s=5)))


def test_a_model_that_has_not_begun_has_no_pulse(up, model):
    up.script(Reply.events(*[b": queued\n\n"] * 5, *chat_frames("a"), delay_s=0.05))
    assert PULSE not in list(model.chat(chat(stream=True, pulse_s=0.1)))[:1]


def test_nobody_who_does_not_want_them_gets_pulses(up, model):
    up.script(Reply.events(*chat_frames("a")[:2], b": working\n\n", *chat_frames("b")[1:], delay_s=0.1))
    assert PULSE not in list(model.chat(chat(stream=True)))


def test_streams_and_answers_share_their_connections(up, model):
    for stream in (True, False, True):
        list(model.chat(chat(stream=stream)))
    assert up.connections == 1


# ---- legacy completions that are not there ------------------------------------------------------

ROUTE_MISSING = [
    refusal(404, "Unknown request URL: POST /v1/completions", "unknown_url"),
    refusal(404, "This is a chat model and not supported in the v1/completions endpoint."),
    Reply.json({"detail": "Not Found"}, 404),
    Reply.text("404 page not found", 404, "text/plain"),
    Reply.json({"detail": "Method Not Allowed"}, 405),
    Reply.text("", 501, "text/plain"),
]


@pytest.mark.parametrize("reply", ROUTE_MISSING)
@pytest.mark.parametrize("stream", [False, True])
def test_a_server_without_completions_is_noticed_and_remembered(up, model, reply, stream):
    assert model.chat_only is False
    up.script(reply)
    with pytest.raises(NotServed):
        next(model.complete(completion("a", stream=stream)))
    assert model.chat_only is True


@pytest.mark.parametrize(
    "reply",
    [
        refusal(404, "no such thing", "model_not_found"),
        refusal(404, "The model `upstream-model` does not exist.", "404"),
        Reply.json({"error": "model 'upstream-model' not found, try pulling it first"}, 404),
    ],
)
def test_an_unknown_model_is_not_taken_for_a_missing_route(up, model, reply):
    up.script(reply)
    with pytest.raises(UpstreamRefused) as caught:
        next(model.complete(completion("a")))
    assert caught.value.status == 404
    assert model.chat_only is False


def test_a_missing_chat_route_is_a_refusal(up, model):
    up.script(refusal(404, "Unknown request URL: POST /v1/chat/completions", "unknown_url"))
    with pytest.raises(UpstreamRefused):
        next(model.chat(chat()))
    assert model.chat_only is False

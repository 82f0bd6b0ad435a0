"""What becomes of an upstream's failures; it is a real server, tests.upstream, and is told to fail in each test."""

import contextlib
import json
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragproxy.backends.http import Http
from ragproxy.backends.openai import OpenAI
from ragproxy.errors import UpstreamBroken, UpstreamError, UpstreamRefused, UpstreamTimeout, UpstreamUnavailable
from tests.asking import chat, collected, completion
from tests.replies import DONE, Reply, chat_chunk, chat_frames, refusal, sse, whole
from tests.upstream import Upstream

ACCENTS = ("Réponse", " : «", " où ", "naïve", " 🦜", "» [1].")


# ---- errors before the first delta --------------------------------------------------------------


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("path", ["/chat/completions", "/completions"])
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (302, UpstreamError),
        (400, UpstreamRefused),
        (401, UpstreamError),
        (429, UpstreamRefused),
        (500, UpstreamUnavailable),
        (503, UpstreamUnavailable),
    ],
)
def test_a_refusal_is_raised_before_the_first_delta(up, model, stream, path, status, kind):
    up.script(refusal(status, "slow down", "rate_limit_exceeded", headers={"retry-after": "7"}), path=path)
    with pytest.raises(kind) as caught:
        next(ask(model, path, stream))
    assert caught.value.headers == {"retry-after": "7"}
    if kind is UpstreamRefused:
        assert (caught.value.status, caught.value.message) == (status, "slow down")
        assert caught.value.code == "rate_limit_exceeded"


def test_a_page_of_html_is_an_error_that_says_where_to_look(up, model):
    up.script(*[Reply.text("<html>Sign in</html>", 200, "text/html")] * 2)
    for stream in (False, True):
        with pytest.raises(UpstreamBroken, match=r"OPENAI_BASE_URL end in /v1\?"):
            next(model.chat(chat(stream=stream)))


def test_an_error_page_counts_by_its_status(up, model):
    up.script(Reply.text("<html>Bad gateway</html>", 502, "text/html"))
    with pytest.raises(UpstreamUnavailable):
        next(model.chat(chat(stream=True)))


def test_an_error_whose_text_is_cut_off_counts_by_its_status(up, model):
    up.script(refusal(429, "slow down", headers={"retry-after": "7"}, cut_at=4))
    with pytest.raises(UpstreamRefused) as caught:
        next(model.chat(chat()))
    assert (caught.value.status, caught.value.headers) == (429, {"retry-after": "7"})


ERRORS = [
    ({"message": "no", "type": "invalid_request_error", "code": None}, UpstreamRefused, 400),
    ({"message": "no", "type": "x", "code": 400}, UpstreamRefused, 400),
    ({"message": "no", "code": "429"}, UpstreamRefused, 429),
    ({"message": "no", "code": "rate_limit_exceeded"}, UpstreamRefused, 429),
    ({"message": "no", "code": "model_not_found", "type": "invalid_request_error"}, UpstreamRefused, 404),
    ({"message": "no", "code": 503}, UpstreamUnavailable, 503),
    ({"message": "no", "type": "server_error"}, UpstreamUnavailable, None),
    ("no", UpstreamUnavailable, None),
]


@pytest.mark.parametrize(("error", "kind", "status"), ERRORS)
@pytest.mark.parametrize("form", ["frame", "json", "whole"])
def test_an_error_said_with_status_200_is_of_its_own_kind(up, model, error, kind, status, form):
    body = {"error": error}
    up.script(Reply.events(body, DONE) if form == "frame" else Reply.json(body))
    with pytest.raises(kind, match="no") as caught:
        next(model.chat(chat(stream=form != "whole")))
    assert getattr(caught.value, "status", None) == status


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("body", ["", "{", "[]", "null", "7", '{"choices": []}', '{"choices": 3}', "{}"])
def test_nonsense_instead_of_an_answer_is_broken(up, model, stream, body):
    up.script(Reply.text(body, 200, "application/json"))
    with pytest.raises(UpstreamBroken):
        next(model.chat(chat(stream=stream)))


@pytest.mark.parametrize("frames", [[], [DONE], [b": ping\n\n"], [sse({"type": "ping"}), DONE]])
def test_a_stream_that_says_nothing_is_broken(up, model, frames):
    up.script(Reply.events(*frames))
    with pytest.raises(UpstreamBroken):
        list(model.chat(chat(stream=True)))


def test_a_silent_upstream_times_out(up, hasty_model):
    up.script(Reply.json({}, head_delay_s=9))
    with pytest.raises(UpstreamTimeout):
        next(hasty_model.chat(chat()))


# ---- errors in the middle -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "nonsense",
    [b"data: {\n\n", b"data: \xff\xfe\n\n", sse([1]), sse({"choices": [{"delta": 3}]}), sse({"choices": {"a": 1}})],
)
def test_nonsense_in_a_stream_is_broken(up, model, nonsense):
    role, said, *rest = chat_frames("a")
    up.script(Reply.events(role, said, nonsense, *rest))
    assert broken(model) == "a"


def test_an_error_in_the_middle_is_broken_with_its_message(up, model):
    up.script(Reply.events(*chat_frames("a")[:2], {"error": {"message": "the GPU is on fire", "code": 400}}))
    deltas = model.chat(chat(stream=True))
    assert [next(deltas).content, next(deltas).content] == ["", "a"]
    with pytest.raises(UpstreamBroken, match="the GPU is on fire"):
        next(deltas)


def test_a_silence_in_the_middle_times_out(up, hasty_model):
    up.script(Reply.events(*chat_frames("a")[:2], stalls=True))
    deltas = hasty_model.chat(chat(stream=True))
    assert [next(deltas).content, next(deltas).content] == ["", "a"]
    with pytest.raises(UpstreamTimeout):
        next(deltas)


def test_one_choice_that_never_ends_makes_the_answer_broken(up, model):
    frames = chat_frames("a", choices=2)
    up.script(Reply.events(*frames[:5]))  # the last of them ends choice 0
    assert broken(model, params={"n": 2}) == "a"


@pytest.mark.parametrize("reset", [False, True])
def test_a_stream_cut_at_any_byte_is_broken_and_its_text_a_prefix(up, model, reset):
    reply = Reply.events(*chat_frames(*ACCENTS), reset=reset)
    wire = b"".join(reply.wire())
    told = wire.index(DONE) + len(DONE)  # from here on nothing is missing
    for cut_at in range(len(wire)):
        up.script(replace(reply, cut_at=cut_at))
        said, error = collected(model.chat(chat(stream=True)))
        assert "".join(ACCENTS).startswith(said), cut_at
        if cut_at < told:
            # a reset may overtake what was sent before it
            assert isinstance(error, UpstreamBroken) or (reset and isinstance(error, UpstreamUnavailable)), cut_at
        else:
            assert error is None, cut_at
            assert said == "".join(ACCENTS)


def test_a_stream_ended_properly_at_any_byte_is_broken_until_its_choice_has_ended(up, model):
    frames = chat_frames(*ACCENTS)
    reply = Reply.events(*frames)
    ended = len(b"".join(frames[:-2]))  # all but usage and [DONE]
    for ends_at in range(len(reply.body)):
        up.script(replace(reply, ends_at=ends_at))
        said, error = collected(model.chat(chat(stream=True)))
        assert "".join(ACCENTS).startswith(said), ends_at
        # the usage chunk cut in two and the missing one look alike: what comes whole is an answer without usage
        assert isinstance(error, UpstreamBroken) if ends_at < ended else error is None, ends_at


@pytest.mark.parametrize("path", ["/chat/completions", "/completions"])
def test_a_plain_answer_cut_at_any_byte_is_broken(up, model, path):
    reply = Reply.json(whole("Réponse"))
    for cut_at in range(0, len(reply.body), 7):
        up.script(replace(reply, cut_at=cut_at))
        with pytest.raises(UpstreamBroken):
            next(ask(model, path, stream=False))


def test_an_answer_cut_anywhere_in_its_head_is_an_error_before_the_first_delta(up, model):
    reply = Reply.events(*chat_frames("a"))
    for cut_at in range(len(reply.head())):
        up.script(replace(reply, head_cut_at=cut_at))
        with pytest.raises((UpstreamUnavailable, UpstreamBroken)):
            next(model.chat(chat(stream=True)))


@given(
    body=st.binary(max_size=60)
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["choices", "delta", "message", "content", "index", "finish_reason", "usage", "error"]),
                inner,
                max_size=4,
            )
        ),
        max_leaves=12,
    ).map(lambda value: json.dumps(value).encode()),
    stream=st.booleans(),
    framed=st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_whatever_an_upstream_says_is_an_answer_or_an_upstream_error(shared, body, stream, framed):
    up, model = shared
    told = Reply.events(b"data: " + body + b"\n\n") if framed else Reply.events(body)
    up.script(told if stream else replace(told, headers={"content-type": "application/json"}))
    with contextlib.suppress(UpstreamError):
        assert list(model.chat(chat(stream=stream)))


# ---- giving up ----------------------------------------------------------------------------------


def test_closing_a_stream_closes_the_upstream_at_once(up, model):
    up.script(Reply.events(*chat_frames("a")[:2], chat_chunk({"content": "more"}), endless=True, delay_s=0.01))
    deltas = model.chat(chat(stream=True))
    assert [next(deltas).content for _ in range(4)] == ["", "a", "more", "more"]
    deltas.close()
    began = time.monotonic()
    assert up.requests[0].left.wait(2)
    assert time.monotonic() - began < 0.5


def test_no_message_holds_the_key_or_the_prompt(up, model):
    replies = [refusal(401, "Incorrect API key provided: sk-very-secret"), Reply((b"",), cut_at=0), Reply.json({})]
    up.script(*replies)
    for _ in replies:
        with pytest.raises(UpstreamError) as caught:
            next(model.chat(chat()))
        assert "sk-very-secret" not in caught.value.message
        assert "Où" not in caught.value.message


# ---- fixtures -----------------------------------------------------------------------------------


def ask(model, path, stream):
    return (
        model.chat(chat(stream=stream)) if path.startswith("/chat") else model.complete(completion("a", stream=stream))
    )


def broken(model, **fields):
    said, error = collected(model.chat(chat(stream=True, **fields)))
    assert isinstance(error, UpstreamBroken)
    return said


@pytest.fixture(scope="module")
def shared():
    with (
        Upstream() as up,
        contextlib.closing(Http(up.url, None, connect_timeout_s=5, read_timeout_s=10)) as http,
    ):
        yield up, OpenAI(http, "upstream-model")

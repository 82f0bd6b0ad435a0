"""Retries of a real server that fails as it is told; only clock and sleep are fakes."""

import time
from datetime import UTC, datetime
from email.utils import format_datetime, formatdate

import pytest

from ragproxy.backends.openai import OpenAI
from ragproxy.backends.resilience import (
    Retrying,
    RetryPolicy,
    retry_after_s,
)
from ragproxy.backends.trying import TRIED
from ragproxy.domain import Cancel
from ragproxy.errors import (
    UpstreamBroken,
    UpstreamError,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from tests.asking import chat, completion, text
from tests.fakes import FakeClock, FakeSleep
from tests.replies import Reply, chat_chunk, chat_frames, refusal

# ---- what is made again -------------------------------------------------------------------------

CLOSED = Reply.json({}, head_cut_at=0)
RESET = Reply.json({}, head_cut_at=0, reset=True)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "reply",
    [
        *(refusal(status, "later") for status in (408, 429, 500, 502, 503, 504, 520, 529)),
        CLOSED,
        RESET,
        refusal(400, "but try again", headers={"x-should-retry": "true"}),
        Reply.json({"error": {"message": "overloaded", "type": "server_error"}}),
    ],
    ids=lambda reply: f"{reply.status}",
)
def test_what_passes_is_tried_again(up, retrying, slept, reply, stream):
    up.script(reply)
    first, *rest = retrying.chat(chat(stream=stream))
    assert text([first, *rest]) == "Où ?"
    assert len(up.requests) == 2
    assert first.headers[TRIED].split(", ")[1:] == ["200"]
    assert len(slept.seconds) == 1


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    "reply",
    [
        *(refusal(status, "no") for status in (302, 400, 401, 403, 404, 405, 409, 413, 422, 501, 505, 524)),
        refusal(429, "You exceeded your current quota", "insufficient_quota"),
        Reply.json({"error": {"message": "no", "type": "insufficient_quota"}}, 429),
        refusal(503, "for good", headers={"x-should-retry": "false"}),
        Reply.text("<html>", 200, "text/html"),
        Reply.json({"nonsense": 1}),
    ],
    ids=lambda reply: f"{reply.status}",
)
def test_what_stays_is_not(up, retrying, slept, reply, stream):
    up.script(reply)
    with pytest.raises(UpstreamError) as caught:
        list(retrying.chat(chat(stream=stream)))
    assert len(up.requests) == 1
    assert slept.seconds == []
    assert caught.value.headers.get("x-should-retry") == reply.headers.get("x-should-retry")


def test_an_upstream_that_may_still_be_at_work_is_not_asked_twice(up, hasty_model):
    up.script(Reply.json({}, head_delay_s=9))
    with pytest.raises(UpstreamTimeout):
        list(Retrying(hasty_model).chat(chat()))
    assert len(up.requests) == 1


def test_a_connection_that_is_not_made_in_time_is_tried_again(full_port, open_http, slept):
    model = OpenAI(open_http(f"http://127.0.0.1:{full_port}/v1", connect_timeout_s=0.1), "m")
    with pytest.raises(UpstreamTimeout) as caught:
        list(Retrying(model, sleep=slept).chat(chat()))
    assert caught.value.headers == {TRIED: "unreachable, unreachable, unreachable", "x-should-retry": "false"}


def test_a_server_that_comes_up_meanwhile_answers(up, open_http, model):
    http = open_http("http://127.0.0.1:9/v1")
    away = OpenAI(http, "upstream-model")

    places = [away, model]
    first, *_ = RetryPolicy(sleep=FakeSleep()).retry(lambda: places.pop(0).chat(chat()), Cancel())
    assert first.headers[TRIED] == "unavailable, 200"


def test_a_stream_that_has_begun_is_not_repeated(up, retrying):
    up.script(Reply.events(*chat_frames("Par")[:2], ends_at=10_000))
    answer = retrying.chat(chat(stream=True))
    assert [next(answer).content, next(answer).content] == ["", "Par"]
    with pytest.raises(UpstreamBroken):
        next(answer)
    assert len(up.requests) == 1


def test_the_last_attempts_error_is_raised_and_asks_clients_not_to_multiply(up, retrying):
    up.script(refusal(503, "one"), refusal(500, "two"), refusal(429, "three", headers={"retry-after": "3"}))
    with pytest.raises(UpstreamRefused, match=r"^three$") as caught:
        list(retrying.chat(chat()))
    assert caught.value.headers == {"retry-after": "3", TRIED: "503, 500, 429", "x-should-retry": "false"}
    assert len(up.requests) == 3


def test_a_refusal_ends_the_attempts(up, retrying):
    up.script(refusal(503, "one"), refusal(400, "bad"))
    with pytest.raises(UpstreamRefused, match=r"^bad$"):
        list(retrying.chat(chat()))
    assert len(up.requests) == 2


def test_without_retries_there_is_one_attempt(up, model):
    up.script(refusal(503, "one"))
    with pytest.raises(UpstreamUnavailable) as caught:
        list(Retrying(model, retries=0).chat(chat()))
    assert caught.value.headers == {TRIED: "503"}


def test_legacy_completions_are_tried_again_too(up, retrying):
    up.script(refusal(503, "one"))
    assert text(retrying.complete(completion("a"))) == "a!"


def test_chat_alone_shows_through(up, retrying):
    assert retrying.chat_only is False
    up.script(refusal(404, "Unknown request URL"))
    with pytest.raises(Exception, match="legacy"):
        list(retrying.complete(completion("a")))
    assert retrying.chat_only is True


def test_nothing_is_sent_before_the_first_delta_is_asked_for(up, retrying):
    answer = retrying.chat(chat())
    answer.close()
    assert up.requests == []


# ---- how long is waited -------------------------------------------------------------------------


def test_the_wait_is_anything_up_to_a_bound_that_doubles(up, model):
    bounds = [0.25, 0.5, 1, 2, 4, 8, 8]
    waits = []
    for _ in range(12):
        slept = FakeSleep()
        up.script(*[refusal(503, "down")] * 7)
        list(Retrying(model, retries=7, sleep=slept).chat(chat()))
        assert all(0 <= wait <= bound for wait, bound in zip(slept.seconds, bounds, strict=True))
        waits.append(slept.seconds)
    for number, bound in enumerate(bounds):  # full jitter: somewhere in the lower and in the upper part
        assert min(wait[number] for wait in waits) < 0.6 * bound
        assert max(wait[number] for wait in waits) > 0.4 * bound


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({"retry-after": "3"}, 3),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after-ms": "700", "retry-after": "9"}, 0.7),
    ],
)
def test_the_upstreams_own_wait_is_kept(up, retrying, slept, headers, wait_s):
    up.script(refusal(429, "slow down", headers=headers))
    list(retrying.chat(chat()))
    assert wait_s <= slept.seconds[0] <= wait_s + 0.25


def test_a_date_is_waited_for(up, model, slept):
    clock = FakeClock(1_700_000_000.0)
    up.script(refusal(503, "down", headers={"retry-after": formatdate(clock.now + 5, usegmt=True)}))
    policy = RetryPolicy(sleep=slept, clock=clock)
    list(policy.retry(lambda: model.chat(chat()), Cancel()))
    assert 5 <= slept.seconds[0] <= 5.25


def test_an_upstream_that_asks_for_too_much_patience_is_not_waited_for(up, model, slept):
    up.script(refusal(429, "slow down", headers={"retry-after": "21"}))
    with pytest.raises(UpstreamRefused) as caught:
        list(Retrying(model, max_wait_s=20, sleep=slept).chat(chat()))
    assert slept.seconds == []
    assert caught.value.headers == {"retry-after": "21", TRIED: "429"}  # the client may try again, it knows when


NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "2"}, 2),
        ({"retry-after": "2.5"}, 2.5),
        ({"retry-after": "-1"}, 0),
        ({"retry-after": "inf"}, float("inf")),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": ""}, None),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "x", "retry-after": "2"}, 2),
        ({"retry-after": formatdate(NOW + 90, usegmt=True)}, 90),
        ({"retry-after": formatdate(NOW - 90, usegmt=True)}, 0),
        ({"retry-after": format_datetime(datetime.fromtimestamp(NOW + 60, UTC))}, 60),
        ({"retry-after": "Fri, 99 Nov 2026 99:99:99 GMT"}, None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(headers, seconds):
    assert retry_after_s(headers, lambda: NOW) == seconds


def test_a_cancel_ends_the_wait_at_once(up, model, breaking_after):
    up.script(refusal(429, "slow down", headers={"retry-after": "15"}))
    with breaking_after(0.2) as (cancel, since):
        with pytest.raises(UpstreamBroken, match="given up"):
            list(Retrying(model).chat(chat(cancel=cancel)))
        assert since() < 0.5
    assert len(up.requests) == 1


def test_nothing_is_called_once_more_for_a_client_that_left_during_the_wait():
    cancel, calls = Cancel(), []

    def down():
        calls.append(1)
        raise UpstreamUnavailable("down")
        yield

    with pytest.raises(UpstreamBroken):
        list(RetryPolicy(sleep=FakeSleep(cancel.cancel)).retry(down, cancel))
    assert len(calls) == 1


def test_a_wait_that_nobody_breaks_is_as_long_as_it_says(up, model):
    up.script(refusal(429, "slow down", headers={"retry-after-ms": "300"}))
    began = time.monotonic()
    list(Retrying(model).chat(chat()))
    assert 0.3 <= time.monotonic() - began < 1


def test_closing_closes_the_upstream_at_once(up, retrying):
    up.script(refusal(503, "down"))
    up.script(Reply.events(*chat_frames("a")[:2], chat_chunk({"content": "more"}), endless=True, delay_s=0.01))
    answer = retrying.chat(chat(stream=True))
    next(answer)
    answer.close()
    assert up.requests[1].left.wait(0.5)


# ---- fixtures -----------------------------------------------------------------------------------


@pytest.fixture
def slept():
    return FakeSleep()


@pytest.fixture
def retrying(model, slept):
    return Retrying(model, sleep=slept)

"""Fallbacks between fakes that fail as they are told, and between two real servers at the end."""

import logging
import threading
import time
from functools import partial

import pytest

from ragproxy.backends.fallback import Fallback, fall_back
from ragproxy.backends.openai import OpenAI
from ragproxy.backends.trying import TRIED
from ragproxy.domain import Cancel, Delta
from ragproxy.errors import (
    BreakerOpen,
    ContextTooLong,
    NotServed,
    OverQuota,
    UnsupportedParameter,
    UpstreamBroken,
    UpstreamError,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
    UpstreamUnreachable,
)
from tests.asking import chat, completion, text
from tests.fakes import FakeModel
from tests.replies import Reply, chat_chunk, chat_frames, refusal
from tests.upstream import Upstream


def down():
    return UpstreamUnavailable("down", status=503)


# made anew each time: what was tried is written on them
TEMPORARY = [
    down,
    partial(UpstreamUnavailable, "no connection"),
    partial(UpstreamUnreachable, "slow to connect"),
    partial(UpstreamTimeout, "slow to answer"),
    partial(UpstreamBroken, "nonsense"),
    partial(BreakerOpen, "left alone"),
    partial(OverQuota, "full", retry_after_s=1),
    partial(UpstreamRefused, "slow down", status=429),
    partial(UpstreamRefused, "no such model", status=404),
    partial(UpstreamRefused, "no longer", status=410),
    partial(UpstreamError, "our key", status=401),
    partial(UpstreamError, "our account", status=402),
    partial(UpstreamError, "our rights", status=403),
    partial(UpstreamError, "moved", status=302),
    partial(NotServed, "no such route"),
]
THE_CLIENTS = [
    *(partial(UpstreamRefused, "no", status=status) for status in (400, 409, 413, 415, 451)),
    partial(ContextTooLong, "too long"),
    partial(UnsupportedParameter, "no tools"),
]
each_temporary = pytest.mark.parametrize("make", TEMPORARY, ids=lambda make: str(make()))
each_of_the_clients = pytest.mark.parametrize("make", THE_CLIENTS, ids=lambda make: repr(make()))


@each_temporary
def test_what_is_not_the_clients_fault_goes_on_to_the_next(make):
    first, second = FakeModel(fails=make()), FakeModel("Paris")
    deltas = list(Fallback([("a/m", first), ("b/n", second)]).chat(chat()))
    assert text(deltas) == "Paris"
    assert (len(first.requests), len(second.requests)) == (1, 1)


@each_of_the_clients
def test_what_is_the_clients_fault_is_raised_at_once(make):
    error, second = make(), FakeModel("Paris")
    with pytest.raises(type(error)) as caught:
        list(Fallback([("a/m", FakeModel(fails=error)), ("b/n", second)]).chat(chat()))
    assert caught.value is error
    assert second.requests == []
    assert "x-should-retry" not in error.headers


def test_they_are_asked_in_order_and_no_further_than_needed():
    models = [FakeModel(fails=down()), FakeModel("b"), FakeModel("c")]
    assert text(Fallback(list(zip("abc", models, strict=True))).chat(chat())) == "b"
    assert [len(model.requests) for model in models] == [1, 1, 0]


def test_after_the_first_delta_nobody_else_is_asked():
    second = FakeModel("Rome")
    deltas = Fallback([("a", FakeModel(Delta(content="Par"), fails_after=UpstreamBroken("cut"))), ("b", second)])
    answer = deltas.chat(chat())
    assert next(answer).content == "Par"
    with pytest.raises(UpstreamBroken):
        next(answer)
    assert second.requests == []


@pytest.mark.parametrize("make", [*THE_CLIENTS, partial(NotServed, "no such route")], ids=lambda make: repr(make()))
def test_a_refusal_by_who_stands_in_does_not_hide_the_failure(make):
    failure = down()
    third = FakeModel("Paris")
    two = [("a", FakeModel(fails=failure)), ("b", FakeModel(fails=make()))]
    with pytest.raises(UpstreamUnavailable) as caught:
        list(Fallback(two).chat(chat()))
    assert caught.value is failure
    assert text(Fallback([*two, ("c", third)]).chat(chat())) == "Paris"


def test_when_all_have_failed_the_last_failure_is_raised_and_says_what_was_tried(caplog):
    errors = [down(), UpstreamRefused("slow down", status=429), UpstreamTimeout("slow")]
    models = [(f"{label}/m", FakeModel(fails=error)) for label, error in zip("abc", errors, strict=True)]
    with caplog.at_level(logging.WARNING), pytest.raises(UpstreamTimeout) as caught:
        list(Fallback(models).chat(chat()))
    assert caught.value.headers == {TRIED: "a/m 503, b/m 429, c/m timeout", "x-should-retry": "false"}
    assert [record.getMessage() for record in caplog.records] == ["tried a/m 503, b/m 429, c/m timeout"]


def test_a_single_failure_leaves_trying_again_to_the_client(caplog):
    with pytest.raises(OverQuota) as caught:
        list(Fallback([("a/m", FakeModel(fails=OverQuota("full", retry_after_s=1)))]).chat(chat()))
    assert caught.value.headers == {TRIED: "a/m busy"}
    assert caplog.records == []


def test_the_first_delta_and_no_other_says_what_was_tried(caplog):
    first, *rest = Fallback([("a/m", FakeModel(fails=down())), ("b/m", FakeModel("Paris"))]).chat(chat())
    assert first.headers == {TRIED: "a/m 503, b/m 200"}
    assert {delta.headers.get(TRIED) for delta in rest} == {None}
    assert [record.getMessage() for record in caplog.records] == ["tried a/m 503, b/m 200"]


def test_an_answer_at_the_first_attempt_is_worth_a_header_and_no_line(caplog):
    first, *_ = Fallback([("a/m", FakeModel("Paris")), ("b/m", FakeModel("Rome"))]).chat(chat())
    assert first.headers == {TRIED: "a/m 200"}
    assert caplog.records == []


def test_nothing_is_asked_before_the_first_delta_is():
    model = FakeModel("Paris")
    answer = Fallback([("a", model)]).chat(chat())
    assert model.requests == []
    answer.close()
    assert model.requests == []


def test_a_cancelled_request_goes_no_further():
    request, second = chat(), FakeModel("Rome")

    def gone():
        request.cancel.cancel()
        raise UpstreamBroken("given up")
        yield

    with pytest.raises(UpstreamBroken):
        list(fall_back([("a", gone), ("b", lambda: second.chat(request))], request.cancel))
    assert second.requests == []


def test_closing_closes_the_one_that_answers():
    model = FakeModel("Paris", hangs=True)
    answer = Fallback([("a", FakeModel(fails=down())), ("b", model)]).chat(chat())
    next(answer)
    answer.close()
    assert model.closed


def test_an_empty_answer_stays_empty():
    assert list(fall_back([("a", lambda: iter(()))], Cancel())) == []


def test_with_nobody_to_ask_it_is_not_served():
    with pytest.raises(NotServed):
        list(fall_back([], Cancel()))


def test_any_items_can_be_fallen_back_to():
    def fails():
        raise down()
        yield

    assert list(fall_back([("a", fails), ("b", lambda: iter([b"1", b"2"]))], Cancel())) == [b"1", b"2"]


# ---- legacy completions -------------------------------------------------------------------------


class ChatAlone:
    """As the built-in model: it has no `complete` at all."""

    def chat(self, request):
        yield Delta(content="Paris")


class KnownChatOnly(FakeModel):
    chat_only = True


def test_those_with_chat_alone_are_not_asked_to_complete():
    asked = FakeModel("Paris")
    models = [("a", ChatAlone()), ("b", KnownChatOnly("Rome")), ("c", asked)]
    assert text(Fallback(models).complete(completion("a"))) == "Paris"
    assert Fallback(models).chat_only is False


def test_one_that_turns_out_to_have_chat_alone_leaves_it_to_the_next():
    models = [("a", FakeModel(fails=NotServed("no such route"))), ("b", FakeModel("Paris"))]
    assert text(Fallback(models).complete(completion("a"))) == "Paris"


def test_when_the_first_has_chat_alone_the_refusal_by_the_next_is_the_clients_own():
    refusing = FakeModel(fails=UpstreamRefused("bad temperature", status=400))
    with pytest.raises(UpstreamRefused):
        list(Fallback([("a", FakeModel(fails=NotServed("no"))), ("b", refusing)]).complete(completion("a")))


def test_when_all_have_chat_alone_it_is_not_served():
    models = Fallback([("a", ChatAlone()), ("b", KnownChatOnly("Rome"))])
    assert models.chat_only is True
    with pytest.raises(NotServed, match="send it chat completions"):
        list(models.complete(completion("a")))


# ---- two real servers ---------------------------------------------------------------------------


def test_the_next_server_gets_its_own_models_name(up, other, both):
    up.script(refusal(503, "down"))
    first, *rest = both.chat(chat(stream=True))
    assert text([first, *rest]) == "Où ?"
    assert first.headers[TRIED] == "main/upstream-model 503, spare/other-model 200"
    assert [request.json["model"] for request in up.requests] == ["upstream-model"]
    assert [request.json["model"] for request in other.requests] == ["other-model"]


def test_a_server_that_is_silent_is_left_for_the_next(up, other, open_http):
    up.script(Reply.json({}, head_delay_s=20))
    models = [("a", OpenAI(open_http(up.url, read_timeout_s=0.2), "upstream-model"))]
    both = Fallback([*models, ("b", OpenAI(open_http(other.url), "other-model"))])
    assert text(both.chat(chat())) == "Où ?"
    assert up.requests[0].left.wait(2)


def test_a_server_whose_connections_are_not_taken_is_left_for_the_next(full_port, other, open_http):
    away = OpenAI(open_http(f"http://127.0.0.1:{full_port}/v1", connect_timeout_s=0.2), "m")
    first, *_ = Fallback([("a", away), ("b", OpenAI(open_http(other.url), "other-model"))]).chat(chat())
    assert first.headers[TRIED] == "a unreachable, b 200"


def test_a_cut_in_the_middle_is_never_mended_by_another(up, other, both):
    up.script(Reply.events(*chat_frames("Par")[:2], ends_at=10_000))
    answer = both.chat(chat(stream=True))
    assert [next(answer).content, next(answer).content] == ["", "Par"]
    with pytest.raises(UpstreamBroken):
        next(answer)
    assert other.requests == []


def test_closing_closes_the_upstream_at_once(up, other, both):
    up.script(refusal(503, "down"))
    other.script(Reply.events(*chat_frames("a")[:2], chat_chunk({"content": "more"}), endless=True, delay_s=0.01))
    answer = both.chat(chat(stream=True))
    next(answer)
    answer.close()
    assert other.requests[0].left.wait(0.5)


def test_a_cancel_in_another_thread_ends_the_wait_for_any_of_them(up, other, both):
    up.script(refusal(503, "down"))
    other.script(Reply.json({}, head_delay_s=20))
    request = chat()
    timer = threading.Timer(0.3, request.cancel.cancel)
    timer.start()
    began = time.monotonic()
    with pytest.raises(UpstreamBroken):
        list(both.chat(request))
    timer.join()
    assert time.monotonic() - began < 1
    assert other.requests[0].left.wait(0.5)


# ---- fixtures -----------------------------------------------------------------------------------


@pytest.fixture
def other():
    with Upstream(models=["other-model"]) as other:
        yield other


@pytest.fixture
def both(up, other, open_http):
    return Fallback(
        [
            ("main/upstream-model", OpenAI(open_http(up.url), "upstream-model")),
            ("spare/other-model", OpenAI(open_http(other.url), "other-model")),
        ]
    )

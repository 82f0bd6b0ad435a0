"""Retries, limit, breaker and fallbacks around models of a real server; only clock and sleep are fakes."""

import threading

import pytest

from ragproxy.backends.openai import OpenAI
from ragproxy.backends.resilience import Breaker, Fallback, Gate, Protection, Retrying, RetryPolicy
from ragproxy.backends.trying import TRIED
from ragproxy.domain import Cancel
from ragproxy.errors import BreakerOpen, OverQuota, UpstreamUnavailable
from tests.asking import chat, text
from tests.fakes import FakeClock, FakeSleep
from tests.replies import Reply, chat_frames, refusal


def test_each_attempt_counts_for_the_breaker_which_ends_the_attempts(up, model, protection):
    protected = protection.around(model)
    up.script(*[refusal(503, "down")] * 4)
    with pytest.raises(UpstreamUnavailable) as caught:
        list(protected.chat(chat()))
    assert caught.value.headers[TRIED] == "503, 503, 503"
    with pytest.raises(BreakerOpen) as caught:
        list(protected.chat(chat()))
    assert caught.value.headers[TRIED] == "503, open"
    assert caught.value.headers["retry-after"] == "10"
    assert len(up.requests) == 4


def test_an_open_breaker_is_not_waited_for(up, model, protection, slept):
    protected = protection.around(model)
    up.script(*[refusal(503, "down", headers={"x-should-retry": "false"})] * 4)
    for _ in range(4):
        with pytest.raises(UpstreamUnavailable):
            list(protected.chat(chat()))
    with pytest.raises(BreakerOpen) as caught:
        list(protected.chat(chat()))
    assert slept.seconds == []
    assert "x-should-retry" not in caught.value.headers  # nothing was repeated: the client may, when it is time


def test_no_place_is_held_between_two_attempts(up, model, protection, slept):
    up.script(refusal(503, "down"), refusal(503, "down"))
    running = []
    slept.meanwhile = lambda: running.append(protection.gate.running)
    list(protection.around(model).chat(chat()))
    assert running == [0, 0]
    assert protection.gate.running == 0


def test_a_full_gate_is_not_waited_for_again(up, model, protection, slept):
    protected = protection.around(model)
    stalled = Reply.events(*chat_frames("a")[:2], stalls=True)
    up.script(stalled, stalled)
    held = [protected.chat(chat(stream=True)) for _ in range(2)]
    for answer in held:
        next(answer)
    with pytest.raises(OverQuota) as caught:
        list(protected.chat(chat()))
    assert caught.value.headers == {TRIED: "busy"}
    assert slept.seconds == []
    for answer in held:
        answer.close()
    assert list(protected.chat(chat()))


def test_models_of_one_upstream_share_its_places_and_its_breaker(up, http, protection):
    up.models = ["one", "two"]
    one, two = (protection.around(OpenAI(http, name)) for name in ("one", "two"))
    up.script(*[refusal(503, "down")] * 4)
    for model in (one, two):
        with pytest.raises(UpstreamUnavailable):
            list(model.chat(chat()))
    assert protection.breaker.state == "open"


def test_any_call_can_be_protected(protection):
    calls = []

    def call():
        calls.append(1)
        if len(calls) < 3:
            raise UpstreamUnavailable("down")
        yield from (b"1", b"2")

    assert list(protection.call(call, Cancel())) == [b"1", b"2"]
    assert len(calls) == 3


def test_what_was_tried_inside_is_told_outside_with_the_models_names(up, model, protection, caplog):
    both = Fallback([("main/a", protection.around(model)), ("spare/b", Retrying(model, sleep=FakeSleep()))])
    up.script(*[refusal(503, "down")] * 3, refusal(500, "down"))
    first, *_ = both.chat(chat())
    assert first.headers[TRIED] == "main/a 503, main/a 503, main/a 503, spare/b 500, spare/b 200"
    (record,) = caplog.records
    assert record.getMessage() == f"tried {first.headers[TRIED]}"


def test_many_clients_at_once_share_what_there_is(up, model):
    gate = Gate("main", concurrency=4, queue=100)
    protected = Fallback([("m", Protection(gate, Breaker("main")).around(model))])
    said, most, watching = [], [], threading.Event()

    def watch():
        while not watching.wait(0.001):
            most.append(gate.running)

    def ask():
        said.append(text(protected.chat(chat(stream=True))))

    threads = [threading.Thread(target=ask) for _ in range(40)]
    watcher = threading.Thread(target=watch)
    for thread in (watcher, *threads):
        thread.start()
    for thread in threads:
        thread.join(20)
    watching.set()
    watcher.join(5)
    assert said == ["Où ?"] * 40
    assert max(most) <= 4
    assert (gate.running, gate.waiting) == (0, 0)
    assert up.connections <= 4


# ---- fixtures -----------------------------------------------------------------------------------


@pytest.fixture
def protection(slept, clock):
    gate = Gate("main", concurrency=2, queue=1, queue_timeout_s=0.2)
    breaker = Breaker("main", failures=4, clock=clock)
    return Protection(gate, breaker, RetryPolicy(retries=2, sleep=slept))


@pytest.fixture
def slept():
    return FakeSleep()


@pytest.fixture
def clock():
    return FakeClock()

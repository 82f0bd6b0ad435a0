"""What every ChatModel promises, checked on each of them; a new backend is one more line in SUBJECTS."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest

from ragproxy.backends.extractive import Extractive
from ragproxy.backends.http import Http
from ragproxy.backends.openai import OpenAI
from ragproxy.backends.resilience import (
    Breaker,
    Breaking,
    Fallback,
    Gate,
    Limited,
    Protection,
    Retrying,
    RetryPolicy,
)
from ragproxy.domain import ChatRequest, Chunk, CompletionRequest, Grounding, Message, Passage
from ragproxy.errors import RagproxyError, UpstreamBroken, UpstreamError, UpstreamUnavailable
from ragproxy.retrieval.analysis import grams, terms
from ragproxy.retrieval.sentences import split
from ragproxy.tokens import estimate
from tests.asking import text
from tests.fakes import FakeModel, FakeSleep
from tests.replies import Reply, chat_chunk, refusal
from tests.upstream import Upstream

ANSWER = "The bridge measures 312 metres."


@dataclass
class Subject:
    """A model, and how to bring it into the situations of the contract."""

    model: object
    fields: dict = field(default_factory=dict)  # of every request
    break_next: Callable[[], object] | None = None  # its next answer fails before its first delta
    bad_params: dict = field(default_factory=dict)  # or it refuses these
    hang_next: Callable[[], object] | None = None  # its next answer never ends
    released: Callable[[], bool] = lambda: True

    def ask(self, **fields):
        return ChatRequest(
            model="m", messages=(Message("user", "How long is the bridge?"),), **{**self.fields, **fields}
        )


both = pytest.mark.parametrize("stream", [False, True])


@both
@pytest.mark.parametrize("n", [1, 3])
def test_each_choice_says_something_and_ends_exactly_once(subject, stream, n):
    deltas = list(subject.model.chat(subject.ask(stream=stream, params={"n": n} if n > 1 else {})))
    for index in range(n):
        own = [delta for delta in deltas if delta.index == index]
        assert "312 metres" in text(own, index)
        assert [delta.finish_reason for delta in own if delta.finish_reason] == ["stop"]
        assert own[-1].finish_reason == "stop"
    assert {delta.index for delta in deltas} <= {None, *range(n)}


@both
def test_the_usage_comes_once_and_adds_up(subject, stream):
    (usage,) = (delta.usage for delta in subject.model.chat(subject.ask(stream=stream)) if delta.usage)
    assert usage.prompt > 0
    assert usage.completion > 0
    assert usage.total == usage.prompt + usage.completion


def test_streamed_or_not_the_text_is_the_same(subject):
    plain, streamed = (list(subject.model.chat(subject.ask(stream=stream))) for stream in (False, True))
    assert text(plain) == text(streamed)


def test_answers_do_not_mix(subject):
    first, second = (subject.model.chat(subject.ask(stream=True)) for _ in range(2))
    parts = [next(first), next(second)]
    assert text([parts[0], *first]) == text([parts[1], *second])


@both
def test_an_error_is_raised_before_the_first_delta(subject, stream):
    if subject.break_next:
        subject.break_next()
    with pytest.raises(RagproxyError) as caught:
        next(subject.model.chat(subject.ask(stream=stream, params=subject.bad_params)))
    assert caught.value.message
    assert eventually(subject.released)


@both
def test_closing_after_the_first_delta_releases(subject, stream):
    deltas = subject.model.chat(subject.ask(stream=stream))
    next(deltas)
    deltas.close()
    assert next(deltas, None) is None
    assert eventually(subject.released)


def test_closing_in_the_middle_of_an_answer_without_end_releases(subject):
    if subject.hang_next is None:
        pytest.skip("it never waits for anybody")
    subject.hang_next()
    deltas = subject.model.chat(subject.ask(stream=True))
    next(deltas)
    deltas.close()
    assert eventually(subject.released)


def test_a_cancel_ends_the_wait(subject, soon):
    if subject.hang_next:
        subject.hang_next()
    request = subject.ask(stream=True)
    fired = soon(request.cancel.cancel)
    said = []
    # a model that waits for somebody breaks off; one that does not has ended, or ends here
    expected = pytest.raises(UpstreamBroken) if subject.hang_next else contextlib.nullcontext()
    with expected:
        for delta in subject.model.chat(request):
            said.append(delta)
    assert said
    assert time.monotonic() - fired() < 0.5  # the bar is 2 s for the whole way to the upstream
    assert eventually(subject.released)


def test_a_request_cancelled_beforehand_costs_no_wait(subject):
    if subject.hang_next:
        subject.hang_next()
    request = subject.ask(stream=True)
    request.cancel.cancel()
    began = time.monotonic()
    with contextlib.suppress(UpstreamError):
        list(subject.model.chat(request))
    assert time.monotonic() - began < 0.5


# ---- CompletionModel ----------------------------------------------------------------------------


@both
def test_completions_count_their_choices_by_prompt(completing, stream):
    request = CompletionRequest(model="m", prompts=("a", "b"), stream=stream, params={"n": 2})
    deltas = list(completing.model.complete(request))
    assert {delta.index for delta in deltas if delta.index is not None} == {0, 1, 2, 3}
    for index in range(4):
        own = [delta for delta in deltas if delta.index == index]
        assert text(own, index) == ANSWER
        assert own[-1].finish_reason == "stop"
    assert len([delta for delta in deltas if delta.usage]) == 1


@both
def test_completions_fail_before_their_first_delta(completing, stream):
    completing.break_next()
    with pytest.raises(UpstreamUnavailable):
        next(completing.model.complete(CompletionRequest(model="m", prompts=("a",), stream=stream)))
    assert eventually(completing.released)


# ---- the models ---------------------------------------------------------------------------------


@contextlib.contextmanager
def _openai():
    with (
        Upstream() as up,
        contextlib.closing(Http(up.url, None, connect_timeout_s=5, read_timeout_s=30)) as http,
    ):
        up.text = ANSWER
        endless = Reply.events(chat_chunk({"role": "assistant", "content": "The"}), stalls=True)
        yield Subject(
            OpenAI(http, "upstream-model"),
            break_next=lambda: up.script(refusal(503, "down")),
            hang_next=lambda: up.script(endless),
            released=lambda: all(request.answered or request.left.is_set() for request in up.requests),
        )


@contextlib.contextmanager
def _fake():
    model = FakeModel("The bridge ", "measures 312 metres.")

    def breaks():
        model.fails = UpstreamUnavailable("down")

    def hangs():
        model.hangs = True

    yield Subject(model, break_next=breaks, hang_next=hangs, released=lambda: model.closed)


@contextlib.contextmanager
def _extractive():
    question = "How long is the bridge?"
    chunk = Chunk(id="c", file_id="f", filename="bridge.txt", position=0, text=ANSWER + " It is old.")
    weights = dict.fromkeys(terms(question), 1.0)
    grounding = Grounding(question, (Passage(chunk, "s", 0.9),), weights, coverage=1.0)
    model = Extractive(terms=terms, grams=grams, split=split, count=estimate)
    yield Subject(model, fields={"grounding": grounding}, bad_params={"logprobs": True})


def _wrapped(wrap, attempts=1):
    """A model around the one of a real server, which fails at each of the wrapper's attempts."""

    @contextlib.contextmanager
    def opened():
        gate = Gate("main")
        with _openai() as inner:

            def breaks():
                for _ in range(attempts):
                    inner.break_next()

            yield replace(
                inner,
                model=wrap(inner.model, gate),
                break_next=breaks,
                released=lambda: inner.released() and gate.running == 0,
            )

    return opened


def _all_together(model, gate):
    protection = Protection(gate, Breaker("main"), RetryPolicy(retries=1, sleep=FakeSleep()))
    return Fallback([("main/m", protection.around(model)), ("spare/m", model)])


SUBJECTS = {
    "openai": _openai,
    "extractive": _extractive,
    "fake": _fake,
    "retrying": _wrapped(lambda model, gate: Retrying(model, retries=2, sleep=FakeSleep()), attempts=3),
    "breaking": _wrapped(lambda model, gate: Breaking(model, Breaker("main"))),
    "limited": _wrapped(Limited),
    "fallback": _wrapped(lambda model, gate: Fallback([("a", model), ("b", model)]), attempts=2),
    "all together": _wrapped(_all_together, attempts=3),
}
COMPLETING = [name for name in SUBJECTS if name != "extractive"]


def eventually(true, wait_s=2.0):
    end = time.monotonic() + wait_s
    while not true():
        if time.monotonic() > end:
            return False
        time.sleep(0.01)
    return True


@pytest.fixture(params=SUBJECTS)
def subject(request):
    with SUBJECTS[request.param]() as subject:
        yield subject


@pytest.fixture(params=COMPLETING)
def completing(request):
    with SUBJECTS[request.param]() as subject:
        yield subject


@pytest.fixture
def soon():
    """Run something in another thread in 0.2 s; tells when that was."""
    timers, fired = [], []

    def start(act):
        def fire():
            fired.append(time.monotonic())
            act()

        timers.append(threading.Timer(0.2, fire))
        timers[-1].start()
        return lambda: timers[-1].join() or fired[0]

    yield start
    for timer in timers:
        timer.join()

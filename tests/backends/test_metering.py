"""Whatever becomes of a call, what it consumed is on the tally."""

import contextlib

import pytest

from ragproxy.backends.metering import Metered, MeteredEmbeddings
from ragproxy.domain import (
    ChatRequest,
    CompletionRequest,
    Consumed,
    Delta,
    EmbeddingRequest,
    Embeddings,
    Message,
    Usage,
)
from ragproxy.errors import (
    BreakerOpen,
    UpstreamBroken,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
    UpstreamUnreachable,
)
from ragproxy.upstreams import Price
from tests.fakes import FakeModel

PRICE = Price(prompt=1.0, cached=0.5, completion=10.0)
DETAILS = {
    "prompt_tokens": 100,
    "completion_tokens": 20,
    "total_tokens": 120,
    "prompt_tokens_details": {"cached_tokens": 40},
    "completion_tokens_details": {"reasoning_tokens": 15},
}
REPORTED = Usage(100, 20, 120, DETAILS)


def test_what_the_model_reports_is_what_was_consumed():
    tally, deltas = run(Delta(content="one two"), Delta(finish_reason="stop"), Delta(index=None, usage=REPORTED))
    cost = (60 * 1.0 + 40 * 0.5 + 20 * 10.0) / 1e6
    assert tally.calls == (Consumed("main/m", 100, 20, 40, 15, False, pytest.approx(cost), "whole"),)
    assert [delta.usage for delta in deltas] == [None, None, REPORTED]


def test_without_a_report_the_answer_ends_with_an_estimate_that_says_so():
    tally, deltas = run(Delta(content="one "), Delta(content="two three"), Delta(finish_reason="stop"))
    assert deltas[-1] == Delta(index=None, usage=Usage(4, 3, 7, {"estimated": True}))
    assert tally.calls == (Consumed("main/m", 4, 3, 0, 0, True, pytest.approx(34 / 1e6), "whole"),)


def test_calls_thoughts_and_refusals_are_estimated_too_but_not_sound_and_ids():
    call = {"index": 0, "id": "no no", "type": "no no", "function": {"name": "f", "arguments": " a b"}}
    tally, _ = run(
        Delta(fields={"tool_calls": [call]}),
        Delta(fields={"reasoning_content": " hm hm", "audio": {"data": "no no", "transcript": " la"}}),
    )
    assert tally.calls[0].completion == len(["f", "a", "b", "hm", "hm", "la"])


def test_every_choice_is_estimated():
    tally, _ = run(Delta(index=0, content="a b "), Delta(index=1, content="c d"))
    assert tally.calls[0].completion == 4


def test_very_long_answers_are_counted_in_parts():
    tally, _ = run(*[Delta(content="w ")] * 10_000)
    assert tally.calls[0].completion == 10_000


def test_the_last_report_counts():
    early = Usage(100, 0, 100)
    tally, _ = run(Delta(content="a", usage=early), Delta(content="b", usage=REPORTED))
    assert (tally.calls[0].completion, tally.calls[0].estimated) == (20, False)


def test_an_answer_that_breaks_off_is_estimated_by_what_came():
    tally, _ = run(Delta(content="one two"), fails_after=UpstreamBroken("cut"))
    assert tally.calls == (Consumed("main/m", 4, 2, 0, 0, True, pytest.approx(24 / 1e6), "broken"),)


def test_a_report_before_the_break_counts():
    tally, _ = run(Delta(content="one", usage=REPORTED), fails_after=UpstreamBroken("cut"))
    assert (tally.calls[0].completion, tally.calls[0].estimated, tally.calls[0].ended) == (20, False, "broken")


def test_a_report_that_was_overtaken_before_the_break_is_completed():
    early = Usage(100, 1, 101, {"prompt_tokens_details": {"cached_tokens": 40}})
    tally, _ = run(Delta(content="one ", usage=early), Delta(content="two three"), fails_after=UpstreamBroken("cut"))
    (call,) = tally.calls
    assert (call.prompt, call.cached, call.completion, call.estimated) == (100, 40, 3, True)


def test_an_answer_that_is_left_is_estimated_by_what_was_given_out():
    request = asked()
    model = FakeModel(Delta(content="one two"), Delta(content=" three"), Delta(index=None, usage=REPORTED))
    deltas = metered(model).chat(request)
    next(deltas)
    assert request.tally.calls == ()
    deltas.close()
    assert request.tally.calls == (Consumed("main/m", 4, 2, 0, 0, True, pytest.approx(24 / 1e6), "left"),)
    assert model.closed


def test_a_hang_up_before_the_first_delta_has_cost_the_prompt(breaking_after):
    with breaking_after(0.1) as (cancel, _):
        request = asked(cancel=cancel)
        with pytest.raises(UpstreamBroken):
            next(metered(FakeModel(hangs=True)).chat(request))
    assert request.tally.calls == (Consumed("main/m", 4, 0, 0, 0, True, pytest.approx(4 / 1e6), "left"),)


def test_a_hang_up_in_the_middle_is_no_fault_of_the_upstream(breaking_after):
    with breaking_after(0.1) as (cancel, _):
        request = asked(cancel=cancel)
        with pytest.raises(UpstreamBroken):
            list(metered(FakeModel(Delta(content="one"), hangs=True)).chat(request))
    assert request.tally.calls[0].ended == "left"


def test_an_attempt_that_fails_costs_nothing():
    tally, _ = run(fails=UpstreamUnavailable("down"))
    assert tally.calls == ()


@pytest.mark.parametrize(
    ("error", "charged"),
    [
        (UpstreamTimeout("too slow"), True),
        (UpstreamBroken("cut"), True),
        (UpstreamUnreachable("too slow to take it"), False),
        (BreakerOpen("left alone"), False),
        (UpstreamRefused("no", status=400), False),
    ],
)
def test_what_was_at_work_when_it_ended_has_cost_the_prompt(error, charged):
    request = asked()
    with pytest.raises(type(error)):
        next(metered(FakeModel(fails=error)).chat(request))
    expected = (Consumed("main/m", 4, 0, 0, 0, True, pytest.approx(4 / 1e6), "broken"),)
    assert request.tally.calls == (expected if charged else ())


def test_a_request_that_nobody_waits_for_any_more_costs_nothing():
    request = asked()
    request.cancel.cancel()
    with pytest.raises(UpstreamBroken):
        next(metered(FakeModel(hangs=True)).chat(request))
    assert request.tally.calls == ()


def test_without_a_price_there_is_no_cost():
    request = asked()
    list(metered(FakeModel("Hi"), price=None).chat(request))
    assert request.tally.calls[0].cost is None


@pytest.mark.parametrize(
    ("request_", "prompt"),
    [
        (CompletionRequest("m", ("a b", "c")), 3),
        (CompletionRequest("m", ((1, 2, 3), (4,)), tokens=True), 4),
    ],
)
def test_completions_are_metered_the_same_way(request_, prompt):
    (*_, last) = metered(FakeModel(Delta(content="x y"))).complete(request_)
    assert last.usage == Usage.estimate(prompt, 2)
    assert request_.tally.calls[0].prompt == prompt


@pytest.mark.parametrize(("chat_only", "expected"), [(True, True), (False, False)])
def test_it_has_completions_when_its_model_has(chat_only, expected):
    model = FakeModel("Hi")
    model.chat_only = chat_only
    assert metered(model).chat_only is expected


def test_vectors_are_metered_by_what_their_model_says():
    class Model:
        def embed(self, request):
            return Embeddings(([1.0],), Usage(5, 0, 5))

    request = EmbeddingRequest("m", ("a",))
    assert MeteredEmbeddings(Model(), "main/m", PRICE, len).embed(request).vectors == ([1.0],)
    assert request.tally.calls == (Consumed("main/m", 5, 0, cost=5 / 1e6),)


@pytest.mark.parametrize("tokens", [False, True])
@pytest.mark.parametrize("hangs_up", [False, True])
def test_vectors_that_never_came_are_estimated_by_their_inputs(tokens, hangs_up):
    class Model:
        def embed(self, request):
            if hangs_up:
                request.cancel.cancel()
            raise UpstreamTimeout("too slow")

    request = EmbeddingRequest("m", ((1, 2), (3,)) if tokens else ("ab", "c"), tokens=tokens)
    with pytest.raises(UpstreamTimeout):
        MeteredEmbeddings(Model(), "main/m", PRICE, len).embed(request)
    ended = "left" if hangs_up else "broken"
    assert request.tally.calls == (Consumed("main/m", 3, 0, 0, 0, True, 3 / 1e6, ended),)


def test_of_many_inputs_nobody_knows_how_many_were_sent():
    class Model:
        def embed(self, request):
            raise UpstreamTimeout("too slow")

    request = EmbeddingRequest("m", ("a",) * 513)
    with pytest.raises(UpstreamTimeout):
        MeteredEmbeddings(Model(), "main/m", PRICE, len).embed(request)
    assert request.tally.calls == ()


def run(*script, **options):
    request = asked()
    deltas = []
    with contextlib.suppress(UpstreamBroken, UpstreamUnavailable):
        deltas.extend(metered(FakeModel(*script, **options)).chat(request))
    return request.tally, deltas


def metered(model, price=PRICE):
    return Metered(model, "main/m", price, lambda text: len(text.split()))


def asked(**fields):
    messages = (Message("system", "be brief"), Message("user", ({"type": "text", "text": "so what?"},)))
    return ChatRequest("m", messages, stream=True, **fields)

"""Legacy completions: the upstream's own, carried over chat, and answered by agents."""

import re
from dataclasses import replace

import pytest

from ragproxy.answering import Answerer, OnDemand
from ragproxy.domain import ChatRequest, CompletionRequest, Delta, Message, RagOptions, Usage
from ragproxy.errors import NotFound, NotServed, UnknownModel, UnsupportedParameter, UpstreamUnavailable
from tests.answering.conftest import history_of
from tests.fakes import FakeDoorbell, FakeGate, FakeModel, FakeModels

QUESTION = "What does the Pro plan cost a month?"


def test_an_upstreams_own_completions_get_the_request_untouched(library, caller):
    model = FakeModel("ends so [1]")
    request = asked("Once", model="main", suffix=".", logprobs=3, best_of=4, echo=True)
    answer = completed(library, request, caller, ("main", model))
    assert model.requests == [request]
    assert answer.sources is None
    assert re.fullmatch(r"cmpl-[0-9a-f]{24,}", answer.id)
    assert (answer.model, answer.timings_s) == ("main", {"upstream": 1.0})
    assert next(answer.deltas).content == "ends so [1]"


def test_the_client_chooses_who_completes(library, caller):
    model = FakeModel("x")
    request = CompletionRequest(model="main", prompts=("Once",), client_model="big")
    answer = completed(library, request, caller, ("main", FakeModel("no")), ("big", model))
    assert model.requests[0].model == "big"
    assert answer.model == "main"


def test_token_prompts_go_to_the_upstream_that_takes_them(library, caller):
    model = FakeModel("x")
    request = CompletionRequest(model="main", prompts=((1, 2),), tokens=True)
    completed(library, request, caller, ("main", model))
    assert model.requests[0].prompts == ((1, 2),)


@pytest.mark.parametrize("known", [True, False])
def test_a_model_with_chat_alone_is_asked_over_chat(library, caller, known):
    model = FakeModel("an answer") if known else ChatAlone("an answer")
    models = FakeModels({"main": model}, chat_only=("main",) if known else ())
    answer = answerer(library, models).complete(asked("Once", model="main", temperature=0.2), caller)
    (sent,) = model.requests
    assert (sent.model, sent.messages, sent.params) == ("main", (Message("user", "Once"),), {"temperature": 0.2})
    assert (answer.sources, answer.query) == (None, None)
    assert text(answer, 0) == "an answer"


def test_what_chat_cannot_carry_is_refused_before_the_call(library, caller):
    model = FakeModel("x")
    models = FakeModels({"main": model}, chat_only=("main",))
    with pytest.raises(UnsupportedParameter) as refused:
        answerer(library, models).complete(asked("Once", model="main", suffix="."), caller)
    assert refused.value.param == "suffix"
    assert model.requests == []


def test_an_error_of_the_upstream_is_no_reason_to_try_chat(library, caller):
    model = FakeModel(fails=UpstreamUnavailable("down"))
    with pytest.raises(UpstreamUnavailable):
        completed(library, asked("Once", model="main"), caller, ("main", model))
    assert len(model.requests) == 1


def test_an_agent_answers_a_prompt_from_its_documents(library, caller):
    model = FakeModel("12 euros [1].")
    answer = completed(library, asked(QUESTION), caller, ("main", model))
    (sent,) = model.requests
    assert sent.grounding.passages[0].chunk.file_id == answer.sources[0].file_id == "prices"
    assert sent.messages[-1] == Message("user", QUESTION)
    assert answer.query == QUESTION
    assert answer.timings_s == {"retrieve": 1.0, "upstream": 1.0}
    deltas = list(answer.deltas)
    assert [(c.start, c.end) for d in deltas for c in d.citations] == [(9, 12)]
    assert next(d for d in deltas if d.finish_reason).sources[0].cited


def test_an_agent_may_answer_without_retrieval(library, caller):
    request = CompletionRequest(model="ragproxy", prompts=("Once",), rag=RagOptions(enabled=False))
    answer = completed(library, request, caller, ("main", FakeModel("x")))
    assert (answer.sources, answer.query) == (None, None)


def test_each_prompt_is_a_question_of_its_own(library, caller):
    model = FakeModel("See [1]")
    request = asked(QUESTION, "À quelle heure ferme le bureau ?", n=2)
    answer = completed(library, request, caller, ("main", model))
    assert len(model.requests) == 1
    deltas = list(answer.deltas)
    first, second = model.requests
    assert first.grounding.passages[0].chunk.file_id == "prices"
    assert second.grounding.passages[0].chunk.file_id == "opening"
    finishes = {d.index: d.sources[0].file_id for d in deltas if d.finish_reason}
    assert finishes == {0: "prices", 1: "prices", 2: "opening", 3: "opening"}
    assert [d.usage for d in deltas if d.usage] == [Usage(20, 4, 24)]
    assert deltas[-1].usage
    assert answer.query == f"{QUESTION}\nÀ quelle heure ferme le bureau ?"
    assert answer.sources == (*presented(first, deltas), *presented(second, deltas))


def test_a_bad_option_is_refused_before_any_prompt_is_asked(library, caller):
    model = FakeModel("x")
    request = CompletionRequest(model="ragproxy", prompts=("a", "b"), files=("nowhere",))
    with pytest.raises(NotFound, match="nowhere"):
        completed(library, request, caller, ("main", model))
    assert model.requests == []


def test_files_that_are_named_are_answered_from_whoever_writes(library, caller):
    model = FakeModel("12 euros [1].")
    request = replace(asked(QUESTION, model="plain"), files=("prices",))
    answer = completed(library, request, caller, ("main", FakeModel("no")), ("plain", model))
    assert [source.file_id for source in answer.sources] == ["prices"]
    assert isinstance(model.requests[0], ChatRequest)
    native = completed(library, replace(request, rag=RagOptions(enabled=False)), caller, ("plain", model))
    assert native.sources is None
    assert isinstance(model.requests[1], CompletionRequest)


def test_an_echoed_prompt_moves_the_citations(library, caller):
    answer = completed(library, asked(QUESTION, echo=True), caller, ("main", FakeModel("12 euros [1].")))
    deltas = list(answer.deltas)
    whole = "".join(d.content or "" for d in deltas)
    assert whole == f"{QUESTION}12 euros [1]."
    assert [whole[c.start : c.end] for d in deltas for c in d.citations] == ["[1]"]


def test_each_echo_is_of_its_own_prompt(library, caller):
    answer = completed(library, asked("One? ", "Two? ", echo=True, n=2), caller, ("main", FakeModel("x")))
    deltas = list(answer.deltas)
    texts = ["".join(d.content or "" for d in deltas if d.index == index) for index in range(4)]
    assert texts == ["One? x", "One? x", "Two? x", "Two? x"]


@pytest.mark.parametrize("prompts", [("a",), ("a", "b")])
@pytest.mark.parametrize("echo", [False, True])
@pytest.mark.parametrize("model", ["ragproxy", "main"])
def test_closing_the_answer_stops_the_model(library, caller, model, echo, prompts):
    upstream = FakeModel("a", "b", "c")
    answer = completed(library, asked(*prompts, model=model, echo=echo), caller, ("main", upstream))
    assert not upstream.closed
    answer.deltas.close()
    assert upstream.closed


def test_an_unknown_agent_is_refused(library, caller):
    with pytest.raises(UnknownModel):
        completed(library, asked("Once", model="nobody"), caller, ("main", FakeModel("x")))


def test_an_answer_keeps_the_upstreams_headers(library, caller):
    model = FakeModel(Delta(content="x", headers={"retry-after": "1"}), Delta(finish_reason="stop"))
    for name in ("main", "ragproxy"):
        assert completed(library, asked("Once", "Twice", model=name), caller, ("main", model)).headers == {
            "retry-after": "1"
        }


class ChatAlone(FakeModel):
    """A server that finds out about its completions when it is asked for one."""

    def complete(self, request):
        raise NotServed("no completions here")
        yield


def presented(sent, deltas):
    """The sources of one prompt as its first choice gave them, before anything was cited."""
    wanted = [passage.chunk.id for passage in sent.grounding.passages]
    lists = [d.sources for d in deltas if d.finish_reason]
    return tuple(
        replace(s, cited=False) for s in next(sources for sources in lists if [s.chunk_id for s in sources] == wanted)
    )


def text(answer, index):
    return "".join(d.content or "" for d in answer.deltas if d.index == index)


def completed(library, request, caller, *models):
    return library.answerer(*models).complete(request, caller)


def answerer(library, models):
    return Answerer(
        models=models,
        index=library.index,
        state=library.state,
        history=history_of(library.state, models),
        on_demand=OnDemand(library.state, FakeDoorbell()),
        cache=library.cache,
        gate=FakeGate(),
        aliases=(),
        ignore_unknown_models=False,
        top_k=6,
        min_score=0.0,
        context_tokens=3000,
        count=len,
    )


def asked(*prompts, model="ragproxy", **params):
    return CompletionRequest(model=model, prompts=prompts, params=params)

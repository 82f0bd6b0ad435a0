"""Legacy completions over chat: what is carried, what is refused, and how several prompts are put in a row."""

import pytest

from ragproxy.answering.carrying import chat_requests, echoed, in_turn
from ragproxy.domain import PULSE, Citation, CompletionRequest, Delta, Message, RagOptions, Source, Usage
from ragproxy.errors import UnsupportedParameter, UpstreamBroken


def test_each_prompt_is_a_users_message():
    chats = chat_requests(asked("One?", "Two?"))
    assert [chat.messages for chat in chats] == [(Message("user", "One?"),), (Message("user", "Two?"),)]


def test_what_was_asked_beside_the_prompt_travels_on():
    request = CompletionRequest(
        model="m",
        prompts=("x",),
        params={"temperature": 0.5, "n": 2, "unknown": [1]},
        stream=True,
        stream_options={"include_usage": True},
        rag=RagOptions(top_k=3),
        files=("f",),
        lang="fr",
        client_model="big",
    )
    (chat,) = chat_requests(request)
    assert chat.params == {"temperature": 0.5, "n": 2, "unknown": [1]}
    assert (chat.model, chat.stream, chat.include_usage, chat.n) == ("m", True, True, 2)
    assert (chat.rag, chat.files, chat.lang, chat.client_model) == (request.rag, ("f",), "fr", "big")
    assert chat.cancel is request.cancel


@pytest.mark.parametrize("params", [{"suffix": " end"}, {"best_of": 3, "n": 2}, {"best_of": 2}, {"logprobs": 1}])
def test_what_chat_cannot_do_is_refused_by_name(params):
    with pytest.raises(UnsupportedParameter) as refused:
        chat_requests(asked("x", **params))
    assert refused.value.param in params
    assert refused.value.param in refused.value.message


def test_token_ids_are_refused():
    with pytest.raises(UnsupportedParameter) as refused:
        chat_requests(CompletionRequest(model="m", prompts=((1, 2),), tokens=True))
    assert refused.value.param == "prompt"


def test_what_asks_for_nothing_is_neither_refused_nor_sent():
    (chat,) = chat_requests(asked("x", suffix=None, best_of=2, n=2, logprobs=None, echo=False))
    assert chat.params == {"n": 2}
    assert chat_requests(asked("x", suffix="", best_of=None, logprobs=0))[0].params == {}


def test_the_prompt_is_repeated_before_the_text_of_each_choice():
    deltas = list(
        echoed(
            iter(
                [
                    Delta(index=0, content="", fields={"role": "assistant"}),
                    Delta(index=1, content="b"),
                    Delta(index=0, content="a"),
                    Delta(index=None, usage=Usage(1, 1, 2)),
                ]
            ),
            "Say: ",
        )
    )
    assert [(d.index, d.content) for d in deltas] == [(0, "Say: "), (1, "Say: b"), (0, "a"), (None, None)]


def test_citations_move_behind_the_repeated_prompt():
    citation = Citation(Source(1, "f", "f.txt", "c", None, 0.5, "q", "urn:x"), 2, 5)
    (delta,) = echoed(iter([Delta(content="A [1]", citations=(citation,))]), "[1]? ")
    (moved,) = delta.citations
    assert delta.content[moved.start : moved.end] == "[1]"
    assert moved.start == 7


def test_prompts_are_answered_in_turn_under_their_own_choices():
    opened = []

    def says(*texts):
        def answer():
            opened.append(texts)
            yield from (Delta(index=index, content=text) for index, text in enumerate(texts))

        return answer

    deltas = in_turn([says("a", "b"), says("c", "d")], 2)
    first = next(deltas)
    assert opened == [("a", "b")]
    assert [(d.index, d.content) for d in [first, *deltas]] == [(0, "a"), (1, "b"), (2, "c"), (3, "d")]


def test_the_usage_of_all_prompts_comes_once_at_the_end():
    def streamed():
        yield Delta(content="a")
        yield Delta(index=None, usage=Usage(1, 2, 3, {"cached": 1}))

    def whole():
        yield Delta(content="b", finish_reason="stop", usage=Usage(10, 20, 30))

    deltas = list(in_turn([streamed, whole], 1))
    assert [d.usage for d in deltas] == [None, None, Usage(11, 22, 33)]
    assert deltas[-1].index is None


def test_a_sum_with_an_estimate_in_it_is_one():
    def said(usage):
        return lambda: iter([Delta(content="a", usage=usage)])

    deltas = list(in_turn([said(Usage(1, 2, 3)), said(Usage.estimate(10, 20))], 1))
    assert deltas[-1].usage == Usage(11, 22, 33, {"estimated": True})


def test_pulses_pass():
    answers = [lambda: iter([Delta(content="a"), PULSE, Delta(content="b")])]
    assert (
        list(in_turn(answers, 1)) == list(echoed(answers[0](), "")) == [Delta(content="a"), PULSE, Delta(content="b")]
    )


def test_the_chats_share_the_tally_and_the_pulse_of_the_completion():
    request = CompletionRequest(model="m", prompts=("a", "b"), pulse_s=5)
    assert [(chat.tally is request.tally, chat.pulse_s) for chat in chat_requests(request)] == [(True, 5)] * 2


def test_no_usage_is_invented():
    assert all(d.usage is None for d in in_turn([lambda: iter([Delta(content="a")])], 1))


def test_an_error_ends_the_row():
    def breaks():
        yield Delta(content="a")
        raise UpstreamBroken("cut")

    deltas = in_turn([breaks, lambda: pytest.fail("opened")], 1)
    assert next(deltas).content == "a"
    with pytest.raises(UpstreamBroken):
        next(deltas)


def test_closing_the_row_closes_the_answer_it_is_at():
    closed = []

    def answer():
        try:
            yield Delta(content="a")
            yield Delta(content="b")
        finally:
            closed.append(True)

    deltas = in_turn([answer, answer], 1)
    next(deltas)
    deltas.close()
    assert closed == [True]


def asked(*prompts, **params):
    return CompletionRequest(model="m", prompts=prompts, params=params)

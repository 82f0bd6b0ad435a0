"""Questions put to who answers, in turns; what fails, and what is waited for."""

import pytest

from ragproxy.errors import InvalidRequest, NotFound, OverBudget, OverQuota, UpstreamBroken, UpstreamTimeout
from ragproxy.evaluation.asking import ask_all
from ragproxy.evaluation.questions import Case
from ragproxy.evaluation.replies import Found, Reply, Searched
from tests.fakes import FakeSubject

TOWER = Found("file-1", "tower.md", "The tower is 330 metres tall.")
SEARCHED = Searched((TOWER,), 3.0)
REPLY = Reply("330 metres [1].", (TOWER,), 1.0, 2.0)
CASES = [Case(name, answers=("330",)) for name in "abcd"]


def test_every_question_is_asked_once_and_the_first_search_is_not_counted():
    subject, steps = FakeSubject(SEARCHED, REPLY), []
    (run,) = ask_all(CASES, {"x": subject}, step=lambda: steps.append(1))
    assert run.label == "x"
    assert [outcome.case for outcome in run.outcomes] == CASES
    assert subject.asked == ["a", "b", "c", "d"]
    assert subject.searches == ["a", "a", "b", "c", "d"]
    assert len(steps) == 4
    assert run.outcomes[0].score.values["contained"] == 1.0
    assert run.outcomes[0].passages == (TOWER,)
    assert run.failures == 0


def test_two_are_asked_in_turns_and_who_comes_first_changes():
    order = []
    first, second = (_Noting(name, order) for name in "12")
    ask_all(CASES[:3], {"x": first, "y": second})
    assert order == ["1a", "2a", "2b", "1b", "1c", "2c"]


def test_without_answers_no_model_is_asked():
    subject = FakeSubject(SEARCHED, REPLY)
    (run,) = ask_all(CASES, {"": subject}, answers=False)
    assert subject.asked == []
    assert run.outcomes[0].reply is None
    assert "contained" not in run.outcomes[0].score.values


def test_without_answers_the_store_must_be_known():
    with pytest.raises(InvalidRequest, match="--store"):
        ask_all(CASES, {"": FakeSubject(None, REPLY)}, answers=False)


def test_without_a_search_the_passages_shown_are_those_of_the_answer():
    (run,) = ask_all(CASES, {"": FakeSubject(None, REPLY)})
    assert run.outcomes[0].passages == (TOWER,)
    assert run.outcomes[0].score.values["mrr_10"] == 1.0


def test_a_question_that_fails_is_counted_and_the_others_go_on():
    subject = FakeSubject(SEARCHED, REPLY, {"b": [UpstreamTimeout("too slow")]})
    (run,) = ask_all(CASES, {"": subject})
    assert [outcome.failure for outcome in run.outcomes] == [None, "too slow", None, None]
    assert run.failures == 1
    assert run.outcomes[1].score.values["contained"] == 0.0
    assert run.outcomes[1].passages == (TOWER,)


def test_when_the_first_three_fail_there_is_no_hope():
    fails = {name: [UpstreamBroken(f"broken at {name}")] for name in "abc"}
    subject = FakeSubject(SEARCHED, REPLY, fails)
    with pytest.raises(UpstreamBroken, match="broken at c"):
        ask_all(CASES, {"": subject})
    assert subject.asked == ["a", "b", "c"]
    with pytest.raises(UpstreamBroken):
        ask_all(CASES[:1], {"": FakeSubject(SEARCHED, REPLY, fails)})


def test_what_is_not_there_ends_it_at_once():
    subject = FakeSubject(SEARCHED, REPLY, {"b": [NotFound("no such model")]})
    with pytest.raises(NotFound):
        ask_all(CASES, {"": subject})


def test_a_limit_of_requests_is_waited_for():
    slow = [OverQuota("slow down", retry_after_s=2.5)] * 2
    subject, slept = FakeSubject(SEARCHED, REPLY, {"b": slow}), []
    (run,) = ask_all(CASES, {"": subject}, sleep=slept.append)
    assert slept == [2.5, 2.5]
    assert run.failures == 0


@pytest.mark.parametrize(
    "error", [OverQuota("tomorrow", retry_after_s=3600), OverBudget("no money", retry_after_s=1, code=None)]
)
def test_a_limit_that_is_far_away_is_a_failure(error):
    slept = []
    (run,) = ask_all(CASES, {"": FakeSubject(SEARCHED, REPLY, {"b": [error]})}, sleep=slept.append)
    assert run.outcomes[1].failure == error.message
    assert slept == []


class _Noting(FakeSubject):
    def __init__(self, name, order):
        super().__init__(SEARCHED, REPLY)
        self.name, self.order = name, order

    def ask(self, question):
        self.order.append(self.name + question)
        return super().ask(question)

"""An answer that was opened fails early, loses nothing, and can be closed at any moment."""

import pytest

from ragproxy.answering.opening import Opened, closing
from ragproxy.domain import ChatRequest, Delta
from ragproxy.errors import UpstreamBroken, UpstreamUnavailable
from tests.fakes import FakeModel


def test_the_first_delta_is_pulled_and_still_given_out():
    model = FakeModel(Delta(content="a"), Delta(content="b"))
    opened = Opened(model.chat(REQUEST))
    assert model.opened == 1
    assert opened.first.content == "a"
    assert [d.content for d in opened] == ["a", "b"]
    assert model.closed


def test_what_fails_first_fails_at_the_opening():
    with pytest.raises(UpstreamUnavailable):
        Opened(FakeModel(fails=UpstreamUnavailable("down")).chat(REQUEST))


def test_an_answer_without_any_delta_is_broken():
    with pytest.raises(UpstreamBroken):
        Opened(FakeModel().chat(REQUEST))


@pytest.mark.parametrize("read", [0, 1, 2])
def test_closing_stops_the_model_however_much_was_read(read):
    model = FakeModel(Delta(content="a"), Delta(content="b"), Delta(content="c"))
    opened = Opened(model.chat(REQUEST))
    for _ in range(read):
        next(opened)
    opened.close()
    opened.close()
    assert model.closed
    assert list(opened) == []


def test_an_iterator_that_cannot_be_closed_is_left_alone():
    with closing(iter([Delta(content="a")])) as deltas:
        assert next(deltas).content == "a"


REQUEST = ChatRequest(model="m", messages=())

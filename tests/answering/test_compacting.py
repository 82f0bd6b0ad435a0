"""A long conversation made short."""

import pytest

from ragproxy.answering import Compactor
from ragproxy.answering.summing_up import HEAD
from ragproxy.domain import Cancel, ResponseRequest, Tally
from ragproxy.errors import UnknownModel, UpstreamTimeout
from ragproxy.wire.items import completed, messages_of
from tests.fakes import FakeModel, FakeModels

ITEMS = (("user", "One"), ("assistant", "Two"), ("user", "Three"))


def test_what_the_users_said_stays_and_a_summary_stands_for_all(compact):
    model = FakeModel("<think>Hm</think> They counted.")
    left = compact(model)
    assert [item["content"][0]["text"] for item in left.kept] == ["One", "Three"]
    assert left.summary == HEAD + "They counted."
    ids = [item["id"] for item in left.kept] + [left.summary_id]
    number = left.id.removeprefix("resp_")
    assert ids == [f"msg_{number}0000", f"msg_{number}0001", f"cmp_{number}0002"]
    (asked,) = model.requests[0].messages
    assert "Assistant: Two" in asked.content


def test_when_the_model_fails_its_last_messages_stand_for_it(compact):
    left = compact(FakeModel(fails=UpstreamTimeout("too slow")))
    assert left.summary == HEAD + "User: One\n\nAssistant: Two\n\nUser: Three"
    assert left.usage.total == 0


def test_the_built_in_model_sums_nothing_up(compact):
    model = FakeModel("never asked")
    assert "Assistant: Two" in compact(model, name="extractive").summary
    assert model.requests == []


def test_a_name_that_means_nothing(compact):
    with pytest.raises(UnknownModel):
        compact(FakeModel("x"), model="nobody")


@pytest.fixture
def compact(library, state, caller):
    def make(written_by, name="big", model=None):
        models = FakeModels({name: written_by})
        compactor = Compactor(state, library.answerer((name, written_by)), models, messages_of=messages_of)
        items = tuple(completed({"type": "message", "role": role, "content": text}) for role, text in ITEMS)
        asked = ResponseRequest(model or name, items)
        return compactor.compact(asked, caller, lambda item: item, cancel=Cancel(), tally=Tally())

    return make

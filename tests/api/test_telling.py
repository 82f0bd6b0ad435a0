"""A response on its way out: kept once, before its end is told, however it ends."""

import pytest

from ragproxy.answering import Begun
from ragproxy.api.telling import Telling
from ragproxy.domain import PULSE, ChatRequest, Delta, Message
from ragproxy.errors import StateUnavailable, UpstreamBroken
from tests.wire.answers import answer
from tests.wire.responding import checked, request, types

SAID = [Delta(content="Hel"), PULSE, Delta(content="lo"), Delta(finish_reason="stop")]
ERROR = {"error": {"message": "It broke", "type": "server_error", "param": None, "code": None}}


def test_it_is_kept_before_its_end_is_told(keeper, telling):
    events = telling.events(answer(*SAID))
    told = []
    for event in events:
        told.append(event)
        assert bool(keeper.bodies) == (event is not None and event["type"] == "response.completed")
    assert keeper.bodies == [told[-1]["response"]]
    assert told.count(None) == 1
    telling.left()
    assert len(keeper.bodies) == 1


def test_nobody_heard_of_one_that_never_began(keeper, telling):
    telling.left()
    assert keeper.bodies == []


def test_who_hangs_up_in_the_middle_has_cancelled_it(keeper, telling):
    events = telling.events(answer(*SAID))
    for _ in range(5):
        next(events)
    events.close()
    telling.left()
    telling.left()
    assert [(body["status"], body["output"][0]["status"]) for body in keeper.bodies] == [("cancelled", "incomplete")]


def test_one_that_breaks_is_kept_as_failed(keeper, telling):
    events = []
    with pytest.raises(UpstreamBroken):
        events += telling.events(answer(deltas=broken()))
    (last,) = telling.failed(ERROR)
    assert last["type"] == "response.failed"
    assert keeper.bodies == [last["response"]]
    telling.left()
    assert len(keeper.bodies) == 1


def test_one_that_cannot_be_kept_has_failed_and_is_not_tried_again(keeper, telling):
    keeper.fails = True
    events = []
    with pytest.raises(StateUnavailable):
        events.extend(telling.events(answer(*SAID)))
    events += telling.failed(ERROR)
    assert types(checked(filter(None, events)))[-2:] == ["output_item.done", "failed"]
    telling.left()
    assert keeper.tried == 1


def test_a_whole_one_that_breaks_leaves_nothing(keeper, telling):
    with pytest.raises(UpstreamBroken):
        telling.whole(answer(deltas=broken()))
    assert keeper.bodies == []


def test_a_whole_one_whose_client_hung_up_is_kept_as_far_as_it_got(keeper, chat, telling):
    chat.cancel.cancel()
    with pytest.raises(UpstreamBroken):
        telling.whole(answer(deltas=broken()))
    assert [body["status"] for body in keeper.bodies] == ["cancelled"]


def broken():
    yield Delta(content="Hel")
    raise UpstreamBroken("It broke")


class Keeper:
    """Keeps responses, or cannot."""

    def __init__(self):
        self.bodies = []
        self.tried = 0
        self.fails = False

    def keep(self, begun, body, unseal):
        self.tried += 1
        if self.fails:
            raise StateUnavailable("Nothing is kept now")
        self.bodies.append(body)


@pytest.fixture
def keeper():
    return Keeper()


@pytest.fixture
def chat():
    return ChatRequest("ragproxy", (Message("user", "Hi"),))


@pytest.fixture
def telling(keeper, chat):
    begun = Begun("resp_1", 1731628800, "ann", request(), (), (), "turn", chat)
    return Telling(begun, chat, keeper, lambda item: item)

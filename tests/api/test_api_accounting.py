"""What a request consumed reaches the recorder, once, when nothing more will come."""

import pytest

from ragproxy.api.accounting import tell_cost
from ragproxy.domain import Caller, Consumed, Tally

BODY = {"model": "ragproxy", "messages": [{"role": "user", "content": "Who?"}]}


def test_a_whole_answer_is_recorded_with_its_id_its_caller_and_the_model_asked_for(client, recorder):
    client.post("/v1/chat/completions", json=BODY, headers={"x-request-id": "mine"})
    (account,) = recorder.accounts
    assert (account.request_id, account.caller, account.model) == ("mine", Caller(), "ragproxy")
    assert [(call.model, call.ended, call.cost) for call in account.calls] == [("extractive", "whole", 0)]


def test_a_stream_is_recorded_when_it_is_closed(client, recorder):
    answer = client.post("/v1/chat/completions", json={**BODY, "stream": True}, headers={"x-request-id": "mine"})
    pieces = answer.iter_encoded()
    next(pieces)
    assert recorder.accounts == []
    answer.close()
    (account,) = recorder.accounts
    assert (account.request_id, account.calls[0].ended) == ("mine", "left")


def test_a_stream_that_is_read_is_recorded_once(client, recorder):
    answer = client.post("/v1/chat/completions", json={**BODY, "stream": True})
    assert answer.data.endswith(b"data: [DONE]\n\n")
    answer.close()
    assert [call.ended for account in recorder.accounts for call in account.calls] == ["whole"]


def test_a_request_that_called_no_model_is_not_recorded(client, recorder):
    assert client.post("/v1/chat/completions", json={**BODY, "model": "gpt-9"}).status_code == 404
    assert recorder.accounts == []


@pytest.mark.parametrize(("cost", "header"), [(0.000123, "0.000123"), (0.0, None), (None, None)])
def test_the_header_tells_what_costs_something(app, cost, header):
    tally, response = Tally(), app.response_class()
    tally.add(Consumed("m", 1, 1, cost=cost))
    tell_cost(response, tally)
    assert response.headers.get("x-ragproxy-cost") == header


class FakeRecorder:
    def __init__(self):
        self.accounts = []

    def record(self, account):
        self.accounts.append(account)


@pytest.fixture
def recorder(app):
    services = app.extensions["ragproxy"]
    real, services.recorder = services.recorder, FakeRecorder()
    yield services.recorder
    services.recorder = real

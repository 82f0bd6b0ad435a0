"""The server asked by itself."""

import json

import pytest

from ragproxy.api.hangup import Hangups
from ragproxy.api.inside import CANCEL, Inside
from ragproxy.domain import Caller, Cancel

QUESTION = {"model": "extractive", "messages": [{"role": "user", "content": "How long is the notice period?"}]}
CHAT = "/v1/chat/completions"


@pytest.fixture(scope="module")
def inside(make_app):
    return Inside(make_app(auth=frozenset({"keys"})))


def test_is_answered_as_the_caller_it_is_for_and_needs_no_key(inside):
    with inside.post(CHAT, QUESTION, Caller(owner="ours"), cancel=Cancel()) as told:
        body = json.loads(b"".join(told.pieces))
    assert (told.status, body["object"]) == (200, "chat.completion")
    assert told.headers["x-request-id"].startswith("req_")


def test_streams_piece_by_piece(inside):
    with inside.post(CHAT, {**QUESTION, "stream": True}, Caller(), cancel=Cancel()) as told:
        pieces = list(told.pieces)
    assert pieces[-1] == b"data: [DONE]\n\n"
    assert len(pieces) > 2


@pytest.mark.parametrize(
    ("path", "body", "caller", "status", "code"),
    [
        (CHAT, QUESTION, Caller(scopes=frozenset({"embed"})), 403, "insufficient_scope"),
        (CHAT, {"model": "extractive"}, Caller(), 400, "missing_required_parameter"),
        (CHAT, QUESTION, Caller(models=("other",)), 404, "model_not_found"),
        ("/v1/nothing", {}, Caller(), 404, "unknown_url"),
    ],
)
def test_is_refused_what_the_caller_would_be(inside, path, body, caller, status, code):
    with inside.post(path, body, caller, cancel=Cancel()) as told:
        error = json.loads(b"".join(told.pieces))["error"]
    assert (told.status, error["code"]) == (status, code)


def test_a_client_cannot_say_who_it_is(inside):
    answer = inside._app.test_client().post(CHAT, json=QUESTION, headers={"ragproxy.caller": "admin"})
    assert answer.status_code == 401


def test_the_cancel_of_who_asks_is_that_of_the_work():
    outer, work = Cancel(), Cancel()
    release = Hangups().watch({CANCEL: outer}, work)
    outer.cancel()
    assert work.cancelled
    release()
    release()


def test_after_the_work_its_cancel_is_left_alone():
    outer, work = Cancel(), Cancel()
    Hangups().watch({CANCEL: outer}, work)()
    outer.cancel()
    assert not work.cancelled

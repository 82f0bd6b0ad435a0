"""What a stream leaves behind: nothing."""

import socket

import pytest

from ragproxy.api.stream import HANGUPS

QUESTION = {"model": "ragproxy", "messages": [{"role": "user", "content": "Hello?"}], "stream": True}


@pytest.fixture(scope="module")
def app(make_app):
    """An app of its own: others leave their answers open, and this one counts them."""
    return make_app()


@pytest.mark.parametrize("read", [True, False], ids=["read", "left unread"])
def test_a_stream_that_is_closed_is_no_longer_in_flight_nor_watched(app, client, read):
    server, other_end = socket.socketpair()
    response = client.post("/v1/chat/completions", json=QUESTION, environ_base={"gunicorn.socket": server})
    assert _in_flight(app) == 1
    assert app.extensions[HANGUPS].watching == 1
    if read:
        assert response.data.endswith(b"data: [DONE]\n\n")
    response.close()
    assert _in_flight(app) == 0
    assert app.extensions[HANGUPS].watching == 0
    server.close()
    other_end.close()


def test_an_answer_in_one_piece_is_no_longer_watched_either(app, client):
    server, other_end = socket.socketpair()
    question = {**QUESTION, "stream": False}
    with client.post("/completions", json=question, environ_base={"gunicorn.socket": server}) as response:
        assert response.status_code == 200
        assert app.extensions[HANGUPS].watching == 0
    assert _in_flight(app) == 0
    server.close()
    other_end.close()


def _in_flight(app):
    lines = app.extensions["ragproxy"].metrics.render().decode().splitlines()
    return float(next(line for line in lines if line.startswith("ragproxy_requests_in_flight ")).split()[1])

"""A server asked over HTTP by the commands: whatever it answers, the outcome is one sentence."""

import socket

import pytest

from ragproxy.cli.remote import Remote, connect
from ragproxy.errors import (
    BodyTooLarge,
    ConfigError,
    Conflict,
    InvalidRequest,
    NotFound,
    RagproxyError,
    Unauthenticated,
    UpstreamBroken,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from ragproxy.settings import Settings
from ragproxy.state import DataLock


def test_json_comes_back_and_the_key_goes_along(server):
    server.answers = [(200, {"object": "list"})] * 3
    with Remote(server.url + "/v1/", "sk-1") as remote:
        assert remote.url == server.url
        assert remote.get("/v1/models", limit=2, after=None) == {"object": "list"}
        assert remote.post("/v1/files", {"a": "é"}) == {"object": "list"}
        assert remote.delete("/v1/files/1") == {"object": "list"}
    get, post, delete = server.requests
    assert (get.method, get.path, get.headers["Authorization"]) == ("GET", "/v1/models?limit=2", "Bearer sk-1")
    assert (post.method, post.body, post.headers["Content-Type"]) == ("POST", '{"a":"é"}'.encode(), "application/json")
    assert (delete.method, delete.path) == ("DELETE", "/v1/files/1")


def test_no_key_is_sent_when_there_is_none(server):
    server.answers = [(200, {})]
    Remote(server.url).get("/v1/models")
    assert "Authorization" not in server.requests[0].headers


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (400, InvalidRequest),
        (401, Unauthenticated),
        (404, NotFound),
        (409, Conflict),
        (413, BodyTooLarge),
        (500, RagproxyError),
        (503, UpstreamUnavailable),
    ],
)
def test_the_servers_own_words_are_raised(server, status, error):
    server.answers = [(status, {"error": {"message": "This is why", "type": "x", "param": None, "code": None}})]
    with pytest.raises(error) as caught:
        Remote(server.url).get("/v1/models")
    assert type(caught.value) is error
    assert caught.value.message.startswith("This is why")


def test_a_missing_key_says_where_to_give_it(server):
    server.answers = [(401, {"error": {"message": "Incorrect API key provided"}})]
    with pytest.raises(Unauthenticated, match="--api-key or set RAGPROXY_ADMIN_KEY"):
        Remote(server.url).get("/v1/models")


@pytest.mark.parametrize(
    ("status", "body", "error", "message"),
    [
        (502, b"<html>Bad gateway</html>", RagproxyError, "answered with status 502 and did not say why"),
        (302, b"", RagproxyError, "answered with status 302"),
        (200, b"<html>Welcome</html>", UpstreamBroken, "is not a ragproxy server"),
        (200, b"[]", UpstreamBroken, "is not a ragproxy server"),
    ],
)
def test_what_is_no_ragproxy_is_called_so(server, status, body, error, message):
    server.answers = [(status, body)]
    with pytest.raises(error, match=message):
        Remote(server.url).get("/v1/models")


def test_a_list_is_read_to_its_end(server):
    server.answers = [
        (200, {"data": [{"id": "a"}, {"id": "b"}], "has_more": True, "last_id": "b"}),
        (200, {"data": [{"id": "c"}], "has_more": False, "last_id": "c"}),
    ]
    assert [each["id"] for each in Remote(server.url).pages("/v1/files", order="asc")] == ["a", "b", "c"]
    assert [request.path for request in server.requests] == [
        "/v1/files?limit=100&order=asc",
        "/v1/files?limit=100&order=asc&after=b",
    ]


def test_a_stream_is_its_events(server):
    server.answers = [(200, b'data: {"n": 1}\n\n: keep-alive\n\ndata: {"n": 2}\n\ndata: [DONE]\n\n')]
    assert [event["n"] for event in Remote(server.url).stream("/v1/chat/completions", {"stream": True})] == [1, 2]


def test_an_error_in_a_stream_is_raised(server):
    server.answers = [(200, b'data: {"n": 1}\n\ndata: {"error": {"message": "The upstream is gone"}}\n\n')]
    events = Remote(server.url).stream("/v1/chat/completions", {})
    assert next(events) == {"n": 1}
    with pytest.raises(RagproxyError, match="The upstream is gone"):
        next(events)


def test_a_stream_that_ends_too_early_is_not_taken_for_whole(server):
    server.answers = [(200, b'data: {"n": 1}\n\n')]
    with pytest.raises(UpstreamBroken, match="broke off in the middle"):
        list(Remote(server.url).stream("/v1/chat/completions", {}))


def test_an_error_before_a_stream_is_the_servers(server):
    server.answers = [(404, {"error": {"message": "The model 'x' does not exist"}})]
    with pytest.raises(NotFound, match="'x' does not exist"):
        next(Remote(server.url).stream("/v1/chat/completions", {}))


def test_where_nobody_answers_is_named():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
    with pytest.raises(UpstreamUnavailable) as caught:
        Remote(url).get("/v1/models")
    assert caught.value.message == f"Nothing answers at {url}; is the server running?"


def test_a_server_that_stays_silent_is_given_up(server):
    server.answers = [(200, None)]
    with pytest.raises(UpstreamTimeout, match="did not answer in time"):
        Remote(server.url).get("/v1/models", timeout_s=0.2)


@pytest.mark.parametrize("url", ["http://[nonsense", "http://host:99999"])
def test_an_address_that_cannot_be_called_is_an_error_of_the_option(url):
    with pytest.raises(RagproxyError):
        Remote(url).get("/v1/models")


def test_half_a_character_is_not_sent(server):
    with pytest.raises(InvalidRequest, match="not valid UTF-8"):
        Remote(server.url).post("/v1/x", {"query": "caf\udce9"})


# ---- whom to ask ----


def test_an_address_that_is_given_is_asked(tmp_path):
    remote = connect(Settings(data_dir=tmp_path, chroma_url="http://chroma:8000"), "http://host:8083/v1", None)
    assert remote is not None
    assert remote.url == "http://host:8083"


def test_the_server_that_holds_the_data_is_asked(tmp_path):
    lock = DataLock(tmp_path)
    lock.acquire("http://0.0.0.0:8083")
    remote = connect(Settings(data_dir=tmp_path), None, None)
    scaled = connect(Settings(data_dir=tmp_path, chroma_url="http://chroma:8000"), None, None)
    lock.release()
    assert remote is not None
    assert remote.url == "http://127.0.0.1:8083"
    assert scaled is None
    assert connect(Settings(data_dir=tmp_path), None, None) is None


def test_a_command_that_holds_the_data_cannot_be_asked(tmp_path):
    lock = DataLock(tmp_path)
    lock.acquire(None)
    assert connect(Settings(data_dir=tmp_path), None, None) is None
    lock.release()


def test_the_key_is_the_one_given_or_else_the_administrators(server, tmp_path):
    server.answers = [(200, {})] * 2
    settings = Settings(data_dir=tmp_path, admin_key="sk-admin")
    for key in (None, "sk-mine"):
        remote = connect(settings, server.url, key)
        assert remote is not None
        remote.get("/v1/models")
    assert [request.headers["Authorization"] for request in server.requests] == ["Bearer sk-admin", "Bearer sk-mine"]


@pytest.mark.parametrize("url", ["host:8083", "ftp://host", "http://", "/v1"])
def test_what_is_no_address_is_refused(tmp_path, url):
    with pytest.raises(ConfigError, match="--url: expected an address like http://host:8083"):
        connect(Settings(data_dir=tmp_path), url, None)


def test_a_key_that_no_header_carries_is_refused(tmp_path):
    with pytest.raises(ConfigError, match="--api-key: a header cannot carry this key"):
        connect(Settings(data_dir=tmp_path), "http://host:8083", "clé\n")

"""Relays at both prefixes: whatever the route, the request goes on and the answer comes back."""

import io
import os

import pytest

from tests.forms import CONTENT_TYPE, field, file, form
from tests.relaying import SOUND, RelayUpstream, speech_events
from tests.replies import Reply, refusal

AS_JSON = ("/images/generations", "/audio/speech", "/moderations")
AS_FORM = ("/images/edits", "/images/variations", "/audio/transcriptions", "/audio/translations")
FORM = form(field("model", "any"), file("file", "sound"))
PREFIXES = pytest.mark.parametrize("prefix", ["", "/v1"])


@PREFIXES
@pytest.mark.parametrize("path", AS_JSON)
def test_json_goes_on(client, up, prefix, path):
    answer = client.post(prefix + path, json={"model": "main/any", "input": "é", "unknown": [1, None]})
    assert answer.status_code == 200
    assert up.last.path == "/v1" + path
    assert up.last.json == {"model": "any", "input": "é", "unknown": [1, None]}


@PREFIXES
@pytest.mark.parametrize("path", AS_FORM)
def test_forms_go_on(client, up, prefix, path):
    answer = client.post(prefix + path, data=FORM, content_type=CONTENT_TYPE)
    assert answer.status_code == 200
    assert up.last.path == "/v1" + path
    assert up.last.body == FORM


def test_images_may_be_edited_in_json_too(client, up):
    up.script("/images/edits", Reply.json({"created": 1, "data": []}))
    assert client.post("/images/edits", json={"images": [{"file_id": "x"}], "prompt": "y"}).status_code == 200


def test_sound_comes_back_byte_by_byte(client):
    answer = client.post("/v1/audio/speech", json={"model": "tts", "input": "hi", "voice": "alloy"})
    assert answer.data == SOUND
    assert answer.content_type == "audio/mpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "upstream;dur=" in answer.headers["Server-Timing"]


def test_events_come_back_as_events(client, up):
    events = speech_events("eA==", "eQ==")
    up.script("/audio/speech", Reply.events(*events).in_writes_of(5))
    answer = client.post("/v1/audio/speech", json={"model": "tts", "stream_format": "sse"})
    assert answer.data == b"".join(events)
    assert answer.content_type == "text/event-stream"
    assert (answer.headers["Cache-Control"], answer.headers["X-Accel-Buffering"]) == ("no-cache", "no")


def test_events_that_break_off_end_with_an_error_event(client, up):
    events = speech_events("eA==", "eQ==")
    whole = b"".join(events)
    for ends in range(1, len(whole), 7):
        up.script("/audio/speech", Reply.events(whole, framing="length", cut_at=ends))
        answer = client.post("/v1/audio/speech", json={"model": "tts"})
        assert "Content-Length" not in answer.headers  # the upstream's would cut the error off
        passed, _, error = answer.data.rpartition(b'data: {"error":')
        assert whole.startswith(passed)
        assert passed == b"" or passed.endswith(b"\n\n")
        assert b"upstream_broken" in error
        assert error.endswith(b"\n\n")


def test_status_and_headers_come_back_from_an_allow_list(client, up):
    headers = {"x-ratelimit-remaining-tokens": "5", "set-cookie": "a=b", "authorization": "Bearer sk", "server": "x"}
    up.script("/moderations", Reply.json({"id": "modr-1"}, 202, {**headers, "x-request-id": "theirs"}))
    answer = client.post("/v1/moderations", json={"input": "x"})
    assert answer.status_code == 202
    assert answer.headers["x-ratelimit-remaining-tokens"] == "5"
    assert "Set-Cookie" not in answer.headers
    assert "Authorization" not in answer.headers
    assert answer.headers["x-request-id"] != "theirs"


def test_credentials_and_what_belongs_to_the_connection_stay_here(client, up):
    sent = {
        "Authorization": "Bearer sk-client",
        "api-key": "sk-client",
        "Cookie": "session=1",
        "Forwarded": "for=1.2.3.4",
        "X-Forwarded-For": "1.2.3.4",
        "X-Forwarded-Host": "client.example",
        "Proxy-Authorization": "Basic x",
        "Connection": "X-Hop",
        "X-Hop": "1",
        "TE": "trailers",
        "Upgrade": "h2c",
        "OpenAI-Organization": "org-client",
        "X-Custom-Team": "blue",
        "Accept": "audio/mpeg",
    }
    assert client.post("/v1/audio/speech", json={"model": "tts"}, headers=sent).status_code == 200
    assert up.last.faults == []  # it names every header that is not one of a call of ours
    assert up.last.headers["authorization"] == "Bearer sk-main"
    assert (up.last.headers["accept"], up.last.headers["x-custom-team"]) == ("audio/mpeg", "blue")
    assert "client" not in str(up.last.headers)


def test_a_refusal_is_the_upstreams_own(client, up):
    up.script("/audio/speech", refusal(400, "no such voice", "bad_voice"))
    answer = client.post("/v1/audio/speech", json={"model": "tts"})
    error = _error(answer, 400)
    assert (error["message"], error["code"]) == ("no such voice", "bad_voice")


def test_a_failure_is_ours_to_word(client, up):
    up.script("/audio/speech", *[refusal(500, "internal")] * 3)
    error = _error(client.post("/v1/audio/speech", json={"model": "tts"}), 503)
    assert error["code"] == "upstream_unavailable"


def test_an_answer_that_breaks_off_is_not_taken_for_whole(client, up):
    up.script("/audio/speech", Reply((b"abc", b"def"), headers={"content-type": "audio/mpeg"}, cut_at=9))
    with pytest.raises(Exception, match="broke off"):
        client.post("/v1/audio/speech", json={"model": "tts"}).data  # noqa: B018 a real server closes the connection


@pytest.mark.parametrize(
    ("path", "capability"),
    [("/images/edits", "images"), ("/audio/translations", "audio"), ("/moderations", "moderations")],
)
def test_without_an_upstream_the_setting_is_named(make_app, path, capability):
    client = make_app().test_client()
    answers = [client.post(path, json={"model": "x"}), client.post(path, data=FORM, content_type=CONTENT_TYPE)]
    for answer in answers:
        error = _error(answer, 501)
        assert error["code"] == "not_served"
        assert f"'{capability}'" in error["message"]
        assert "ragproxy.toml" in error["message"]


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"data": b"{", "content_type": "application/json"}, 400),
        ({"json": []}, 400),
        ({"json": {"model": 4}}, 400),
        ({"data": b"x", "content_type": "text/plain"}, 415),
        ({"data": b"x", "content_type": CONTENT_TYPE}, 400),
        ({"data": form(field("model", "a"), field("model", "b")), "content_type": CONTENT_TYPE}, 400),
        ({"data": bytes(4 << 20), "content_type": "application/json"}, 413),
        ({"data": form(file("file", bytes(4 << 20))), "content_type": CONTENT_TYPE}, 413),
    ],
)
def test_a_body_that_cannot_go_on_is_refused_here(client, up, sent, status):
    error = _error(client.post("/v1/audio/speech", **sent), status)
    assert error["type"] == "invalid_request_error"
    assert not any(request.whole.is_set() for request in up.requests)


def test_a_file_may_be_larger_than_json(client, up):
    sound = bytes(1 << 20) + b"x" * (1 << 19)
    client.post("/v1/audio/transcriptions", data={"model": "whisper", "file": (io.BytesIO(sound), "a.mp3")})
    assert up.last.form["file"] == ("a.mp3", sound)


def test_tokens_are_recorded(app, client, up):
    client.post("/v1/audio/transcriptions", data=FORM, content_type=CONTENT_TYPE).close()
    rendered = app.extensions["ragproxy"].metrics.render().decode()
    assert "main/any" in rendered


def test_the_reference_tells_the_relays(client):
    paths = client.get("/openapi.json").json["paths"]
    for path in AS_JSON + AS_FORM:
        assert paths["/v1" + path]["post"]["requestBody"]["content"]
    assert {"get", "post"} <= set(paths["/v1/fine_tuning/jobs"])
    assert "/v1/fine_tuning/jobs/{job_id}/checkpoints" in paths


def _error(answer, status):
    assert answer.status_code == status, answer.text
    error = answer.json["error"]
    assert set(error) == {"message", "type", "param", "code"}
    return error


@pytest.fixture(scope="module")
def shared_up():
    with RelayUpstream() as up:
        yield up


@pytest.fixture
def up(shared_up):
    shared_up.reset()
    return shared_up


@pytest.fixture(scope="module")
def app(make_app, tmp_path_factory, shared_up):
    os.environ["RELAY_TEST_KEY"] = "sk-main"
    file = tmp_path_factory.mktemp("relays") / "upstreams.toml"
    file.write_text(
        f'[[upstream]]\nname = "main"\nbase_url = "{shared_up.url}"\nkey_env = "RELAY_TEST_KEY"\nmodels = ["any"]\n'
        'serves = ["images", "audio", "moderations"]\nbreak_after = 0\n'
    )
    yield make_app(config=file, body_limit_mb=1, file_limit_mb=2)
    del os.environ["RELAY_TEST_KEY"]

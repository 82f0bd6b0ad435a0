"""Requests that are passed on to a real server, and its answers back."""

import contextlib
import json
import threading
import time

import pytest

from ragproxy.backends.catalog import Catalog
from ragproxy.backends.relay import Relay
from ragproxy.domain import Cancel, Outgoing, RelayRequest
from ragproxy.errors import (
    InvalidRequest,
    NotServed,
    UpstreamBroken,
    UpstreamError,
    UpstreamRefused,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from ragproxy.upstreams import Price, Upstream
from tests.fakes import FakeModel
from tests.relaying import SOUND, RelayUpstream, speech_events
from tests.replies import Reply, refusal

SPEECH = "/audio/speech"


def test_the_answer_comes_back_as_it_is(up, relay):
    relayed = relay.send(asking())
    assert (relayed.status, relayed.media_type) == (200, "audio/mpeg")
    assert b"".join(relayed.pieces) == SOUND
    assert up.last.json == {"model": "tts", "input": "hi"}
    assert up.last.headers["authorization"] == "Bearer sk-main"


def test_pieces_come_back_as_they_arrive(up, relay):
    up.script(SPEECH, Reply((b"one", b"two"), headers={"content-type": "audio/mpeg"}, delay_s=0.1, stalls=True))
    cancel = Cancel()
    relayed = relay.send(asking(cancel=cancel))
    pieces = relayed.pieces
    assert next(pieces) + next(pieces) == b"onetwo"
    relayed.close()
    assert up.last.left.wait(2)


def test_a_name_with_its_upstreams_is_the_upstreams_own_there(up, relay):
    relay.send(asking("main/tts")).close()
    assert up.last.json["model"] == "tts"


def test_the_model_decides_who_is_asked(up, other, relay):
    relay.send(asking("whisper")).close()
    relay.send(asking("second/tts")).close()
    assert [each.json["model"] for each in other.requests] == ["whisper", "tts"]
    relay.send(asking(None)).close()
    relay.send(asking("nobody-lists-it")).close()
    assert [each.json.get("model") for each in up.requests] == [None, "nobody-lists-it"]


def test_nobody_to_ask_is_said_with_the_setting(relay):
    with pytest.raises(NotServed, match=r"'moderations'.*'serves'"):
        relay.send(RelayRequest("moderations", "/moderations", body=Body({})))


def test_a_body_of_unknown_length_goes_out_in_chunks_as_it_comes(up, relay):
    gate = threading.Event()

    def pieces():
        yield b'{"input": '
        assert up.requests or _soon(lambda: up.requests)
        assert up.last.begun.wait(5)  # the server has it, and we have not sent the rest
        gate.set()
        yield b'"x"}'

    relay.send(asking(body=Body(pieces=pieces, length=None))).close()
    assert gate.is_set()
    assert up.last.chunked
    assert up.last.json == {"input": "x"}


def test_what_the_body_raises_ends_the_call_and_the_upstream_sees_no_end(up, relay):
    def pieces():
        yield b"{"
        _soon(lambda: up.requests and up.last.begun.is_set())
        raise InvalidRequest("the client's fault")

    for length in (None, 100):
        with pytest.raises(InvalidRequest, match="the client's fault"):
            relay.send(asking(body=Body(pieces=pieces, length=length)))
        assert up.last.left.wait(2)
        assert not up.last.whole.is_set()


def test_the_upstream_may_take_its_time_to_read(up, other, relay):
    """Longer than it may take to connect."""
    other.stall_after = 1 << 16

    def pieces():
        yield from [bytes(1 << 16)] * 400

    began = time.monotonic()
    with pytest.raises(UpstreamTimeout, match="did not take the request in time"):
        relay.send(asking("whisper", body=Body(pieces=pieces, length=400 << 16, model="whisper")))
    assert time.monotonic() - began > 0.9


def test_a_cancel_breaks_off_a_body_that_the_upstream_does_not_take(up, relay, breaking_after):
    up.stall_after = 1 << 16

    def pieces():
        yield from [bytes(1 << 16)] * 4000

    with breaking_after(0.3) as (cancel, since):
        with pytest.raises(UpstreamBroken):
            relay.send(asking(cancel=cancel, body=Body(pieces=pieces, length=4000 << 16)))
        assert since() < 2
        assert up.last.left.wait(1)


def test_a_refusal_is_the_upstreams_own_words(up, relay):
    up.script(SPEECH, refusal(400, "the voice 'x' does not exist", "bad_voice", headers={"x-ratelimit-limit": "1"}))
    with pytest.raises(UpstreamRefused, match="the voice 'x' does not exist") as caught:
        relay.send(asking())
    assert (caught.value.status, caught.value.code) == (400, "bad_voice")


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, UpstreamError), (500, UpstreamUnavailable), (301, UpstreamError), (422, UpstreamRefused)],
)
def test_another_status_is_an_error_of_its_kind(up, relay, status, error):
    up.script(SPEECH, *[refusal(status, "Incorrect API key provided: sk-main")] * 2)
    with pytest.raises(error) as caught:
        relay.send(asking())
    assert status != 401 or "sk-main" not in caught.value.message


def test_an_answer_that_breaks_off_is_an_error_in_its_place(up, relay):
    up.script(SPEECH, Reply((b"abc", b"def"), headers={"content-type": "audio/mpeg"}, cut_at=9))
    relayed = relay.send(asking())
    assert next(relayed.pieces) == b"abc"
    with pytest.raises(UpstreamBroken):
        list(relayed.pieces)


def test_what_can_be_sent_again_is_and_what_was_tried_is_told(up, relay):
    up.script(SPEECH, refusal(503, "busy", headers={"retry-after-ms": "1"}))
    relayed = relay.send(asking())
    relayed.close()
    assert relayed.headers["x-ragproxy-tried"] == "503, 200"
    assert [each.json for each in up.requests] == [{"model": "tts", "input": "hi"}] * 2


def test_what_would_cost_twice_is_sent_once(up, relay):
    up.script(SPEECH, refusal(503, "busy"))
    with pytest.raises(UpstreamUnavailable):
        relay.send(asking(repeatable=False))
    assert len(up.requests) == 1


def test_an_upstream_that_is_down_is_unavailable(relay, up):
    up.__exit__()
    with pytest.raises(UpstreamUnavailable):
        relay.send(asking())


def test_the_calls_at_once_are_limited_until_an_answer_is_closed(up, relay, catalog):
    gate = catalog.server("main").protection.gate
    relayed = relay.send(asking())
    assert gate.running == 1
    relayed.close()
    assert gate.running == 0


@pytest.mark.parametrize(
    ("reply", "counts"),
    [
        (Reply.json({"text": "x", "usage": {"input_tokens": 3, "output_tokens": 4}}), [(3, 4, "whole")]),
        (Reply.events(*speech_events("eA==")), [(3, 4, "whole")]),
        (Reply.json({"text": "x"}), []),
        (Reply((SOUND,), headers={"content-type": "audio/mpeg"}), []),
    ],
)
def test_the_tokens_that_an_answer_reports_are_on_the_tally(up, relay, reply, counts):
    up.script(SPEECH, reply)
    asked = asking("main/tts")
    list(relay.send(asked).pieces)
    assert [(call.prompt, call.completion, call.ended) for call in asked.tally.calls] == counts
    assert {call.model for call in asked.tally.calls} <= {"main/tts"}
    assert {call.cost for call in asked.tally.calls} <= {0.000011}  # the price is one dollar a million


def test_headers_of_the_call_go_along(up, relay):
    relay.send(asking(headers={"X-Custom-Team": "blue", "Accept": "audio/*"})).close()
    assert (up.last.headers["x-custom-team"], up.last.headers["accept"]) == ("blue", "audio/*")


def test_azure_has_models_behind_deployments_and_jobs_beside_them(up, relay_to_azure):
    with pytest.raises(UpstreamRefused):
        relay_to_azure.send(RelayRequest("images", "/images/generations", body=Body({"model": "dall-e-3"}, "dall-e-3")))
    assert up.last.path.endswith("/openai/deployments/our-dall-e/images/generations")
    assert up.last.query == "api-version=2024-10-21"
    assert up.last.headers["api-key"] == "sk-azure"
    with pytest.raises(UpstreamRefused):
        relay_to_azure.send(RelayRequest("fine_tuning", "/fine_tuning/jobs?limit=3", "GET"))
    assert (up.last.path[-28:], up.last.query) == ("/v1/openai/fine_tuning/jobs", "api-version=2024-10-21&limit=3")


class Body:
    """A body to pass on: JSON, or the pieces that a test gives."""

    media_type = "application/json"

    def __init__(self, body=None, model=None, *, pieces=None, length=None):
        self.body, self.model, self._pieces, self._length = body or {}, model, pieces, length

    def naming(self, model):
        if self._pieces is not None:
            return Outgoing(self._pieces, self._length)
        data = json.dumps({**self.body, **({"model": model} if model else {})}).encode()
        return Outgoing(lambda: [data], len(data))


def asking(model="tts", *, body=None, **options):
    body = body or Body({"model": model, "input": "hi"} if model else {}, model)
    return RelayRequest("audio", SPEECH, body=body, **options)


def _soon(condition):
    until = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < until
        time.sleep(0.01)
    return True


@pytest.fixture
def up():
    with RelayUpstream() as up:
        yield up


@pytest.fixture
def other():
    with RelayUpstream() as other:
        yield other


@pytest.fixture
def catalog(up, other):
    main = Upstream(
        "main",
        up.url,
        key="sk-main",
        models=("tts",),
        serves=frozenset({"audio", "images"}),
        retries=1,
        concurrency=4,
        prices={"tts": Price(1.0, 1.0, 2.0)},
    )
    second = Upstream(
        "second",
        other.url,
        models=("whisper", "tts"),
        serves=frozenset({"audio"}),
        connect_timeout_s=0.2,
        read_timeout_s=1,
    )
    with contextlib.closing(Catalog([main, second], model=None, pool=8, extractive=FakeModel())) as catalog:
        yield catalog


@pytest.fixture
def relay(catalog):
    return Relay(catalog.server_for)


@pytest.fixture
def relay_to_azure(up):
    azure = Upstream(
        "azure",
        up.url,
        kind="azure",
        key="sk-azure",
        models=("dall-e-3",),
        deployments={"dall-e-3": "our-dall-e"},
        serves=frozenset({"images", "fine_tuning"}),
    )
    with contextlib.closing(Catalog([azure], model=None, pool=8, extractive=FakeModel())) as catalog:
        yield Relay(catalog.server_for)

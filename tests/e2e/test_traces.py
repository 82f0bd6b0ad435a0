"""What a collector of OpenTelemetry's is told of requests: whole, streamed, refused, broken and left."""

import json
import re
import secrets
import socket
import subprocess
import sys

import pytest
import requests

from tests.collector import Collector
from tests.e2e.by_hand import read_until, request_bytes, user
from tests.e2e.conftest import writing
from tests.e2e.scaled import wait_until
from tests.e2e.servers import ROOT, Server, environment, migrated, ragproxy
from tests.replies import DONE, Reply, chat_frames, refusal

CHAT = "POST /v1/chat/completions"
UPSTREAM = "upstream POST /chat/completions"
SECRET = "zymurgie-that-nobody-may-read"


def test_a_request_its_retrieval_and_its_upstream_are_one_trace(traced, collector, upstream):
    trace, parent = secrets.token_hex(16), secrets.token_hex(8)
    answer = _ask(traced, trace, parent, model="ragproxy", messages=user(f"How tall is the tower? {SECRET}"))
    assert answer.ok
    spans = collector.of(trace, 3)
    assert set(spans) == {CHAT, "retrieve", UPSTREAM}
    request, retrieve, call = spans[CHAT], spans["retrieve"], spans[UPSTREAM]
    assert (request.parent, request.kind, request.service) == (parent, "server", "ragproxy")
    assert (retrieve.parent, retrieve.kind) == (request.id, "internal")
    assert (call.parent, call.kind) == (request.id, "client")
    assert request.contains(retrieve)
    assert request.contains(call)
    assert request.about["http.response.status_code"] == call.about["http.response.status_code"] == 200
    assert request.about["ragproxy.request_id"] == answer.headers["x-request-id"]
    assert retrieve.about["ragproxy.sources"] >= 1
    assert call.about["server.address"] == upstream.url.split("/")[2]
    assert not any(span.failed for span in spans.values())


def test_the_upstream_is_told_the_trace_and_the_span_that_asks_it(traced, collector, upstream):
    trace = secrets.token_hex(16)
    _ask(traced, trace, secrets.token_hex(8), tracestate="vendor=1", messages=user("Hello?"))
    (asked,) = upstream.to("/chat/completions")
    call = collector.of(trace, 2)[UPSTREAM]
    assert asked.headers["traceparent"] == f"00-{trace}-{call.id}-01"
    assert asked.headers["tracestate"] == "vendor=1"


def test_who_names_no_trace_begins_one(traced, upstream):
    requests.post(traced.url + "/v1/chat/completions", json={"model": "tiny", "messages": user("Hello?")}, timeout=10)
    (asked,) = upstream.to("/chat/completions")
    assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[13]", asked.headers["traceparent"])


def test_a_trace_that_is_not_sampled_is_not_told(traced, collector, upstream):
    trace = secrets.token_hex(16)
    _ask(traced, trace, secrets.token_hex(8), flags="00", messages=user("Hello?"))
    (asked,) = upstream.to("/chat/completions")
    assert asked.headers["traceparent"].endswith("-00")
    other = secrets.token_hex(16)
    _ask(traced, other, secrets.token_hex(8), messages=user("Hello?"))
    collector.of(other, 2)
    assert not any(span.trace == trace for span in collector.spans)


def test_a_streams_spans_end_with_it(traced, collector, upstream):
    upstream.script(Reply.events(*chat_frames("Yes", "and", "no"), DONE, delay_s=0.1))
    trace = secrets.token_hex(16)
    answer = _ask(traced, trace, secrets.token_hex(8), stream=True, messages=user("Hello?"))
    assert answer.text.rstrip().endswith("[DONE]")
    spans = collector.of(trace, 2)
    request, call = spans[CHAT], spans[UPSTREAM]
    assert call.ended - call.began > 2e8  # not when its headers came
    assert request.contains(call)
    assert "ragproxy.left" not in request.about


def test_an_upstreams_refusal_fails_its_span_and_not_the_request(traced, collector, upstream):
    upstream.script(refusal(400, "no", code="nonsense"))
    trace = secrets.token_hex(16)
    assert _ask(traced, trace, secrets.token_hex(8), messages=user("Hello?")).status_code == 400
    spans = collector.of(trace, 2)
    assert (spans[UPSTREAM].failed, spans[UPSTREAM].about["error.type"]) == (True, "nonsense")
    assert spans[UPSTREAM].about["http.response.status_code"] == 400
    assert not spans[CHAT].failed


def test_each_attempt_is_a_span_of_its_own(traced, collector, upstream):
    upstream.script(refusal(400, "unknown field stream_options"))  # which is then left out
    trace = secrets.token_hex(16)
    assert _ask(traced, trace, secrets.token_hex(8), stream=True, messages=user("Hello?")).ok
    collector.of(trace, 2)  # the request's own comes last
    calls = [span for span in collector.spans if span.trace == trace and span.name == UPSTREAM]
    assert [call.about["http.response.status_code"] for call in calls] == [400, 200]


def test_a_stream_that_breaks_fails_both(traced, collector, upstream):
    upstream.script(Reply.events(*chat_frames("Yes", "and"), cut_at=150))
    trace = secrets.token_hex(16)
    assert '"error"' in _ask(traced, trace, secrets.token_hex(8), stream=True, messages=user("Hello?")).text
    spans = collector.of(trace, 2)
    assert spans[UPSTREAM].failed
    assert spans[CHAT].failed


def test_a_client_that_hangs_up_ends_its_spans(traced, collector, upstream):
    upstream.script(Reply.events(*chat_frames("Yes")[:2], stalls=True))
    trace = secrets.token_hex(16)
    body = {"model": "tiny", "stream": True, "messages": user("Hello?")}
    sent = request_bytes(body).replace(b"\r\n\r\n", f"\r\ntraceparent: 00-{trace}-{'1' * 16}-01\r\n\r\n".encode(), 1)
    with _connection(traced) as client:
        client.sendall(sent)
        read_until(client, b"Yes")
    spans = collector.of(trace, 2)
    assert spans[CHAT].about["ragproxy.left"] is True
    assert spans[CHAT].contains(spans[UPSTREAM])


def test_a_route_that_is_not_there_has_a_span_without_its_path(traced, collector):
    trace = secrets.token_hex(16)
    requests.get(f"{traced.url}/{SECRET}", headers={"traceparent": f"00-{trace}-{'1' * 16}-01"}, timeout=5)
    assert collector.of(trace)["GET unknown"].about["http.response.status_code"] == 404


def test_an_index_run_is_a_trace_with_its_embedding(embedding, collector, upstream):
    upload = requests.post(
        embedding.url + "/v1/files", files={"file": ("a.txt", SECRET)}, data={"purpose": "assistants"}, timeout=10
    ).json()
    requests.post(embedding.url + "/v1/vector_stores", json={"name": "x", "file_ids": [upload["id"]]}, timeout=10)
    spans = _eventually(collector, "index")
    assert spans["upstream POST /embeddings"].parent == spans["index"].id
    assert spans["index"].about["chunks"] == 1


def test_the_lines_of_the_log_name_their_trace(traced, upstream):
    trace = secrets.token_hex(16)
    answer = _ask(traced, trace, secrets.token_hex(8), messages=user("Hello?"))
    lines = [json.loads(line) for line in traced.log.read_text().splitlines()]
    ours = [line for line in lines if line.get("request") == answer.headers["x-request-id"]]
    assert {"answered", "consumed"} <= {line["message"] for line in ours}
    assert {line.get("trace_id") for line in ours} == {trace}


def test_nobody_is_told_what_was_asked_or_answered(traced, collector, upstream):
    assert collector.spans
    assert SECRET.encode() not in collector.raw


def test_what_the_server_did_before_its_end_is_told(tmp_path, collector, upstream):
    migrated(tmp_path)
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "3600000"}
    trace = secrets.token_hex(16)
    with Server(tmp_path, warm=False, **variables, **writing(upstream)) as server:
        _ask(server, trace, secrets.token_hex(8), messages=user("Hello?"))
    assert set(collector.of(trace, 2)) == {CHAT, UPSTREAM}


def test_a_collector_that_is_away_holds_up_nobody(tmp_path, upstream):
    migrated(tmp_path)
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9", "OTEL_SERVICE_NAME": "x"}
    with Server(tmp_path, warm=False, **variables, **writing(upstream)) as server:
        assert _ask(server, secrets.token_hex(16), secrets.token_hex(8), messages=user("Hello?")).ok


def test_without_the_extra_the_start_says_how_to_get_it(tmp_path):
    migrated(tmp_path)
    blocked = (
        "import sys; sys.modules['opentelemetry.exporter.otlp.proto.http.trace_exporter'] = None\n"
        "from ragproxy.app import application; application()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", blocked],
        env=environment(tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9"),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "OTEL_EXPORTER_OTLP_ENDPOINT: OpenTelemetry is not installed: pip install ragproxy[otel]" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_without_an_endpoint_nothing_is_imported_or_passed_on(gateway, upstream):
    answer = _ask(gateway, secrets.token_hex(16), secrets.token_hex(8), messages=user("Hello?"))
    assert answer.ok
    assert "traceparent" not in upstream.to("/chat/completions")[-1].headers
    assert "trace_id" not in gateway.log.read_text()


def _ask(server, trace, span, *, flags="01", tracestate=None, model="tiny", **body):
    headers = {"traceparent": f"00-{trace}-{span}-{flags}"} | ({"tracestate": tracestate} if tracestate else {})
    return requests.post(
        server.url + "/v1/chat/completions", json={"model": model, **body}, headers=headers, timeout=20
    )


def _connection(server):
    return socket.create_connection(("127.0.0.1", server.port), timeout=20)


def _eventually(collector, name):
    """The spans of the first trace that has one of that name."""
    wait_until(lambda: any(span.name == name for span in collector.spans), 20)
    trace = next(span.trace for span in collector.spans if span.name == name)
    return collector.of(trace, 2)


@pytest.fixture(scope="module")
def collector():
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="pip install ragproxy[otel]")
    with Collector() as collector:
        yield collector


@pytest.fixture(scope="module")
def traced(collector, shared_upstream, tmp_path_factory, documents):
    """A server that tells the collector of what it does."""
    data_dir = tmp_path_factory.mktemp("traced")
    migrated(data_dir)
    ragproxy("ingest", documents, "--store", "default", data_dir=data_dir)
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "50"}
    with Server(data_dir, warm=False, **variables, **writing(shared_upstream)) as server:
        yield server


@pytest.fixture
def embedding(collector, upstream, tmp_path):
    """One whose vectors the upstream makes."""
    migrated(tmp_path)
    variables = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "OTEL_BSP_SCHEDULE_DELAY": "50"}
    given = {**writing(upstream), "RAGPROXY_EMBEDDING_MODEL": "tiny"}
    with Server(tmp_path, warm=False, **variables, **given) as server:
        yield server

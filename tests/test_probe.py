import http.server
import socket
import threading

import pytest

from ragproxy.probe import answers, main
from ragproxy.telemetry import Metrics, MetricsPort


def test_what_answers_200_is_well(told):
    assert main(["/health", str(told.port)]) == 0


def test_what_answers_otherwise_is_not(told):
    assert main(["/nothing", str(told.port)]) == 1


def test_what_does_not_answer_is_not_either():
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        assert not answers("/", port, timeout_s=0.1)
    assert main(["/", str(port)]) == 1


def test_what_speaks_no_http_is_not_either():
    class Babble(http.server.BaseHTTPRequestHandler):
        def handle(self):
            self.request.sendall(b"220 mail\r\n")

    with http.server.HTTPServer(("127.0.0.1", 0), Babble) as server:
        threading.Thread(target=server.handle_request, daemon=True).start()
        assert not answers("/", server.server_address[1])


def test_without_a_port_it_is_the_servers(told, monkeypatch):
    monkeypatch.setenv("PORT", str(told.port))
    assert main(["/health"]) == 0


def test_proxies_are_not_asked(told, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    assert main(["/health", str(told.port)]) == 0


def test_who_cannot_say_where_is_told_so(capsys, monkeypatch):
    monkeypatch.setenv("PORT", "eighty")
    assert main([]) == 2
    assert "PORT" in capsys.readouterr().err


@pytest.fixture
def told():
    metrics = Metrics()
    port = MetricsPort("127.0.0.1", 0, metrics.render, metrics.CONTENT_TYPE)
    yield port
    port.close()

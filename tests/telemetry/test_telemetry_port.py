import pytest
import requests

from ragproxy.errors import ConfigError
from ragproxy.telemetry import Metrics, MetricsPort


def test_it_tells_the_metrics_and_that_it_is_alive(port, metrics):
    metrics.hangups.inc()
    answer = requests.get(f"http://127.0.0.1:{port.port}/metrics", timeout=5)
    assert answer.headers["Content-Type"] == metrics.CONTENT_TYPE
    assert "ragproxy_hangups_total 1.0" in answer.text
    assert requests.get(f"http://127.0.0.1:{port.port}/health", timeout=5).json() == {"status": "ok"}


def test_it_tells_nothing_else(port):
    assert requests.get(f"http://127.0.0.1:{port.port}/v1/models", timeout=5).status_code == 404


def test_a_port_that_is_taken_is_told_with_the_settings_name(port, metrics):
    with pytest.raises(ConfigError, match=f"RAGPROXY_METRICS_PORT: cannot listen on 127.0.0.1:{port.port}"):
        MetricsPort("127.0.0.1", port.port, metrics.render, metrics.CONTENT_TYPE)


def test_when_it_is_closed_the_port_is_free_again(metrics):
    first = MetricsPort("127.0.0.1", 0, metrics.render, metrics.CONTENT_TYPE)
    first.close()
    MetricsPort("127.0.0.1", first.port, metrics.render, metrics.CONTENT_TYPE).close()


@pytest.fixture
def metrics():
    return Metrics()


@pytest.fixture
def port(metrics):
    port = MetricsPort("127.0.0.1", 0, metrics.render, metrics.CONTENT_TYPE)
    yield port
    port.close()

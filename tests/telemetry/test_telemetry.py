import io
import json
import logging

import pytest

from ragproxy.telemetry import Metrics, request_id, start_logging


def test_a_sane_request_id_is_kept():
    assert request_id("abc-123_x.y:z") == "abc-123_x.y:z"


@pytest.mark.parametrize("given", [None, "", "a b", "x" * 129, "é", "a\nb", 'a"b'])
def test_any_other_is_replaced(given):
    made = request_id(given)
    assert made.startswith("req_")
    assert made != request_id(given)


def test_a_log_line_is_one_json_object_with_its_extras(logged):
    logging.getLogger("ragproxy.test").info("answered\nthus", extra={"status": 200})
    line = json.loads(logged.getvalue())
    assert line["message"] == "answered\nthus"
    assert (line["level"], line["status"], line["logger"]) == ("info", 200, "ragproxy.test")
    assert logged.getvalue().count("\n") == 1


def test_an_exceptions_text_stays_out_of_the_log(logged):
    _fail(logging.getLogger("ragproxy.test"))
    line = json.loads(logged.getvalue())
    assert "secret prompt" not in logged.getvalue()
    assert line["error"] == "ValueError"
    assert "_fail" in line["trace"][-1]


def test_unless_the_operator_wants_it():
    stream = io.StringIO()
    start_logging("info", content=True, stream=stream)
    _fail(logging.getLogger("ragproxy.test"))
    assert json.loads(stream.getvalue())["error"] == "ValueError: secret prompt"


def test_metrics_render_what_was_counted():
    metrics = Metrics()
    metrics.requests.labels("GET", "/v1/models", 200).inc()
    assert b'ragproxy_requests_total{method="GET",route="/v1/models",status="200"} 1.0' in metrics.render()
    assert b"ragproxy_requests_total{" not in Metrics().render()


def _fail(logger):
    try:
        raise ValueError("secret prompt")
    except ValueError:
        logger.exception("failed")


@pytest.fixture
def logged():
    stream = io.StringIO()
    start_logging("info", stream=stream)
    return stream

def test_health_says_alive(client):
    assert client.get("/health").get_json()["status"] == "ok"


def test_ready_names_each_part(client):
    answer = client.get("/ready")
    assert answer.status_code == 200
    assert answer.get_json() == {"status": "ok", "checks": {"records": "ok", "index": "ok"}}


def test_ready_is_503_when_a_part_is_away(make_app, monkeypatch):
    client = make_app(chroma_url="http://127.0.0.1:9").test_client()
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.get_json()["checks"]["records"] == "ok"
    assert answer.get_json()["checks"]["index"] != "ok"


def test_metrics_count_requests_by_route(client):
    client.get("/v1/models")
    text = client.get("/metrics").text
    assert 'ragproxy_requests_total{method="GET",route="/v1/models",status="200"}' in text
    assert "ragproxy_request_seconds_bucket" in text

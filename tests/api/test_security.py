"""The headers that every answer has, and which origins browsers may call from."""

from io import BytesIO

import pytest

ADMIN = "the-admin-key-of-this-test"
PREFLIGHT = {
    "Origin": "https://ui.example",
    "Access-Control-Request-Method": "POST",
    "Access-Control-Request-Headers": "authorization, content-type",
}


@pytest.mark.parametrize("path", ["/health", "/v1/models", "/nothing", "/metrics", "/openapi.json", "/admin/keys"])
def test_every_answer_is_data_and_nothing_else(client, path):
    headers = client.get(path).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    for name, _ in headers:
        assert len(headers.getlist(name)) == 1, f"{name} is there twice"


def test_a_file_that_somebody_sent_runs_nothing_in_a_browser(client):
    page = b"<script>alert(1)</script>"
    form = {"purpose": "user_data", "file": (BytesIO(page), "page.html")}
    file_id = client.post("/v1/files", data=form).get_json()["id"]
    content = client.get(f"/v1/files/{file_id}/content")
    assert content.data == page
    assert content.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in content.headers["Content-Security-Policy"]


def test_a_stream_goes_on_being_one(client):
    body = {"model": "ragproxy", "messages": [{"role": "user", "content": "Hello?"}], "stream": True}
    answer = client.post("/v1/chat/completions", json=body)
    assert answer.headers["Cache-Control"] == "no-cache"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.data.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize("headers", [{}, {"Authorization": f"Bearer {ADMIN}"}])
def test_what_administrators_see_is_kept_nowhere(locked, headers):
    answer = locked.get("/admin/keys", headers=headers)
    assert answer.headers["Cache-Control"] == "no-store"


def test_no_origin_may_call_where_keys_are_wanted_and_none_is_named(locked):
    for answer in (
        locked.options("/v1/chat/completions", headers=PREFLIGHT),
        locked.get("/v1/models", headers={"Origin": "https://ui.example", "Authorization": f"Bearer {ADMIN}"}),
    ):
        assert answer.status_code == 200
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-Allow")]


def test_the_origins_that_are_named_may_call_where_keys_are_wanted(make_app):
    named = make_app(auth=frozenset({"keys"}), admin_key=ADMIN, cors_origins=("https://ui.example",)).test_client()
    preflight = named.options("/v1/chat/completions", headers=PREFLIGHT)
    assert preflight.headers["Access-Control-Allow-Origin"] == "https://ui.example"
    for other in ("https://evil.example", "https://uiXexample", "https://ui.example.evil.example", "null"):
        refused = named.options("/v1/chat/completions", headers={**PREFLIGHT, "Origin": other})
        assert "Access-Control-Allow-Origin" not in refused.headers
    refused = named.get("/v1/models", headers={"Origin": "https://ui.example"})
    assert refused.status_code == 401
    assert refused.headers["Access-Control-Allow-Origin"] == "https://ui.example"  # so that the page can read why


@pytest.fixture(scope="module")
def locked_app(make_app):
    return make_app(auth=frozenset({"keys"}), admin_key=ADMIN)


@pytest.fixture
def locked(locked_app):
    return locked_app.test_client()

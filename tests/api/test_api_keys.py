import re
import time

import pytest

ADMIN = "the-admin-key-of-this-test"
MADE = {
    "object": "api_key",
    "name": "chat-ui",
    "owner": "default",
    "status": "active",
    "scopes": ["chat", "embed", "files", "relay"],
    "groups": [],
    "models": None,
    "vector_stores": None,
    "limits": {"requests_per_minute": None, "tokens_per_minute": None},
    "model_limits": {},
    "budget": None,
    "expires_at": None,
    "revoked_at": None,
    "last_used_at": None,
}


def test_a_key_is_made_with_its_name_alone_and_tells_its_secret_once(admin):
    made = admin.post("/admin/keys", json={"name": "chat-ui"})
    assert made.status_code == 200, made.text
    key = made.get_json()
    assert re.fullmatch(r"key_[0-9a-f]{32}", key.pop("id"))
    secret = key.pop("value")
    assert re.fullmatch(r"sk-rp-[A-Za-z0-9_-]{43}", secret)
    assert key.pop("prefix") == secret[:12]
    assert abs(key.pop("created_at") - time.time()) < 10
    assert key == MADE
    assert "no-store" in made.headers["Cache-Control"]


def test_a_key_is_made_with_everything_and_shown_again_without_its_secret(admin):
    asked = {
        "name": "chat-ui",
        "owner": "ann",
        "scopes": ["chat", "admin"],
        "groups": ["staff"],
        "models": ["gpt-*", "ragproxy"],
        "vector_stores": [],
        "limits": {"requests_per_minute": 10, "tokens_per_minute": 2000},
        "model_limits": {"gpt-4o": {"requests_per_minute": 1}},
        "budget": {"usd": 5, "period": "month"},
        "expires_at": int(time.time()) + 1000,
    }
    made = admin.post("/admin/keys", json=asked).get_json()
    limits = {"gpt-4o": {"requests_per_minute": 1, "tokens_per_minute": None}}
    assert {name: made[name] for name in asked} == {**asked, "model_limits": limits}
    secret = made.pop("value")
    assert admin.get(f"/admin/keys/{made['id']}").get_json() == made
    listed = admin.get("/admin/keys")
    assert made in listed.get_json()["data"]
    assert secret not in listed.text


@pytest.mark.parametrize(
    ("body", "param"),
    [
        ({}, "name"),
        ({"name": ""}, "name"),
        ({"name": "x", "scopes": ["chat", "everything"]}, "scopes[1]"),
        ({"name": "x", "scopes": []}, "scopes"),
        ({"name": "x", "request_per_minute": 3}, "request_per_minute"),
        ({"name": "x", "limits": {"requests_per_minutes": 3}}, "limits.requests_per_minutes"),
        ({"name": "x", "limits": {"requests_per_minute": 0}}, "limits.requests_per_minute"),
        ({"name": "x", "limits": {"tokens_per_minute": "9"}}, "limits.tokens_per_minute"),
        ({"name": "x", "model_limits": {"gpt-4o": {"tokens": 3}}}, "model_limits.gpt-4o.tokens"),
        ({"name": "x", "model_limits": {"gpt-4o": 3}}, "model_limits.gpt-4o"),
        ({"name": "x", "model_limits": [3]}, "model_limits"),
        ({"name": "x", "budget": {"usd": 5}}, "budget.period"),
        ({"name": "x", "budget": {"period": "day"}}, "budget.usd"),
        ({"name": "x", "budget": {"usd": -1, "period": "day"}}, "budget.usd"),
        ({"name": "x", "budget": {"usd": 5, "period": "year"}}, "budget.period"),
        ({"name": "x", "budget": 5}, "budget"),
        ({"name": "x", "expires_at": 1000}, "expires_at"),
        ({"name": "x", "owner": "*"}, "owner"),
        ({"name": "x", "models": [""]}, "models[0]"),
        ({"name": "x", "groups": ["a\0"]}, "groups[0]"),
        ({"name": "x", "secret": "sk-rp-mine"}, "secret"),
    ],
)
def test_what_is_wrong_about_a_key_is_named_and_none_is_made(admin, body, param):
    before = admin.get("/admin/keys").get_json()
    refused = admin.post("/admin/keys", json=body)
    assert refused.status_code == 400, refused.text
    assert refused.get_json()["error"]["param"] == param
    assert admin.get("/admin/keys").get_json() == before


def test_what_is_given_is_changed_and_null_takes_it_away(admin):
    made = admin.post(
        "/admin/keys",
        json={"name": "a", "models": ["x"], "budget": {"usd": 1, "period": "day"}, "limits": {"tokens_per_minute": 9}},
    ).get_json()
    del made["value"]
    change = {"name": "b", "groups": ["g"], "models": None, "budget": None, "expires_at": int(time.time()) + 99}
    changed = admin.post(f"/admin/keys/{made['id']}", json=change).get_json()
    assert changed == {**made, **change}
    assert admin.get(f"/admin/keys/{made['id']}").get_json() == changed
    kept = admin.post(f"/admin/keys/{made['id']}", json={"name": None, "scopes": None, "expires_at": None}).get_json()
    assert kept == {**changed, "expires_at": None}
    assert admin.post(f"/admin/keys/{made['id']}", json={"owner": "other"}).status_code == 400


def test_a_key_is_ended_by_an_expiry_that_is_past(admin, asking):
    key, secret = asking()
    assert models(admin, secret).status_code == 200
    ended = admin.post(f"/admin/keys/{key}", json={"expires_at": int(time.time())})
    assert ended.get_json()["status"] == "expired"
    refused = models(admin, secret)
    assert refused.status_code == 401
    assert "expired" in refused.get_json()["error"]["message"]


def test_a_revoked_key_opens_nothing_at_once_and_stays_in_the_list(admin, asking):
    key, secret = asking()
    assert models(admin, secret).status_code == 200
    gone = admin.delete(f"/admin/keys/{key}")
    assert gone.get_json() == {"id": key, "object": "api_key.deleted", "deleted": True}
    refused = models(admin, secret)
    assert refused.status_code == 401
    assert refused.get_json()["error"]["code"] == "invalid_api_key"
    assert "revoked" in refused.get_json()["error"]["message"]
    shown = admin.get(f"/admin/keys/{key}").get_json()
    assert shown["status"] == "revoked"
    assert abs(shown["revoked_at"] - time.time()) < 10
    for change in (f"/admin/keys/{key}", f"/admin/keys/{key}/rotate"):
        assert admin.post(change, json={}).status_code == 409


def test_a_rotated_key_has_a_new_secret_and_the_former_one_for_its_grace(admin, asking):
    key, former = asking()
    rotated = admin.post(f"/admin/keys/{key}/rotate", json={"grace_seconds": 3600}).get_json()
    assert rotated["id"] == key
    assert rotated["prefix"] == rotated["value"][:12]
    assert rotated["value"] != former
    assert [models(admin, secret).status_code for secret in (former, rotated["value"])] == [200, 200]
    again = admin.post(f"/admin/keys/{key}/rotate", json={}).get_json()
    statuses = [models(admin, secret).status_code for secret in (former, rotated["value"], again["value"])]
    assert statuses == [401, 401, 200]
    assert admin.post(f"/admin/keys/{key}/rotate", json={"grace_seconds": -1}).status_code == 400


def test_a_key_that_is_not_there_is_404(admin):
    for method, path in (("GET", ""), ("POST", ""), ("DELETE", ""), ("POST", "/rotate")):
        refused = admin.open(f"/admin/keys/key_nothing{path}", method=method, json=None if method == "GET" else {})
        assert refused.status_code == 404
        assert "'key_nothing'" in refused.get_json()["error"]["message"]


def test_keys_are_listed_page_by_page(admin):
    ids = [admin.post("/admin/keys", json={"name": str(number)}).get_json()["id"] for number in range(3)]
    page = admin.get("/admin/keys?limit=2").get_json()
    assert [key["id"] for key in page["data"]] == [ids[2], ids[1]]
    assert (page["object"], page["has_more"], page["last_id"]) == ("list", True, ids[1])
    rest = admin.get(f"/admin/keys?limit=1&after={ids[1]}").get_json()
    assert rest["first_id"] == ids[0]


def test_a_key_asks_as_its_own_project(admin, asking):
    _, ann = asking(owner="ann")
    _, bob = asking(owner="bob")
    store = admin.post("/v1/vector_stores", json={"name": "notes"}, headers=bearer(ann)).get_json()["id"]
    assert admin.get(f"/v1/vector_stores/{store}", headers=bearer(ann)).status_code == 200
    assert admin.get(f"/v1/vector_stores/{store}", headers=bearer(bob)).status_code == 404


def test_azures_clients_send_their_key_in_a_header_of_their_own(admin, asking):
    _, secret = asking()
    bare = admin.application.test_client()
    assert bare.get("/openai/models", headers={"api-key": secret}).status_code == 200
    assert bare.get("/openai/models", headers={"api-key": secret[:-1]}).status_code == 401


def test_a_key_with_the_scope_admin_administers(admin, asking):
    _, secret = asking(scopes=["admin"])
    made = admin.post("/admin/keys", json={"name": "by it"}, headers=bearer(secret))
    assert made.status_code == 200
    assert models(admin, secret).status_code == 200
    assert admin.get("/v1/files", headers=bearer(secret)).status_code == 403


def test_the_routes_are_at_admin_alone_and_in_the_reference(admin):
    assert admin.get("/v1/admin/keys").status_code == admin.get("/keys").status_code == 404
    assert "/admin/keys/{key_id}/rotate" in admin.get("/openapi.json").get_json()["paths"]


def test_guesses_are_throttled_with_the_time_to_wait(make_app):
    client = make_app(auth=frozenset({"keys"}), admin_key=ADMIN).test_client()
    statuses = [client.get("/v1/models", headers=bearer(f"sk-{number}")).status_code for number in range(25)]
    assert statuses == [401] * 20 + [429] * 5
    throttled = client.get("/admin/keys", headers=bearer(ADMIN))
    assert throttled.status_code == 429
    assert throttled.get_json()["error"]["code"] == "rate_limit_exceeded"
    assert 0 < int(throttled.headers["retry-after"]) <= 60
    elsewhere = {"REMOTE_ADDR": "192.0.2.9"}
    assert client.get("/admin/keys", headers=bearer(ADMIN), environ_base=elsewhere).status_code == 200


@pytest.mark.parametrize(("proxies", "statuses"), [(0, {429}), (1, {401})])
def test_behind_a_proxy_it_says_who_guesses_if_it_is_trusted(make_app, proxies, statuses):
    client = make_app(auth=frozenset({"keys"}), admin_key=ADMIN, trusted_proxies=proxies).test_client()
    for number in range(20):
        client.get("/v1/models", headers={**bearer("sk-x"), "X-Forwarded-For": f"192.0.2.{number}"})
    seen = {
        client.get("/v1/models", headers={**bearer("sk-x"), "X-Forwarded-For": f"192.0.2.{number}"}).status_code
        for number in range(3)
    }
    assert seen == statuses


def test_who_pretends_to_be_forwarded_is_still_one_address(make_app):
    """The proxy appends what it saw: only the last of the addresses is its word."""
    client = make_app(auth=frozenset({"keys"}), admin_key=ADMIN, trusted_proxies=1).test_client()
    for number in range(20):
        client.get("/v1/models", headers={**bearer("sk-x"), "X-Forwarded-For": f"192.0.2.{number}, 198.51.100.1"})
    pretended = {**bearer("sk-x"), "X-Forwarded-For": "203.0.113.7, 198.51.100.1"}
    assert client.get("/v1/models", headers=pretended).status_code == 429


def models(client, secret):
    return client.get("/v1/models", headers=bearer(secret))


def bearer(key):
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture
def asking(admin):
    """Makes a key: `asking(owner="ann")`; its id and its secret."""

    def make(**fields):
        made = admin.post("/admin/keys", json={"name": "test", **fields}).get_json()
        return made["id"], made["value"]

    return make


@pytest.fixture(scope="module")
def locked(make_app):
    return make_app(auth=frozenset({"keys"}), admin_key=ADMIN)


@pytest.fixture
def admin(locked):
    """A client that sends the administrator's key unless it is given another."""
    client = locked.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {ADMIN}"
    return client

import time

import pytest

from ragproxy.domain import ApiKey, Budget, Limits
from ragproxy.errors import InvalidRequest
from ragproxy.wire.keys import KEY_CHANGE, KEY_REQUEST, ROTATION, KeyRequest, key_json
from ragproxy.wire.validation import load


def test_a_name_is_all_that_a_key_needs():
    assert load(KEY_REQUEST, {"name": "chat"}) == KeyRequest("default", {"name": "chat"})


def test_null_is_the_default_of_a_new_key():
    fields = ("owner", "scopes", "groups", "models", "vector_stores", "limits", "model_limits", "budget", "expires_at")
    assert load(KEY_REQUEST, {"name": "chat", **dict.fromkeys(fields)}) == KeyRequest("default", {"name": "chat"})


def test_every_field_of_a_request_has_its_place():
    request = load(
        KEY_REQUEST,
        {
            "name": "chat",
            "owner": "ann",
            "scopes": ["chat", "admin", "chat"],
            "groups": ["b", "a", "b"],
            "models": ["gpt-*"],
            "vector_stores": ["docs"],
            "limits": {"requests_per_minute": 1, "tokens_per_minute": 2},
            "model_limits": {"m": {"tokens_per_minute": 3}},
            "budget": {"usd": 0.5, "period": "day"},
            "expires_at": 4_000_000_000,
        },
    )
    assert request == KeyRequest(
        "ann",
        {
            "name": "chat",
            "scopes": ("chat", "admin"),
            "groups": ("b", "a"),
            "models": ("gpt-*",),
            "stores": ("docs",),
            "limits": Limits(1, 2),
            "model_limits": {"m": Limits(None, 3)},
            "budget": Budget(0.5, "day"),
            "expires": 4_000_000_000,
        },
    )


def test_a_change_holds_what_was_given_alone():
    assert load(KEY_CHANGE, {}) == {}
    assert load(KEY_CHANGE, {"name": None, "scopes": None}) == {}
    assert load(KEY_CHANGE, {"groups": None, "models": [], "limits": None, "model_limits": None}) == {
        "groups": (),
        "models": (),
        "limits": Limits(),
        "model_limits": {},
    }
    taken_away = {"models": None, "vector_stores": None, "budget": None, "expires_at": None}
    assert load(KEY_CHANGE, taken_away) == {"models": None, "stores": None, "budget": None, "expires": None}
    assert load(KEY_CHANGE, {"expires_at": 1000}) == {"expires": 1000}  # that ends it


@pytest.mark.parametrize("body", [{"owner": "ann"}, {"limit": {}}, {"value": "sk-rp-x"}])
def test_what_cannot_be_changed_is_refused(body):
    with pytest.raises(InvalidRequest, match=next(iter(body))):
        load(KEY_CHANGE, body)


def test_a_rotation_has_no_grace_unless_it_is_given():
    assert load(ROTATION, {}) == load(ROTATION, {"grace_seconds": None}) == 0
    assert load(ROTATION, {"grace_seconds": 60}) == 60
    with pytest.raises(InvalidRequest):
        load(ROTATION, {"grace_seconds": 10**9})


def test_a_key_is_shown_whole_and_its_secret_only_when_it_is_given():
    key = ApiKey(
        id="key_1",
        name="chat",
        prefix="sk-rp-abcdef",
        owner="ann",
        created=1000,
        scopes=("chat",),
        groups=("staff",),
        models=("gpt-*",),
        stores=("docs",),
        limits=Limits(1, None),
        model_limits={"m": Limits(None, 3)},
        budget=Budget(0.5, "day"),
        expires=2000,
        last_used=1500,
    )
    shown = {
        "id": "key_1",
        "object": "api_key",
        "name": "chat",
        "prefix": "sk-rp-abcdef",
        "owner": "ann",
        "status": "expired",
        "scopes": ["chat"],
        "groups": ["staff"],
        "models": ["gpt-*"],
        "vector_stores": ["docs"],
        "limits": {"requests_per_minute": 1, "tokens_per_minute": None},
        "model_limits": {"m": {"requests_per_minute": None, "tokens_per_minute": 3}},
        "budget": {"usd": 0.5, "period": "day"},
        "created_at": 1000,
        "expires_at": 2000,
        "revoked_at": None,
        "last_used_at": 1500,
    }
    assert key_json(key) == shown
    assert key_json(key, "sk-rp-whole") == {**shown, "value": "sk-rp-whole"}


def test_the_status_of_a_key_is_that_of_the_moment():
    def status(**times):
        return key_json(ApiKey("key_1", "chat", "sk-rp-abcdef", "ann", 1000, **times))["status"]

    now = int(time.time())
    assert [status(), status(expires=now + 60), status(expires=now)] == ["active", "active", "expired"]
    assert status(expires=now, revoked=now - 5) == status(revoked=now) == "revoked"

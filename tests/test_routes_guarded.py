"""Every route needs a key, but for the few named here."""

from ragproxy.app import create_app
from ragproxy.settings import Settings
from ragproxy.state import migrate

OPEN = {"/health", "/ready", "/metrics", "/openapi.json"}
KEY = "the-admin-key-of-this-test"


def test_every_route_but_the_open_ones_wants_a_key(tmp_path):
    settings = Settings(data_dir=tmp_path, auth="keys", admin_key=KEY)
    migrate(settings.database)
    app = create_app(settings)
    client = app.test_client()
    guarded = set()
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<path:model_id>", "ragproxy")
        for method in rule.methods - {"OPTIONS", "HEAD"}:
            answer = client.open(path, method=method)
            if rule.rule in OPEN:
                assert answer.status_code == 200, rule.rule
                continue
            guarded.add(rule.rule)
            assert answer.status_code == 401, f"{method} {rule.rule} answered {answer.status_code} without a key"
            assert answer.get_json()["error"]["code"] == "invalid_api_key"
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
            assert client.open(path, method=method, headers={"Authorization": f"Bearer {KEY}"}).status_code != 401
    assert {"/v1/chat/completions", "/chat/completions", "/v1/models", "/completions"} <= guarded
    app.extensions["ragproxy"].close()

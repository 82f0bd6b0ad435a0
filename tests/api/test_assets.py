import gzip

import pytest

from ragproxy.api import assets


def test_an_asset_says_what_it_is_and_may_be_kept_until_it_changes(client):
    answer = client.get("/static/theme.css", headers={"Accept-Encoding": "identity"})
    assert answer.mimetype == "text/css"
    assert answer.data == (assets.FOLDER / "theme.css").read_bytes()
    assert answer.headers["Cache-Control"] == "no-cache"
    again = client.get("/static/theme.css", headers={"If-None-Match": answer.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_an_asset_is_pressed_for_who_can_open_it(client):
    plain = client.get("/static/theme.css", headers={"Accept-Encoding": "identity"})
    pressed = client.get("/static/theme.css", headers={"Accept-Encoding": "gzip"})
    assert pressed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(pressed.data) == plain.data
    assert len(pressed.data) < len(plain.data)
    assert pressed.headers["ETag"] != plain.headers["ETag"]
    assert "Accept-Encoding" in pressed.headers["Vary"]


@pytest.mark.parametrize(
    "name", ["../assets.py", "..%2fassets.py", "%2e%2e/assets.py", "/etc/passwd", "nothing.js", ""]
)
def test_nothing_but_assets_is_served(client, name):
    answer = client.get(f"/static/{name}")
    assert answer.status_code == 404
    assert answer.get_json()["error"]["type"] == "invalid_request_error"


def test_a_script_on_its_own_may_do_nothing(client):
    answer = client.get("/static/theme.css")
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_the_policy_lets_in_nothing_from_elsewhere_and_nothing_inline():
    rules = dict(rule.split(" ", 1) for rule in assets.POLICY.split("; "))
    assert rules["default-src"] == "'none'"
    assert {rules[name] for name in ("script-src", "style-src", "connect-src")} == {"'self'"}
    assert "unsafe" not in assets.POLICY
    assert "http" not in assets.POLICY

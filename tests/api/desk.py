"""Signing in at the admin desk as its page does."""

from ragproxy.api.admin_session import TOKEN

ADMIN = "the-admin-key-of-this-test"
HERE = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}


def sign_in(client, key=ADMIN, **headers):
    return client.post("/admin/login", json={} if key is None else {"key": key}, headers=HERE | headers)


def session(client):
    return client.get("/admin/session", headers={"Sec-Fetch-Site": "same-origin"}).get_json()


def proof(client):
    """The headers that the desk's page sends."""
    return HERE | {TOKEN: session(client)["csrf_token"] or ""}

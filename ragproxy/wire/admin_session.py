"""The session of the admin desk, as its page opens it and sees it. Ours alone."""

from __future__ import annotations

from typing import Any

from marshmallow import RAISE, Schema, post_load

from ragproxy.wire.fields import Identifier

MAX_KEY = 1024  # characters


class SignInSchema(Schema):
    """POST /admin/login."""

    class Meta:
        unknown = RAISE

    key = Identifier(
        max_length=MAX_KEY,
        description="The admin key, or a key with the scope `admin`; without one, whoever has logged in at the issuer",
    )

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> str | None:
        """The key, None without one."""
        key: str | None = data.get("key")
        return key


SIGN_IN = SignInSchema()


def session_json(
    *, name: str | None, until: int | None, token: str | None, admin_key: bool, login: str | None, person: str | None
) -> dict[str, Any]:
    """What the page wants to know: whether a session is open, with its token, and which ways in there are.

    `login` is where people log in at the issuer, `person` the administrator who has done so.
    """
    return {
        "object": "admin.session",
        "signed_in": token is not None,
        "name": name,
        "expires_at": until,
        "csrf_token": token,
        "admin_key_set": admin_key,
        "login_url": login,
        "person": person,
    }

"""From the Authorization header to a Caller."""

from __future__ import annotations

import hmac

from ragproxy.domain import Caller
from ragproxy.errors import Unauthenticated

_EVERYBODY = Caller()


class Identity:
    """Knows callers by their bearer key. `mode` is `open` (any bearer, or none) or `keys` (the administrator's)."""

    def __init__(self, mode: str, admin_key: str | None = None) -> None:
        self._open = mode == "open"
        self._admin_key = admin_key.encode() if admin_key else None

    def identify(self, authorization: str | None) -> Caller:
        """The caller behind an Authorization header. Unauthenticated: no key, or a wrong one (closed, never open)."""
        key = self._bearer(authorization)
        if key is not None and self._admin_key and hmac.compare_digest(key.encode(), self._admin_key):
            return Caller(admin=True)
        if self._open:
            return _EVERYBODY
        if key is None:
            raise Unauthenticated(
                "You didn't provide an API key. Send it in an Authorization header: 'Authorization: Bearer YOUR_KEY'"
            )
        raise Unauthenticated("Incorrect API key provided. Ask the administrator of this server for one")

    @staticmethod
    def _bearer(authorization: str | None) -> str | None:
        scheme, _, key = (authorization or "").strip().partition(" ")
        return key.strip() if scheme.lower() == "bearer" and key.strip() else None

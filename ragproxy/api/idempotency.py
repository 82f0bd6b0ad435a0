"""Idempotency-Key: a request that is sent again under the same key is answered once, and told again what it was.

Whoever answers it holds a claim on the key, renewed by a thread until the answer is kept or given up: a process that
dies lets go of it when it runs out.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Response

from ragproxy.api.context import services, visit
from ragproxy.errors import InvalidRequest, RagproxyError
from ragproxy.wire.json import canonical

if TYPE_CHECKING:
    from ragproxy.state import Claim, Idempotency

log = logging.getLogger(__name__)

HEADER = "Idempotency-Key"
REPLAY = "x-idempotent-replay"
LONGEST = 255  # characters
LEASE_S = 60.0
_IN_ENVIRON = "HTTP_IDEMPOTENCY_KEY"


class Held:
    """The request in hand, which nobody else answers meanwhile. Any thread may end it; the first to do so counts."""

    def __init__(self, keys: Idempotency, claim: Claim, lease_s: float = LEASE_S) -> None:
        self.turn = claim.name  # the same at every try: what it keeps under it takes the place of what another kept
        self._keys = keys
        self._claim = claim
        self._lease_s = lease_s
        self._lock = threading.Lock()
        self._over = threading.Event()
        threading.Thread(target=self._renew, name="idempotency", daemon=True).start()

    def keep(self, body: Mapping[str, Any]) -> None:
        """It has been answered: `body` is what it takes to tell it again, as JSON."""
        self._end(lambda claim: self._keys.keep(claim, body))

    def release(self) -> None:
        """It was not answered: who asks again is the first."""
        self._end(self._keys.release)

    def _end(self, end: Callable[[Claim], None]) -> None:
        with self._lock:
            if self._over.is_set():
                return
            self._over.set()
            try:
                end(self._claim)
            except RagproxyError as err:  # the answer is worth more than its being told again
                log.warning("an idempotency key is left to run out: %s", err.message)

    def _renew(self) -> None:
        while not self._over.wait(self._lease_s / 3):
            with self._lock:
                if self._over.is_set():
                    return
                try:
                    renewed = self._keys.renew(self._claim, self._lease_s)
                except RagproxyError as err:
                    log.warning("an idempotency key could not be renewed: %s", err.message)
                    continue
                if renewed is None:  # somebody else's by now
                    return
                self._claim = renewed


def is_keyed() -> bool:
    """Whether the request in hand came with a key."""
    return _IN_ENVIRON in visit().request.environ


def once(answer: Callable[[Held], Response], again: Callable[[Mapping[str, Any]], Response]) -> Response:
    """Answer the keyed request in hand, unless it was before: then `again` tells what was kept.

    `answer` keeps what it says by `Held.keep`, when it is whole; until then it counts as not answered. InvalidRequest
    for a key that is malformed or another request's, Conflict when the same request is being answered.
    """
    current = visit()
    keys: Idempotency = services.state.idempotency
    claim = keys.claim(_key(current.request.environ), _fingerprint(), owner=current.caller.owner, lease_s=LEASE_S)
    if claim.body is not None:
        response = again(claim.body)
        response.headers[REPLAY] = "true"
        return response
    held = Held(keys, claim)
    try:
        response = answer(held)
    except BaseException:
        held.release()
        raise
    response.call_on_close(held.release)
    return response


def _key(environ: Mapping[str, Any]) -> str:
    key = str(environ[_IN_ENVIRON])
    if 0 < len(key) <= LONGEST and key.isascii() and key.isprintable():
        return key
    raise InvalidRequest(
        f"The header '{HEADER}' must hold 1 to {LONGEST} printable ASCII characters",
        param=HEADER,
        code="invalid_idempotency_key",
    )


def _fingerprint() -> str:
    """The same for the same body, sent to the same route under either of its addresses."""
    current = visit()
    route = current.request.path.removeprefix("/v1").rstrip("/")
    return hashlib.sha256(b"\0".join((route.encode(), canonical(current.body)))).hexdigest()

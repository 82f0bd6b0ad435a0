"""API keys: their secrets, and who comes with one, known for a few seconds so that a request asks no database."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, Unpack

from ragproxy.domain import ApiKey, Caller, KeyStatus, KeyTerms
from ragproxy.errors import NotFound, RagproxyError, Unauthenticated
from ragproxy.state import Keys, Opening, new_id

log = logging.getLogger(__name__)

HEAD = "sk-rp-"
_ID_PREFIX = "key_"
VISIBLE = 12  # characters of a secret that are kept to know it by: 6 of its 43, 36 of its 256 bits
STALE_S = 3.0  # a revoked key opens nothing after that, on any worker
FRESH_S = 2.0  # one request in this time looks again, and the others need not wait for it
REMEMBERED = 10_000  # secrets, right and wrong
NOTED_S = 30.0  # last uses are written down this often
_LENGTH = len(HEAD) + 43  # 32 bytes, url-safe


def new_secret() -> str:
    """A secret of 256 random bits."""
    return HEAD + secrets.token_urlsafe(32)


def sha256(secret: str) -> str:
    """What is kept of a secret. Plain SHA-256 is enough: 256 random bits cannot be tried out, as a password can."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def looks_like_ours(secret: str) -> bool:
    """Whether it has the form of a secret of ours; nothing else needs to be looked up."""
    return len(secret) == _LENGTH and secret.startswith(HEAD)


@dataclass(frozen=True, slots=True)
class Found:
    """A key by its secret, and what has become of either: a secret after its grace is `replaced`."""

    key: ApiKey
    status: KeyStatus | Literal["replaced"]


@dataclass(slots=True)
class _Known:
    opening: Opening | None
    read: float  # when it was asked for, by the timer
    renewing: bool = False


class KeyRing:
    """Makes keys and finds them by their secrets.

    What is found is believed for STALE_S seconds, a secret of nobody's too; a key's own expiry and a former secret's
    are exact. StateUnavailable when the records do not answer and nothing that fresh is known: closed, never open.
    """

    def __init__(
        self,
        keys: Keys,
        *,
        clock: Callable[[], float] = time.time,
        timer: Callable[[], float] = time.monotonic,
        remembered: int = REMEMBERED,
        noted_s: float = NOTED_S,
    ) -> None:
        self._keys = keys
        self._clock = clock
        self._timer = timer
        self._remembered = remembered
        self._noted_s = noted_s
        self._known: OrderedDict[str, _Known] = OrderedDict()
        self._used: dict[str, int] = {}
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    # ---- the hot path ----

    def find(self, secret: str) -> Found | None:
        """The key that the secret is of, whether it opens anything or not; None when it is nobody's."""
        if not looks_like_ours(secret):
            return None
        digest = sha256(secret)
        opening = self._look(digest)
        if opening is None or not hmac.compare_digest(opening.sha256, digest):
            return None
        now = self._clock()
        replaced = opening.until is not None and now >= opening.until
        found = Found(opening.key, "replaced" if replaced else opening.key.status(now))
        if found.status == "active":
            with self._lock:
                self._used[opening.key.id] = int(now)
        return found

    def _look(self, digest: str) -> Opening | None:
        now = self._timer()
        with self._lock:
            known = self._known.get(digest)
            if known is not None:
                age_s = now - known.read
                if age_s < FRESH_S or (age_s < STALE_S and known.renewing):
                    self._known.move_to_end(digest)
                    return known.opening
                known.renewing = True
        try:
            opening = self._keys.by_sha256(digest)
        except RagproxyError:
            if known is None:
                raise
            known.renewing = False
            if self._timer() - known.read >= STALE_S:
                raise
            return known.opening
        with self._lock:
            self._known[digest] = _Known(opening, now)  # as old as the question: the answer may have been on its way
            self._known.move_to_end(digest)
            while len(self._known) > self._remembered:
                self._known.popitem(last=False)
        return opening

    def renewed(self, caller: Caller) -> Caller:
        """Who came a while ago, with what the key it came with lets it do by now; who came with none, as it was.

        Unauthenticated when the key opens nothing any more. StateUnavailable.
        """
        if caller.id is None or not caller.id.startswith(_ID_PREFIX):
            return caller
        try:
            key = self._keys.get(caller.id)
        except NotFound as err:
            raise Unauthenticated("The API key that this was asked with does not exist any more") from err
        status = key.status(self._clock())
        if status != "active":
            past = "has expired" if status == "expired" else "has been revoked"
            raise Unauthenticated(f"The API key that this was asked with {past}")
        return key.caller

    # ---- for administrators ----

    def create(self, *, owner: str = "default", **terms: Unpack[KeyTerms]) -> tuple[ApiKey, str]:
        """A new key and its secret, which is not to be had again. InvalidRequest for what cannot be kept."""
        secret = new_secret()
        bare = ApiKey(new_id(_ID_PREFIX), "", prefix=secret[:VISIBLE], owner=owner, created=int(self._clock()))
        key = replace(bare, **terms)
        self._keys.create(key, sha256(secret))
        return key, secret

    def rotate(self, key_id: str, *, grace_s: int = 0) -> tuple[ApiKey, str]:
        """A new secret for the key; the one it had is good for `grace_s` seconds more. NotFound, Conflict."""
        secret = new_secret()
        key = self._keys.rotate(key_id, sha256(secret), secret[:VISIBLE], grace_s=grace_s)
        self._forget(key_id)
        return key, secret

    def revoke(self, key_id: str) -> ApiKey:
        """End the key: here at once, on other workers within STALE_S seconds. NotFound."""
        key = self._keys.revoke(key_id)
        self._forget(key_id)
        return key

    def update(self, key_id: str, **terms: Unpack[KeyTerms]) -> ApiKey:
        """Change what is given: here at once, on other workers within STALE_S seconds. NotFound, Conflict."""
        key = self._keys.update(key_id, **terms)
        self._forget(key_id)
        return key

    def _forget(self, key_id: str) -> None:
        with self._lock:
            of_it = [
                digest for digest, known in self._known.items() if known.opening and known.opening.key.id == key_id
            ]
            for digest in of_it:
                del self._known[digest]

    # ---- last uses ----

    def start(self) -> None:
        """Write last uses down in the background, every `noted_s` seconds."""
        self._thread = threading.Thread(target=self._note_now_and_then, name="keys", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Write down what is left and stop."""
        self._stopping.set()
        if self._thread:
            self._thread.join()
        self.note_uses()

    def note_uses(self) -> None:
        """Write down the last uses that are not yet; what cannot be written now is tried the next time."""
        with self._lock:
            used, self._used = self._used, {}
        if not used:
            return
        try:
            self._keys.touch(used)
        except RagproxyError as err:
            log.warning("last uses of keys could not be written", extra={"code": err.code})
            with self._lock:
                self._used = {**used, **self._used}

    def _note_now_and_then(self) -> None:
        while not self._stopping.wait(self._noted_s):
            self.note_uses()

"""Which requests came under an Idempotency-Key, and what they were answered: one that comes again is answered alike.

A claim is given up when its `until` has passed: whoever worked under it is dead. The row stays when a try fails: the
next one goes by the same name, and what it keeps takes the place of what the first one did.
"""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ragproxy.errors import Conflict, InvalidRequest
from ragproxy.state.db import BATCH, Database, checked_name
from ragproxy.state.tables import idempotency_keys

KEPT_S: Final = 86_400  # from its first request on, a key means that request
_SOONEST_S, _LATEST_S = 1, 5  # to ask again for what is in hand


@dataclass(frozen=True, slots=True)
class Claim:
    """A request under a key: ours to answer until then, or answered when there is a `body`."""

    owner: str
    key: str
    fingerprint: str
    created: int
    until: float
    body: Mapping[str, Any] | None = None

    @property
    def name(self) -> str:
        """The same at every try, and no other request's: 64 hexadecimal digits."""
        facts = (self.owner, self.key, self.fingerprint, str(self.created))
        return hashlib.sha256("\0".join(facts).encode()).hexdigest()


class Idempotency:
    """The keys of every owner."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def claim(self, key: str, fingerprint: str, *, owner: str, lease_s: float) -> Claim:
        """The request of that key and fingerprint: ours for so many seconds, or with the body of its answer.

        InvalidRequest when the key was another request's within KEPT_S; Conflict, with a `retry-after`, while somebody
        else has it in hand.
        """
        now = self._clock()
        new = Claim(checked_name(owner, param="owner"), key, fingerprint, int(now), now + lease_s)
        with self._database.writing() as connection:
            if self._insert(connection, new):
                return new
            row = connection.execute(sa.select(idempotency_keys).where(_is(new)).with_for_update()).one()
            known = Claim(**row._mapping)
            in_hand = known.body is None and known.until > now
            if known.created <= now - KEPT_S and not in_hand:
                connection.execute(sa.update(idempotency_keys).where(_is(new)).values(_row(new)))
                return new
            if known.fingerprint != fingerprint:
                raise _reused()
            if known.body is not None:
                return known
            if in_hand:
                raise _in_use(known.until - now)
            taken = sa.update(idempotency_keys).where(_is(new)).values(until=new.until).returning(idempotency_keys)
            return Claim(**connection.execute(taken).one()._mapping)

    def renew(self, claim: Claim, lease_s: float) -> Claim | None:
        """The claim for so many seconds from now; None when it is somebody else's by now, or answered."""
        return self._change(claim, until=self._clock() + lease_s)

    def keep(self, claim: Claim, body: Mapping[str, Any]) -> None:
        """Keep the answer, for whoever asks again; nothing when the claim is somebody else's by now."""
        self._change(claim, body=dict(body), until=self._clock())

    def release(self, claim: Claim) -> None:
        """Let the next try begin at once; nothing when the claim is somebody else's by now."""
        self._change(claim, until=0.0)

    def drop(self, older_than_s: float) -> int:
        """Forget the keys of every owner that are so old, and not in hand; how many they were."""
        now = self._clock()
        old = sa.and_(idempotency_keys.c.created < int(now - older_than_s), idempotency_keys.c.until <= now)
        key = sa.tuple_(idempotency_keys.c.owner, idempotency_keys.c.key)
        some = sa.select(idempotency_keys.c.owner, idempotency_keys.c.key).where(old).limit(BATCH)
        dropped = 0
        while True:
            with self._database.writing() as connection:
                these = key.in_(some.with_for_update(skip_locked=True))
                gone = connection.execute(sa.delete(idempotency_keys).where(these)).rowcount
            dropped += gone
            if gone < BATCH:
                return dropped

    def _insert(self, connection: sa.Connection, claim: Claim) -> bool:
        """Whether the key was nobody's, and is now the claim's."""
        insert: Any = (sqlite if self._database.is_sqlite else postgresql).insert(idempotency_keys)
        inserted = insert.values(_row(claim)).on_conflict_do_nothing().returning(idempotency_keys.c.key)
        return connection.execute(inserted).first() is not None

    def _change(self, claim: Claim, **values: Any) -> Claim | None:
        # two claims of one key never end at the same moment: the time is the sign of whose it is
        ours = sa.and_(_is(claim), idempotency_keys.c.until == claim.until, idempotency_keys.c.body.is_(sa.null()))
        changed = sa.update(idempotency_keys).where(ours).values(values).returning(idempotency_keys)
        with self._database.writing() as connection:
            row = connection.execute(changed).first()
        return None if row is None else Claim(**row._mapping)


def _is(claim: Claim) -> sa.ColumnElement[bool]:
    return sa.and_(idempotency_keys.c.owner == claim.owner, idempotency_keys.c.key == claim.key)


def _row(claim: Claim) -> dict[str, Any]:
    return {
        "owner": claim.owner,
        "key": claim.key,
        "fingerprint": claim.fingerprint,
        "created": claim.created,
        "until": claim.until,
        "body": sa.null() if claim.body is None else dict(claim.body),
    }


def _reused() -> InvalidRequest:
    return InvalidRequest(
        "This Idempotency-Key was sent with another request before; take a new one for each request",
        param="Idempotency-Key",
        code="idempotency_key_reused",
    )


def _in_use(left_s: float) -> Conflict:
    conflict = Conflict(
        "The request of this Idempotency-Key is still being answered; ask again in a moment",
        param="Idempotency-Key",
        code="idempotency_key_in_use",
    )
    conflict.headers["retry-after"] = str(math.ceil(min(max(left_s, _SOONEST_S), _LATEST_S)))
    return conflict

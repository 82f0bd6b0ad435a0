"""API keys: who holds one, what it may, and the SHA-256 of its secret. The secret itself is nowhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Unpack

import sqlalchemy as sa

from ragproxy.domain import EVERYONE, ApiKey, Budget, Cursor, KeyTerms, Limits, Page
from ragproxy.errors import Conflict, InvalidRequest, NotFound
from ragproxy.state.db import Database, batches_of, checked_name, checked_text, shown, storable
from ragproxy.state.paging import Listing
from ragproxy.state.tables import keys

_LISTING = Listing("keys", keys.c.created, keys.c.id, sa.true())
_LISTS = ("scopes", "groups", "models", "stores")  # JSON arrays, or null


@dataclass(frozen=True, slots=True)
class Opening:
    """A key with the secret that opens it: its SHA-256, and until when, past or to come, if it has been replaced."""

    key: ApiKey
    sha256: str
    until: int | None = None  # epoch seconds


class Keys:
    """The keys of every owner. A revoked one stays, for what it has used is told by its id."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock

    def create(self, key: ApiKey, sha256: str) -> None:
        """Keep a new key under the SHA-256 of its secret. InvalidRequest for texts that cannot be stored."""
        checked_name(key.owner, param="owner")
        if key.owner == EVERYONE:
            raise InvalidRequest(f"'owner' cannot be '{EVERYONE}', which stands for everybody", param="owner")
        row = {"id": key.id, "sha256": sha256, "prefix": key.prefix, "owner": key.owner, "created": key.created}
        terms = KeyTerms(
            name=key.name,
            scopes=key.scopes,
            groups=key.groups,
            models=key.models,
            stores=key.stores,
            limits=key.limits,
            model_limits=key.model_limits,
            budget=key.budget,
            expires=key.expires,
        )
        with self._database.writing() as connection:
            connection.execute(sa.insert(keys).values({**row, **_columns(terms)}))

    def page(self, cursor: Cursor) -> Page[ApiKey]:
        """A page of all keys. InvalidRequest names an unknown cursor."""
        with self._database.reading() as connection:
            rows, has_more = _LISTING.read(connection, sa.select(keys), cursor)
        return Page(tuple(_key(row) for row in rows), has_more)

    def list(self) -> list[ApiKey]:
        """All keys, oldest first."""
        with self._database.reading() as connection:
            return [_key(row) for row in connection.execute(sa.select(keys).order_by(keys.c.created, keys.c.id))]

    def get(self, key_id: str) -> ApiKey:
        """The key of that id. NotFound when there is none."""
        row = None
        if storable(key_id):
            with self._database.reading() as connection:
                row = connection.execute(sa.select(keys).where(keys.c.id == key_id)).first()
        if row is None:
            raise _unknown(key_id)
        return _key(row)

    def by_sha256(self, sha256: str) -> Opening | None:
        """The key whose secret, or whose former one, has this SHA-256, whether it opens anything or not."""
        query = sa.select(keys).where(sa.or_(keys.c.sha256 == sha256, keys.c.former_sha256 == sha256))
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            return None
        if row.sha256 == sha256:
            return Opening(_key(row), row.sha256)
        return Opening(_key(row), row.former_sha256, row.former_until)

    def rotate(self, key_id: str, sha256: str, prefix: str, *, grace_s: int = 0) -> ApiKey:
        """Give the key a new secret; the one it had opens it for `grace_s` seconds more, and is known as replaced then.

        NotFound, or Conflict for a key that opens nothing any more.
        """
        now = self._clock()
        values = {
            "former_sha256": keys.c.sha256,
            "former_until": int(now) + grace_s,
            "sha256": sha256,
            "prefix": prefix,
        }
        with self._database.writing() as connection:
            key = self._locked(connection, key_id)
            if not key.is_valid(now):
                raise Conflict(f"The key '{key.id}' has been {_past(key, now)}; make a new one")
            return self._changed(connection, key_id, values)

    def revoke(self, key_id: str) -> ApiKey:
        """End the key for good, and its former secret; the key as it then is. NotFound when there is none."""
        now = int(self._clock())
        with self._database.writing() as connection:
            return self._changed(connection, key_id, {"revoked": sa.func.coalesce(keys.c.revoked, now)})

    def update(self, key_id: str, **terms: Unpack[KeyTerms]) -> ApiKey:
        """Change what is given and leave the rest; the key as it then is.

        NotFound, Conflict for a revoked key, InvalidRequest for texts that cannot be stored.
        """
        with self._database.writing() as connection:
            key = self._locked(connection, key_id)
            if key.revoked is not None:
                raise Conflict(f"The key '{key.id}' has been revoked; make a new one")
            return self._changed(connection, key_id, _columns(terms)) if terms else key

    def touch(self, used: Mapping[str, int]) -> None:
        """Note when keys, by id, were last used; a later time that is known already stays."""
        rows = [{"of": key_id, "at": at} for key_id, at in sorted(used.items())]  # everybody locks in this order
        later = sa.or_(keys.c.last_used.is_(None), keys.c.last_used < sa.bindparam("at"))
        statement = sa.update(keys).where(keys.c.id == sa.bindparam("of"), later).values(last_used=sa.bindparam("at"))
        for batch in batches_of(rows):
            with self._database.writing() as connection:
                connection.execute(statement, list(batch))

    def _locked(self, connection: sa.Connection, key_id: str) -> ApiKey:
        row = None
        if storable(key_id):
            row = connection.execute(sa.select(keys).where(keys.c.id == key_id).with_for_update()).first()
        if row is None:
            raise _unknown(key_id)
        return _key(row)

    @staticmethod
    def _changed(connection: sa.Connection, key_id: str, values: Mapping[str, Any]) -> ApiKey:
        row = None
        if storable(key_id):
            this = sa.update(keys).where(keys.c.id == key_id)
            row = connection.execute(this.values(dict(values)).returning(*keys.c)).first()
        if row is None:
            raise _unknown(key_id)
        return _key(row)


def _unknown(key_id: str) -> NotFound:
    return NotFound(f"There is no API key '{shown(key_id)}'")


def _past(key: ApiKey, now: float) -> str:
    return "revoked" if key.status(now) == "revoked" else "expired"


def _columns(terms: KeyTerms) -> dict[str, Any]:
    """The terms as columns; InvalidRequest for texts that cannot be stored."""
    columns: dict[str, Any] = {}
    if "name" in terms:
        columns["name"] = checked_name(terms["name"], param="name")
    for name in _LISTS:
        if name in terms:
            columns[name] = _texts(terms[name], name)  # type: ignore[literal-required]
    if "limits" in terms:
        columns["requests_per_minute"] = terms["limits"].requests
        columns["tokens_per_minute"] = terms["limits"].tokens
    if "model_limits" in terms:
        columns["model_limits"] = {
            checked_text(model, param="model_limits"): {"requests": limits.requests, "tokens": limits.tokens}
            for model, limits in terms["model_limits"].items()
        }
    if "budget" in terms:
        budget = terms["budget"]
        columns["budget_usd"], columns["budget_period"] = (budget.usd, budget.period) if budget else (None, None)
    if "expires" in terms:
        columns["expires"] = terms["expires"]
    return columns


def _texts(texts: Sequence[str] | None, param: str) -> Any:
    if texts is None:
        return sa.null()  # SQL's, where JSON's own null would be another
    return [checked_text(text, param=param) for text in texts]


def _key(row: sa.Row) -> ApiKey:
    return ApiKey(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        owner=row.owner,
        created=row.created,
        scopes=tuple(row.scopes),
        groups=tuple(row.groups),
        models=None if row.models is None else tuple(row.models),
        stores=None if row.stores is None else tuple(row.stores),
        limits=Limits(row.requests_per_minute, row.tokens_per_minute),
        model_limits={model: Limits(**limits) for model, limits in row.model_limits.items()},
        budget=None if row.budget_usd is None else Budget(row.budget_usd, row.budget_period),
        expires=row.expires,
        revoked=row.revoked,
        last_used=row.last_used,
    )

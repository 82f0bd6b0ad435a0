"""What this installation signs with when nobody gave it a secret: made once, the same for every process."""

from __future__ import annotations

import secrets as random
import threading
import time
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from ragproxy.state.db import Database
from ragproxy.state.tables import secrets

SIGNING = "signing"  # the name of the secret that links and sessions are signed with


class Secrets:
    """Secrets by their names. One that was read stays known, for it never changes."""

    def __init__(self, database: Database, *, clock: Callable[[], float] = time.time) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[str, str] = {}
        self._lock = threading.Lock()

    def get(self, name: str) -> str:
        """The secret of that name, of 256 random bits, made now if it never was. StateUnavailable without records."""
        known = self._known.get(name)
        if known is not None:
            return known
        with self._lock:
            if name not in self._known:
                self._known[name] = self._read(name) or self._make(name)
            return self._known[name]

    def _read(self, name: str) -> str | None:
        with self._database.reading() as connection:
            return connection.execute(sa.select(secrets.c.value).where(secrets.c.name == name)).scalar()

    def _make(self, name: str) -> str:
        """Several processes may come here at once: the first one's secret stays, and the others take it."""
        row = {"name": name, "value": random.token_urlsafe(32), "created": int(self._clock())}
        insert = sqlite.insert(secrets) if self._database.is_sqlite else postgresql.insert(secrets)
        with self._database.writing() as connection:
            connection.execute(insert.values(row).on_conflict_do_nothing(index_elements=["name"]))
        value = self._read(name)
        assert value is not None
        return value

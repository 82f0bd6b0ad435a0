"""A worker's hold on what it has claimed, files or a reindex: renewed while it works, let go of at the end."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Collection
from types import TracebackType
from typing import Protocol, TypeVar

from ragproxy.domain import StoredFile
from ragproxy.errors import RagproxyError

log = logging.getLogger(__name__)

Key = tuple[str, str]  # the store's id and the file's


def key_of(file: StoredFile) -> Key:
    """What tells the file apart from all others, and from itself in another store."""
    return file.store_id, file.id


T = TypeVar("T")


class Claims(Protocol):
    """Rows that can be claimed, under a worker's name."""

    def renew(self, worker: str, lease_s: float) -> Collection[Key | str]:
        """Hold what the worker has for so long; the keys of what is still wanted of it."""
        ...

    def release(self, worker: str) -> None:
        """Give back everything unfinished."""
        ...


class Lease:
    """A name to claim rows under, for one round of work; a thread renews it every third of `lease_s` seconds.

    What is unfinished at the end is free for others at once, unless the round was `put_off`: then when the lease has
    run out, so that what failed is not tried again at once.
    """

    def __init__(self, claims: Claims, worker: str, lease_s: float) -> None:
        self.name = f"{worker}/{secrets.token_hex(6)}"
        self.put_off = False
        self._claims = claims
        self._lease_s = lease_s
        self._holding = False
        self._wanted: Collection[Key | str] | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def claim(self, claim: Callable[[str, float], T]) -> T:
        """What `claim` hands out to this name, for so many seconds: held from now on, if it is anything."""
        claimed = claim(self.name, self._lease_s)
        if claimed:
            self.hold()
        return claimed

    def hold(self) -> None:
        """Renew, from now on, what is leased under this name."""
        if not self._holding:
            self._holding = True
            self._thread.start()

    def wants(self, key: Key | str) -> bool:
        """Whether the work on it is still wanted, as far as the last renewal knows."""
        return self._wanted is None or key in self._wanted

    def __enter__(self) -> Lease:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self._holding:
            return
        self._over.set()
        self._thread.join()  # or it would renew what others have claimed since
        if not self.put_off:
            try:
                self._claims.release(self.name)
            except RagproxyError as err:
                log.warning("claims are left to run out: %s", err.message)

    def _renew(self) -> None:
        while not self._over.wait(self._lease_s / 3):
            try:
                self._wanted = self._claims.renew(self.name, self._lease_s)
            except RagproxyError as err:
                log.warning("claims could not be renewed: %s", err.message)

"""A worker's hold on the files it has claimed: renewed while it works, let go of at the end."""

from __future__ import annotations

import logging
import secrets
import threading
from collections.abc import Callable, Sequence
from types import TracebackType

from ragproxy.domain import StoredFile
from ragproxy.errors import RagproxyError
from ragproxy.state import State

log = logging.getLogger(__name__)

Key = tuple[str, str]  # the store's id and the file's


def key_of(file: StoredFile) -> Key:
    """What tells the file apart from all others, and from itself in another store."""
    return file.store_id, file.id


Claim = Callable[[int, str, float], Sequence[StoredFile]]  # of `Leases`: how many at most, for whom, for how long


class Lease:
    """A name to claim files under, for one round of work; a thread renews it every third of `lease_s` seconds.

    What is unfinished at the end is free for others at once, unless the round was `put_off`: then when the lease has
    run out, so that what failed is not tried again at once.
    """

    def __init__(self, state: State, worker: str, lease_s: float) -> None:
        self.name = f"{worker}/{secrets.token_hex(6)}"
        self.put_off = False
        self._state = state
        self._lease_s = lease_s
        self._holding = False
        self._wanted: set[Key] | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._renew, name="lease", daemon=True)

    def claim(self, claim: Claim, limit: int) -> Sequence[StoredFile]:
        """Files to work on, held from now on."""
        files = claim(limit, self.name, self._lease_s)
        if files and not self._holding:
            self._holding = True
            self._thread.start()
        return files

    def wants(self, file: StoredFile) -> bool:
        """Whether the file is still to be indexed, as far as the last renewal knows."""
        return self._wanted is None or key_of(file) in self._wanted

    def __enter__(self) -> Lease:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if not self._holding:
            return
        self._over.set()
        self._thread.join()  # or it would renew what others have claimed since
        if not self.put_off:
            try:
                self._state.files.release(self.name)
            except RagproxyError as err:
                log.warning("claims are left to run out: %s", err.message)

    def _renew(self) -> None:
        while not self._over.wait(self._lease_s / 3):
            try:
                self._wanted = self._state.files.renew(self.name, self._lease_s)
            except RagproxyError as err:
                log.warning("claims could not be renewed: %s", err.message)

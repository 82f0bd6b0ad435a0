"""The files that a question names, wherever they are: looked up in their stores, or indexed now and waited for."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from ragproxy.answering.directory import shown
from ragproxy.domain import Caller, Cancel, Doorbell, Store, StoredFile
from ragproxy.errors import ClientGone, InvalidRequest, NotFound, NotReady, UnknownStore
from ragproxy.state import State

OWN_STORE = "ragproxy-files"  # each owner's, for the files that no other store of the owner holds
OWN_STORE_DAYS = 7  # without use; a file that is asked about later is indexed again
WAIT_S = 20.0  # the routers of hosting platforms give up on a request after 30 seconds without a byte
RETRY_AFTER_S = 2.0

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.02, 0.5  # between two looks at the records; each is twice the one before
_FOR_GOOD = ("unsupported_file", "invalid_file")  # failures that another attempt does not mend


@dataclass(frozen=True, slots=True)
class Places:
    """Where to find each file: the id of one store that has indexed it whole.

    `copies` is how many of the stores searched hold one and the same file at most.
    """

    store_of: Mapping[str, str]
    copies: int = 1


class OnDemand:
    """Finds files by their ids, and has those indexed that no store holds. Safe from many threads and processes."""

    def __init__(self, state: State, doorbell: Doorbell, *, wait_s: float = WAIT_S) -> None:
        self._state = state
        self._doorbell = doorbell
        self._wait_s = wait_s

    def find(self, file_ids: Sequence[str], searched: Collection[str], *, caller: Caller, cancel: Cancel) -> Places:
        """A place for every file: in the stores `searched` if they hold it, else in another that the caller may read.

        A file of the caller's owner that is in none of them is put into the store OWN_STORE. Waits until all are
        indexed, for `wait_s` seconds at most: NotReady after them, ClientGone when the request is cancelled. NotFound
        for a file that the caller may not read or that has expired, InvalidRequest for one that cannot be indexed;
        every error names its `files[i]`.
        """
        wanted = _Wanted(file_ids, searched, caller)
        until = time.monotonic() + self._wait_s
        pause_s = _FIRST_PAUSE_S
        rung = False
        gone = threading.Event()
        with cancel.breaking(gone.set):
            while True:
                held = self._look(wanted)
                absent = [file_id for file_id in wanted.params if file_id not in held]
                with suppress(UnknownStore):  # somebody deletes it at this moment: the next look makes another
                    self._take_in(absent, wanted)
                waiting = [file_id for file_id, file in held.items() if file.status != "completed"] + absent
                if not waiting:
                    return self._places(held, wanted)
                if absent or not rung:
                    self._doorbell.ring()
                    rung = True
                if time.monotonic() >= until:
                    raise wanted.not_ready(waiting[0])
                if gone.wait(pause_s):
                    raise ClientGone("The client hung up while its files were indexed")
                pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _look(self, wanted: _Wanted) -> dict[str, StoredFile]:
        """The best place of each file that is indexed or will be. InvalidRequest for one that never will."""
        best: dict[str, StoredFile] = {}
        wanted.held = self._state.files.held(wanted.params, wanted.caller)
        for file in wanted.held:
            if file.id not in best or wanted.rank(file) < wanted.rank(best[file.id]):
                best[file.id] = file
        for file in best.values():
            if file.status == "failed" and file.error:
                if file.error.code in _FOR_GOOD:
                    raise InvalidRequest(
                        f"The file {shown(file.id)} cannot be searched: {file.error.message}",
                        param=wanted.params[file.id],
                        code=file.error.code,
                    )
                wanted.reasons[file.id] = file.error.message
        return {file_id: file for file_id, file in best.items() if file.status in ("completed", "in_progress")}

    def _take_in(self, file_ids: Sequence[str], wanted: _Wanted) -> None:
        """Put the files into the owner's own store, to be indexed; none of them when one is not there."""
        for file_id in file_ids:
            with _naming(wanted.params[file_id]):
                file = self._state.library.readable(file_id, wanted.caller)
                if file.owner != wanted.caller.owner or not wanted.takes_in:
                    raise InvalidRequest(f"The file {shown(file_id)} is in no vector store that you may search")
                self._state.blobs.size(file.sha256)  # of a folder's file the text alone was kept
        if file_ids:
            store = self._own_store(wanted.caller.owner)
            for file_id in file_ids:
                with _naming(wanted.params[file_id]):
                    self._state.files.attach(store.id, [file_id], owner=store.owner)

    def _own_store(self, owner: str) -> Store:
        store = self._state.stores.named(OWN_STORE, owner=owner, expires_after_days=OWN_STORE_DAYS)
        if store.status == "expired":  # emptied, or about to be: used again, it lives again
            return self._state.stores.modify(store.id, owner=owner)
        return store

    def _places(self, held: Mapping[str, StoredFile], wanted: _Wanted) -> Places:
        store_of = {file_id: file.store_id for file_id, file in held.items()}
        beside = set(store_of.values()) - wanted.searched
        for store_id in beside:
            self._state.stores.touch(store_id)
        within = beside | wanted.searched
        copies = Counter(file.id for file in wanted.held if file.store_id in within)
        return Places(store_of, copies=max(copies.values()))


class _Wanted:
    """The files of one request, and what is known of them so far."""

    def __init__(self, file_ids: Sequence[str], searched: Collection[str], caller: Caller) -> None:
        self.searched = frozenset(searched)
        self.caller = caller
        self.takes_in = caller.stores is None or OWN_STORE in caller.stores
        self.params: dict[str, str] = {}  # by file id, in the order asked
        for at, file_id in enumerate(file_ids):
            self.params.setdefault(file_id, f"files[{at}]")
        self.held: Sequence[StoredFile] = ()
        self.reasons: dict[str, str] = {}  # why the last attempt failed, by file id

    def rank(self, file: StoredFile) -> tuple[int, bool]:
        """How good a place to search the file in, the least the best."""
        if file.status in ("completed", "in_progress"):
            order = ("completed", "in_progress").index(file.status)
        else:
            order = 2 if file.error and file.error.code in _FOR_GOOD else 3
        return order, file.store_id not in self.searched

    def not_ready(self, file_id: str) -> NotReady:
        """The error for a file that was waited for long enough."""
        message = f"The file {shown(file_id)} is still being indexed; ask again in a moment"
        if file_id in self.reasons:
            message += f". The last attempt failed: {self.reasons[file_id]}"
        return NotReady(message, retry_after_s=RETRY_AFTER_S, param=self.params[file_id], code="files_not_ready")


@contextmanager
def _naming(param: str) -> Iterator[None]:
    """Errors about a file say which of the request's fields named it."""
    try:
        yield
    except UnknownStore:
        raise
    except (NotFound, InvalidRequest) as err:
        kind = NotFound if isinstance(err, NotFound) else InvalidRequest
        raise kind(err.message, param=param, code=err.code) from err

"""Bytes on their way through: kept in a file as they arrive, and read from there while they still do.

Taking them in is a thread's own work. So a slow receiver never keeps the sender waiting, nobody holds them in memory,
they can be read again, and a sender that breaks off is noticed at once: as long as its bytes are not taken in, a
connection that was closed looks like one that is open.
"""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from werkzeug.exceptions import HTTPException

from ragproxy.disk import UPLOAD_RESERVE, check_room, room
from ragproxy.errors import RagproxyError, StateUnavailable
from ragproxy.offload import offload

PIECE = 1 << 16  # bytes read at once


class Spool:
    """What `source` yields, until it ends or `close`. The file has no name: it is gone with the process.

    `look` is shown every piece, and None at the end; what it raises, or `source` does, is raised to all who read or
    wait. `ended` is told that the thread has stopped reading, and why if it was not the end.
    """

    def __init__(
        self,
        folder: Path,
        source: Iterator[bytes],
        *,
        look: Callable[[bytes | None], None],
        ended: Callable[[Exception | None], None],
    ) -> None:
        self._folder = folder
        self._source, self._look, self._tell = source, look, ended
        self._file = tempfile.TemporaryFile(prefix="ragproxy-", dir=folder, buffering=0)  # noqa: SIM115 see close
        self._news = threading.Condition()
        self._size = 0
        self._ended = self._unwanted = False
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._take_in, name="spool", daemon=True)
        self._thread.start()

    @property
    def size(self) -> int | None:
        """How many bytes there were; None while they still come."""
        return self._size if self._ended else None

    def wait(self, until: Callable[[], bool]) -> None:
        """Wait for the piece that makes `until` true, at most for the end. Errors as said above."""
        with self._news:
            self._news.wait_for(lambda: self._ended or until())
            if self._error is not None:
                raise self._error

    def pieces(self, begin: int = 0, end: int | None = None) -> Iterator[bytes]:
        """The bytes from `begin` to `end`, which is that of all of them when None, as they arrive."""
        while end is None or begin < end:
            self.wait(partial(self._reaches, begin + 1))
            until = self._size if end is None else min(end, self._size)
            if until <= begin:
                return
            piece = os.pread(self._file.fileno(), min(PIECE, until - begin), begin)
            yield piece
            begin += len(piece)

    def close(self, wait_s: float, interrupt: Callable[[], None]) -> None:
        """Forget what was kept. What still comes is read away for `wait_s` seconds, then `interrupt` breaks it off."""
        self._unwanted = True
        self._thread.join(wait_s)
        if self._thread.is_alive():
            interrupt()
            self._thread.join()
        offload(self._file.close)  # which is when the file system takes it away

    def _reaches(self, size: int) -> bool:
        return self._size >= size

    def _take_in(self) -> None:
        error: Exception | None = RuntimeError("the reading of a body ended in an unforeseen way")
        try:
            with room():
                for piece in self._source:
                    self._keep(piece)
            if not self._unwanted:
                self._look(None)
            error = None
        except (RagproxyError, HTTPException) as err:
            error = err
        except OSError as err:  # those who read must not take it for one of a connection of theirs
            error = StateUnavailable("The server cannot keep the body of the request; try again in a moment")
            error.__cause__ = err
        finally:
            with self._news:
                self._ended, self._error = True, error
                self._news.notify_all()
            self._tell(error)

    def _keep(self, piece: bytes) -> None:
        if self._unwanted:
            return
        check_room(self._folder, UPLOAD_RESERVE)
        left = memoryview(piece)
        while left:
            left = left[self._file.write(left) :]
        self._look(piece)
        with self._news:
            self._size += len(piece)
            self._news.notify_all()

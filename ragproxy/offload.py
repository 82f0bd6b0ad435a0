"""What greenlets need that threads do not: calls that block in native code (Chroma, tantivy, SQLite, fsync) or compute
for long go through here, and loops that may never wait give way here.
"""

from __future__ import annotations

import select
import socket
import sys
import threading
from collections.abc import Callable
from functools import cache
from time import time
from typing import Any, TypeVar

T = TypeVar("T")

TURN_S = 0.01
A_MOMENT_S = 1e-4  # not 0: the loop looks at what has come to its sockets only every 50 such turns


def has_greenlets() -> bool:
    """Whether gevent has made greenlets of this process's threads."""
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and monkey.is_module_patched("threading")


def offload(call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """The result of the call, or what it raised; other greenlets go on meanwhile.

    Under gevent, one native call would stop the whole process, so it runs in the hub's pool of real threads. Real
    threads need no help: there it is a direct call, and gevent is not even imported.
    """
    if not has_greenlets():
        return call(*args, **kwargs)
    import gevent

    result, error = gevent.get_hub().threadpool.apply(_outcome, (call, args, kwargs))
    if error is not None:
        raise error
    done: T = result
    return done


def brief_lock() -> Any:
    """A lock for a few steps that never wait: the system's own, for a greenlet's costs ten times as much."""
    return _system_lock()()


@cache
def _system_lock() -> Any:
    if not has_greenlets():
        return threading.Lock
    from gevent.monkey import get_original

    return get_original("threading", "Lock")


def system_poll() -> select.poll:
    """The system's own `poll`, for those who do not wait: gevent's takes a turn of its loop even then."""
    if not has_greenlets():
        return select.poll()
    from gevent.monkey import get_original

    poll: select.poll = get_original("select", "poll")()
    return poll


def send_all(sock: socket.socket, data: bytes) -> None:
    """As `sendall`: a greenlet's asks the system for the size of its buffer each time."""
    sent = sock.send(data)
    if sent < len(data):
        sock.sendall(memoryview(data)[sent:])


def give_way() -> None:
    """For loops that may never have to wait: other greenlets go on, if none of them could for TURN_S.

    Data that is there already is read without a wait, and so by nobody else meanwhile. Threads are interrupted.
    """
    if has_greenlets() and is_late():
        import gevent

        gevent.sleep(A_MOMENT_S)


def is_late() -> bool:
    """Whether no other greenlet could go on for TURN_S; only to be asked where there are some."""
    import gevent

    return bool(time() - gevent.get_hub().loop.now() > TURN_S)


def _outcome(call: Callable[..., T], args: Any, kwargs: Any) -> tuple[T | None, Exception | None]:
    """What the call returns or raises: the pool would write whatever comes out of it to the log, expected or not."""
    try:
        return call(*args, **kwargs), None
    except Exception as err:  # noqa: BLE001  it is raised again, where it was asked for
        return None, err

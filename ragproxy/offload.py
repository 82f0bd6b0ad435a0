"""The one seam for calls that block in native code (Chroma, tantivy, SQLite, fsync) or compute for long."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


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


def _outcome(call: Callable[..., T], args: Any, kwargs: Any) -> tuple[T | None, Exception | None]:
    """What the call returns or raises: the pool would write whatever comes out of it to the log, expected or not."""
    try:
        return call(*args, **kwargs), None
    except Exception as err:  # noqa: BLE001  it is raised again, where it was asked for
        return None, err

"""The one seam for calls that block in native code (Chroma, tantivy, file locks)."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")


def offload(call: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """The result of the call, or what it raised; other greenlets go on meanwhile.

    Under gevent, one native call would stop the whole process, so it runs in the hub's pool of real threads. Real
    threads need no help: there it is a direct call, and gevent is not even imported.
    """
    monkey = sys.modules.get("gevent.monkey")
    if monkey is None or not monkey.is_module_patched("threading"):
        return call(*args, **kwargs)
    import gevent

    done: T = gevent.get_hub().threadpool.apply(call, args, kwargs)
    return done

"""The checks, all at once, each no longer than it may: who waits for a dead server holds up nobody."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from ragproxy.checks.verdict import Verdict, failed
from ragproxy.errors import RagproxyError

Look = Callable[[], Iterable[Verdict]]
SPARE_S = 10.0  # of a busy machine, to import a driver or to read a file


def carry_out(checks: Sequence[tuple[str, Look]], timeout_s: float, spare_s: float = SPARE_S) -> Iterator[Verdict]:
    """What the checks say, in their order. A check waits for a server a few times in turn, `timeout_s` at most each,
    and has `spare_s` for itself.

    One that is not over by then is left behind in its thread, and has failed; so has one that raises.
    """
    patience_s = 3 * timeout_s + spare_s
    told: list[queue.SimpleQueue[list[Verdict]]] = []
    began = time.monotonic()
    for name, look in checks:
        box: queue.SimpleQueue[list[Verdict]] = queue.SimpleQueue()
        told.append(box)
        threading.Thread(target=_carry_out, args=(name, look, box), name=f"check {name}", daemon=True).start()
    for (name, _), box in zip(checks, told, strict=True):
        try:
            yield from box.get(timeout=max(0.0, began + patience_s - time.monotonic()))
        except queue.Empty:
            duration_ms = (time.monotonic() - began) * 1000
            late = failed(
                name, f"It was not over after {patience_s:g} seconds", "Look at the server it waits for, or at the disk"
            )
            yield replace(late, duration_ms=duration_ms)


def _carry_out(name: str, look: Look, box: queue.SimpleQueue[list[Verdict]]) -> None:
    began = time.monotonic()
    said: list[Verdict] = []
    whole = False
    try:
        said.extend(look())
        whole = True
    except RagproxyError as err:
        said.append(failed(name, err.message, "Put that right, and run this again"))
        whole = True
    finally:
        if not whole:  # a mistake of ours, whose traceback the thread leaves on the standard error
            said.append(failed(name, "The check itself broke down", "Report it with the traceback above"))
        duration_ms = round((time.monotonic() - began) * 1000, 1)
        box.put([replace(verdict, duration_ms=duration_ms) for verdict in said])

"""The events of a run, for whoever follows it: those that there are, and those to come as they come."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from flask import Response

from ragproxy.api.context import services
from ragproxy.api.stream import Manner, follow
from ragproxy.domain import Cancel
from ragproxy.wire import sse
from ragproxy.wire.run_events import event_json, is_last

if TYPE_CHECKING:
    from ragproxy.state import Runs

MANNER = Manner(
    frame=sse.told_frame,
    is_last=is_last,
    end=sse.RUN_DONE,
    failure=lambda body: ({"event": "error", "data": body["error"]},),
)
_SOONEST_S, _LATEST_S = 0.05, 0.2  # between two looks for events: sooner when some have just come


def followed(run_id: str, after: int, include: Sequence[str]) -> Response:
    """The events of the run after that number, until it waits or has ended."""
    cancel = Cancel()
    events = _events(services.state.runs, run_id, after, include, cancel, services.settings.heartbeat_s)
    return follow(events, cancel, MANNER)


def _events(
    runs: Runs, run_id: str, after: int, include: Sequence[str], cancel: Cancel, heartbeat_s: float
) -> Iterator[dict[str, Any] | None]:
    """None for a sign of life."""
    gone = threading.Event()
    pause_s, silent_since = _SOONEST_S, time.monotonic()
    with cancel.breaking(gone.set):
        while not gone.is_set():
            over = not runs.is_active(run_id)  # asked first: the last event is kept together with the end
            events = runs.events(run_id, after)
            for number, event in events:
                yield event_json(event, include)
                if is_last(event):
                    return
                after = number
            if events:
                pause_s, silent_since = _SOONEST_S, time.monotonic()
            elif over:  # deleted with its thread
                return
            elif heartbeat_s and time.monotonic() - silent_since >= heartbeat_s:
                silent_since = time.monotonic()
                yield None
            gone.wait(pause_s)
            pause_s = min(2 * pause_s, _LATEST_S)

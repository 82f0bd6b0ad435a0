"""Responses that are made in the background: put aside, made through the door, and followed while they are made."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Response

from ragproxy.api.caching import controlled
from ragproxy.api.context import services, visit
from ragproxy.api.custom_headers import accompanied
from ragproxy.api.inside import NOTE
from ragproxy.api.sealing import seal
from ragproxy.api.sources import linked
from ragproxy.api.stream import Manner, follow, json_response, paced, respond
from ragproxy.api.telling import Telling
from ragproxy.domain import Answer, Cancel, Item, ResponseRequest, StoredResponse, Terms
from ragproxy.errors import InvalidRequest
from ragproxy.wire import sse
from ragproxy.wire.background_responses import is_opening, queued
from ragproxy.wire.response_events import is_last
from ragproxy.wire.responses import response_head

if TYPE_CHECKING:
    from ragproxy.answering import Begun, Recording, Responder
    from ragproxy.api.idempotency import Held
    from ragproxy.state import ResponseWork

MANNER = Manner(frame=sse.named_frame, is_last=is_last, end=b"", failure=lambda body: ())
SOONEST_S, LATEST_S = 0.05, 0.2  # between two looks for events: sooner when some have just come


# ---- for clients ----


def put_aside(asked: ResponseRequest, held: Held | None = None) -> Response:
    """Keep the response to be made, once all is checked that can be; what is `held` is kept to be told again."""
    caller, responder = visit().caller, services.responder
    services.spending.check(caller)
    begun = responder.begin(asked, caller, seal().open)
    responder.check(begun, caller)
    change = queued(response_head(asked, begun.id, begun.created), streamed=asked.stream)
    assert change.body is not None
    response = StoredResponse(
        id=begun.id,
        owner=caller.owner,
        created=begun.created,
        status="queued",
        body=change.body,
        input=begun.input,
        request=asked.body,
        background=True,
        previous_id=asked.previous_id,
        conversation_id=asked.conversation_id,
    )
    services.state.response_work.queue(response, caller, change.events)
    services.jobs.ring()
    visit().put_off = True
    if held:
        held.keep({"body": response.body, "headers": {}})
    return followed(response) if asked.stream else json_response(response.body)


def put_aside_before(asked: ResponseRequest, kept: Mapping[str, Any]) -> Response:
    """Tell again of one that was put aside, as it is by now. NotFound when it was deleted since."""
    visit().put_off = True
    response = services.state.responses.get(kept["body"]["id"], owner=visit().caller.owner)
    return followed(response) if asked.stream else json_response(response.body)


def followed(response: StoredResponse, after: int = -1) -> Response:
    """The events of the response after that number, those to come as they come. InvalidRequest when none are kept."""
    if not response.is_streamed:
        raise InvalidRequest(
            "Only a response that was created with 'background' and 'stream' can be streamed again; "
            "retrieve it without 'stream'",
            param="stream",
            code="response_not_streamable",
        )
    cancel = Cancel()
    events = _events(services.state.response_work, response.id, after, cancel, services.settings.heartbeat_s)
    return follow(events, cancel, MANNER)


def _events(
    work: ResponseWork, response_id: str, after: int, cancel: Cancel, heartbeat_s: float
) -> Iterator[dict[str, Any] | None]:
    """None for a sign of life."""
    gone = threading.Event()
    pause_s, silent_since = SOONEST_S, time.monotonic()
    with cancel.breaking(gone.set):
        while not gone.is_set():
            over = not work.is_under_way(response_id)  # asked first: the last event is kept together with the end
            events = work.events(response_id, after)
            for event in events:
                yield event
                if is_last(event):
                    return
                after = event["sequence_number"]
            if events:
                pause_s, silent_since = SOONEST_S, time.monotonic()
            elif over:  # deleted, or nothing comes after that number
                return
            elif heartbeat_s and time.monotonic() - silent_since >= heartbeat_s:
                silent_since = time.monotonic()
                yield None
            gone.wait(pause_s)
            pause_s = min(2 * pause_s, LATEST_S)


# ---- for whoever makes them ----


def in_hand() -> Recording | None:
    """Where the response that is asked from inside is to be written down; None for what clients ask."""
    return services.background.recording(visit().request.environ.get(NOTE))


def terms() -> Terms | None:
    """What a run that asks from inside says in the place of its assistant; None for what clients ask."""
    note = visit().request.environ.get(NOTE)
    return None if note is None else services.running.terms(note)


def made(asked: ResponseRequest, recording: Recording) -> Response:
    """Make the response, and write down what is said of it."""
    caller, ours, responder = visit().caller, seal(), services.responder
    kept = recording.response
    begun = responder.begin(asked, caller, ours.open, turn=kept.id, id=kept.id, created=kept.created)
    chat = linked(accompanied(paced(controlled(begun.chat))))
    telling = Telling(begun, chat, _Keeper(recording, responder), ours.open)
    return respond(
        chat,
        lambda: responder.answer(begun, chat, caller),
        whole=telling.whole,
        chunks=partial(_noted, telling, recording),
        manner=replace(MANNER, failure=telling.failed, left=telling.left),
    )


class _Keeper:
    """Keeps the end of a response where its events are."""

    def __init__(self, recording: Recording, responder: Responder) -> None:
        self._recording = recording
        self._responder = responder

    def keep(self, begun: Begun, body: Mapping[str, Any], unseal: Callable[[Item], Item | None]) -> None:
        """Keep one that has ended; who cut it off has kept that already, or has it made again."""
        if body["status"] != "cancelled":
            self._recording.end(body, self._responder.said(begun, body, unseal))


def _noted(telling: Telling, recording: Recording, answer: Answer) -> Iterator[dict[str, Any] | None]:
    for event in telling.events(answer):
        if event is not None and not (is_opening(event) or is_last(event)):
            recording.tell(event, telling.shown)
        yield event

"""/responses: a question in items, answered by whoever answers chats, and kept."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from flask import Response

from ragproxy.api.accounting import asking, tell_cost
from ragproxy.api.admission import admit
from ragproxy.api.background_responses import followed, in_hand, made, put_aside, put_aside_before, terms
from ragproxy.api.caching import controlled
from ragproxy.api.context import services, visit
from ragproxy.api.custom_headers import accompanied
from ragproxy.api.idempotency import Held, is_keyed, once
from ragproxy.api.resource import Resource
from ragproxy.api.sealing import seal
from ragproxy.api.sources import linked
from ragproxy.api.stream import Manner, again, json_response, paced, respond, sources_headers, watched
from ragproxy.api.telling import Telling
from ragproxy.domain import Answer, Cancel, ChatRequest, Cursor, ResponseRequest, Tally
from ragproxy.errors import InvalidRequest
from ragproxy.wire import sse
from ragproxy.wire.background_responses import RESPONSE_QUERY, ResponseQuery
from ragproxy.wire.paging import page_json
from ragproxy.wire.response_events import is_last
from ragproxy.wire.response_replay import replayed
from ragproxy.wire.response_request import COMPACT, INPUT_ITEMS_QUERY, RESPONSE_REQUEST, TOKEN_COUNT
from ragproxy.wire.responses import compaction_json, deleted_json, input_tokens_json

bp = Resource("responses", "Questions in items, answered from the documents, and kept.", scope="chat")

MANNER = Manner(frame=sse.named_frame, is_last=is_last, end=b"")


@bp.route("/responses", methods=["POST"])
@bp.arguments(RESPONSE_REQUEST)
def create_response(asked: ResponseRequest) -> Response:
    """Create a response"""
    recording = in_hand()
    if recording:
        return made(asked, recording)
    answer, again = (put_aside, put_aside_before) if asked.background else (told, _told_again)
    return once(partial(answer, asked), partial(again, asked)) if is_keyed() else answer(asked)


def told(asked: ResponseRequest, held: Held | None = None) -> Response:
    """Answer while the client waits, streamed or whole; an answer that is `held` is kept to be told again."""
    caller, ours = visit().caller, seal()
    responder = services.responder
    begun = responder.begin(asked, caller, ours.open, turn=held.turn if held else None)
    chat = linked(accompanied(paced(controlled(replace(begun.chat, terms=terms())))))
    ended = partial(_keep, held) if held else _forget
    telling = Telling(begun, chat, responder, ours.open, ended=ended)
    return respond(
        chat,
        lambda: responder.answer(begun, chat, caller),
        whole=telling.whole,
        chunks=telling.events,
        manner=replace(MANNER, failure=telling.failed, left=telling.left),
    )


def _told_again(asked: ResponseRequest, kept: Mapping[str, Any]) -> Response:
    body = kept["body"]
    chat = ChatRequest(asked.model, (), stream=asked.stream)
    answer = Answer(body["id"], body["created_at"], asked.model, iter(()))
    response = again(chat, answer, body, replayed(body), MANNER)
    response.headers.update(kept["headers"])
    return response


def _keep(held: Held, body: dict[str, Any], answer: Answer) -> None:
    held.keep({"body": body, "headers": sources_headers(answer)})


def _forget(body: dict[str, Any], answer: Answer) -> None:
    """It is asked once."""


@bp.route("/responses/<response_id>", methods=["GET"])
@bp.arguments(RESPONSE_QUERY, location="query")
def get_response(query: ResponseQuery, response_id: str) -> Response:
    """Retrieve a response"""
    response = services.state.responses.get(response_id, owner=visit().caller.owner)
    return followed(response, query.after) if query.stream else json_response(response.body)


@bp.route("/responses/<response_id>", methods=["DELETE"])
def delete_response(response_id: str) -> Response:
    """Delete a response"""
    services.state.responses.delete(response_id, owner=visit().caller.owner)
    services.background.cut_off(response_id)
    return json_response(deleted_json(response_id))


@bp.route("/responses/<response_id>/cancel", methods=["POST"])
def cancel_response(response_id: str) -> Response:
    """Cancel a response that is made in the background"""
    owner = visit().caller.owner
    if not services.state.responses.get(response_id, owner=owner).background:
        raise InvalidRequest(
            "Only a response that was created with 'background' can be cancelled; hang up to cancel another",
            param="response_id",
            code="response_not_cancellable",
        )
    return json_response(services.background.cancel(response_id, owner=owner).body)


@bp.route("/responses/<response_id>/input_items", methods=["GET"])
@bp.arguments(INPUT_ITEMS_QUERY, location="query")
def list_input_items(cursor: Cursor, response_id: str) -> Response:
    """List what a response was asked"""
    page = services.state.responses.input_page(response_id, cursor, owner=visit().caller.owner)
    return json_response(page_json(page.items, page.has_more))


@bp.route("/responses/input_tokens", methods=["POST"])
@bp.arguments(TOKEN_COUNT)
def count_input_tokens(asked: ResponseRequest) -> Response:
    """Count the tokens of a question"""
    caller = visit().caller
    if asked.model:
        services.answerer.card(asked.model, caller)
    responder = services.responder
    return json_response(input_tokens_json(responder.tokens(responder.begin(asked, caller, seal().open))))


@bp.route("/responses/compact", methods=["POST"])
@bp.arguments(COMPACT)
def compact_response(asked: ResponseRequest) -> Response:
    """Compact a conversation"""
    caller, ours, tally, cancel = visit().caller, seal(), Tally(), Cancel()
    admit(asking(asked.model, tally), (asked.model,), completion=None)
    with watched(cancel):
        left = services.compactor.compact(asked, caller, ours.open, cancel=cancel, tally=tally)
    output = [*left.kept, ours.close(left.summary, left.summary_id)]
    response = json_response(compaction_json(left.id, int(time.time()), output, left.usage))
    tell_cost(response, tally)
    return response

"""Responses: what a question in items is to a chat model, and what is kept of its answer.

A response is begun, answered and kept, each by itself: whoever works on it in the background does the same in turn.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from typing import Any, Final, cast

from ragproxy.answering.exchanges import CALLS
from ragproxy.answering.pipeline import Answerer
from ragproxy.answering.recalling import Recaller, Unseal
from ragproxy.domain import (
    Answer,
    Caller,
    ChatRequest,
    Compound,
    Item,
    Message,
    RagOptions,
    ResponseRequest,
    ResponseStatus,
    StoredResponse,
)
from ragproxy.errors import InvalidRequest, NotFound, RagproxyError
from ragproxy.state import State, item_id, new_response_id

_FILE = re.compile(r"files\[(\d+)\]")
_BROKEN_OFF: Final = ("failed", "cancelled")
_STORE = re.compile(r"rag\.stores(\[\d+\])")
# what a chat calls otherwise: errors name the field that the client sent
_FIELDS: Final = {
    "messages": "input",
    "max_tokens": "max_output_tokens",
    "max_completion_tokens": "max_output_tokens",
    "response_format": "text.format",
    "reasoning_effort": "reasoning.effort",
    "verbosity": "text.verbosity",
}


@dataclass(frozen=True, slots=True)
class Begun:
    """A response that is to be answered. `input` are its items with ids, of which `new` are not in the history."""

    id: str
    created: int  # epoch seconds
    owner: str
    asked: ResponseRequest
    input: tuple[Item, ...]
    new: tuple[Item, ...]
    turn: str
    chat: ChatRequest

    def name(self, kind: str, place: int) -> str:
        """The id of an item of its output, by its type and its place there."""
        return item_id({"type": kind}, self.id, len(self.input) + place)


class Responder:
    """Takes questions in items to the Answerer, and keeps what comes of it.

    `messages_of` makes a chat of items, `trim` leaves out its oldest exchanges when they are beyond the budget.
    """

    def __init__(
        self,
        state: State,
        answerer: Answerer,
        *,
        messages_of: Callable[[Iterable[Item]], Sequence[Message]],
        trim: Callable[[Sequence[Item]], Sequence[Item]],
        count: Callable[[str], int],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._state = state
        self._answerer = answerer
        self._recaller = Recaller(state)
        self._messages_of = messages_of
        self._trim = trim
        self._count = count
        self._clock = clock

    def begin(
        self,
        asked: ResponseRequest,
        caller: Caller,
        unseal: Unseal,
        *,
        turn: str | None = None,
        id: str | None = None,
        created: int | None = None,
    ) -> Begun:
        """The response that is to be answered, under a new id unless it has one. Nothing is kept yet.

        What it adds to a conversation takes the place of what was added under the same name of a `turn`.
        Errors as of `Recaller.recall`; InvalidRequest when nothing is left to be answered.
        """
        id = id or new_response_id()
        recalled = self._recaller.recall(asked, caller, unseal, turn=turn)
        items = tuple({**item, "id": item_id(item, id, number)} for number, item in enumerate(recalled.asked))
        readable = self._trim(recalled.readable) if asked.truncate else recalled.readable
        messages = self._messages_of(readable)
        if asked.instructions:
            messages = [Message("system", asked.instructions), *messages]
        if not messages and not recalled.files:
            raise InvalidRequest("There is nothing in 'input' that could be answered", param="input")
        chat = ChatRequest(
            model=asked.model,
            messages=tuple(messages) or (Message("user", ""),),
            params=asked.params,
            stream=asked.stream,
            rag=_rag(asked),
            files=tuple(dict.fromkeys((*(asked.files or ()), *recalled.files))) or None,
            lang=asked.lang,
            client_model=asked.client_model,
        )
        return Begun(
            id=id,
            created=int(self._clock()) if created is None else created,
            owner=caller.owner,
            asked=asked,
            input=items,
            new=tuple(items[place] for place in recalled.new),
            turn=turn or id,
            chat=chat,
        )

    def answer(self, begun: Begun, chat: ChatRequest, caller: Caller) -> Answer:
        """The answer, as of the Answerer; `chat` is the response's, with what goes along with it. Close its deltas.

        Errors name the field that the client sent.
        """
        with _naming(begun.asked):
            return self._answerer.answer(chat, caller)

    def keep(self, begun: Begun, body: Mapping[str, Any], unseal: Unseal) -> None:
        """Keep a response that has ended, if it is to be kept, and add to its conversation what was said."""
        asked = begun.asked
        status = cast(ResponseStatus, body["status"])
        if asked.store:
            self._state.responses.create(
                StoredResponse(
                    id=begun.id,
                    owner=begun.owner,
                    created=begun.created,
                    status=status,
                    body=body,
                    input=begun.input,
                    request=asked.body if asked.background else {},  # who waits has it
                    background=asked.background,
                    previous_id=asked.previous_id,
                    conversation_id=asked.conversation_id,
                )
            )
        said = self.said(begun, body, unseal)
        if asked.conversation_id is not None and said:
            with suppress(NotFound):  # deleted meanwhile
                self._state.conversations.append(asked.conversation_id, said, owner=begun.owner, turn=begun.turn)

    def said(self, begun: Begun, body: Mapping[str, Any], unseal: Unseal) -> Sequence[Item]:
        """What a response that has ended adds to its conversation, if it is in one.

        Of one that broke off, what was told, as of a chat: its message is incomplete, and no call is there, for
        nobody will answer it. Nothing when not a word was told by then, as of one that is not streamed.
        """
        output = body["output"]
        if body["status"] in _BROKEN_OFF:
            output = [_left_off(item) for item in output if item["type"] not in CALLS]
            if not (begun.asked.stream and any(item["type"] == "message" and item["content"] for item in output)):
                return ()
        asked = [unseal(item) or item if item.get("type") == "compaction" else item for item in begun.new]
        return [*asked, *output]

    def check(self, begun: Begun, caller: Caller) -> None:
        """Refuse what `answer` would refuse before anything is looked for: the model, the stores. Errors as there."""
        with _naming(begun.asked):
            self._answerer.check(begun.chat, caller)

    def tokens(self, begun: Begun) -> int:
        """How many tokens the model would be sent, passages and pictures not counted."""
        chat = begun.chat
        told = [message.text for message in chat.messages]
        told += [json.dumps(calls) for message in chat.messages if (calls := message.extra.get("tool_calls"))]
        told += [json.dumps(chat.params[key]) for key in ("tools", "response_format") if chat.params.get(key)]
        return sum(map(self._count, told))


def _rag(asked: ResponseRequest) -> RagOptions:
    """How it is searched: the tool's settings stand above the request's own; the filters of both hold."""
    rag, search = asked.rag, asked.search
    if asked.blind:
        return replace(rag, enabled=False)
    if search is None:
        return rag
    filters = [each for each in (rag.filters, search.filters) if each is not None]
    return replace(
        rag,
        search=True,
        stores=search.stores,
        top_k=search.top_k or rag.top_k,
        min_score=rag.min_score if search.min_score is None else search.min_score,
        filters=Compound("and", tuple(filters)) if len(filters) > 1 else next(iter(filters), None),
    )


def _left_off(item: Item) -> Item:
    return {**item, "status": "incomplete"} if item["type"] == "message" else item


@contextmanager
def _naming(asked: ResponseRequest) -> Iterator[None]:
    try:
        yield
    except RagproxyError as err:
        err.param = _renamed(err.param, asked)
        raise


def _renamed(param: str | None, asked: ResponseRequest) -> str | None:
    if param is None:
        return None
    store = _STORE.fullmatch(param)
    if store and asked.search:
        return f"tools[{asked.search.place}].vector_store_ids{store[1]}"
    file = _FILE.fullmatch(param)
    if file and int(file[1]) >= len(asked.files or ()):
        return "input"
    name = re.split(r"[.\[]", param, maxsplit=1)[0]
    return _FIELDS.get(name, param)

"""What was said before: a request that goes on with a conversation is asked with as much of it as there is room for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ragproxy.answering import prompt, summing_up
from ragproxy.answering.exchanges import CALLS, Exchange, fitting, guides, paired, split
from ragproxy.answering.keeping import Forms, Turn
from ragproxy.domain import NEW_CONVERSATION, Caller, ChatRequest, Item, Message, Models
from ragproxy.errors import NotFound
from ragproxy.state import State

MESSAGE_TOKENS = 4  # around the text of each
PART_TOKENS = 800  # of an image or a file: nobody here knows what a model makes of it
_GUIDING = ("system", "developer")

Said = Sequence[tuple[int, Item]]  # items, each with its position in the conversation


class History:
    """The conversations that chats go on with. `budget_tokens` is how much of one is told again at most.

    The oldest exchanges are left out beyond that; with `summarise`, a summary stands for them.
    """

    def __init__(
        self,
        state: State,
        count: Callable[[str], int],
        models: Models,
        *,
        budget_tokens: int,
        summarise: bool,
        forms: Forms,
    ) -> None:
        self._state = state
        self._count = count
        self._models = models
        self._budget = budget_tokens
        self._summarise = summarise
        self._forms = forms

    def opened(self, request: ChatRequest, caller: Caller) -> tuple[ChatRequest, Turn | None]:
        """The request with what was said before in front of what it says, and the turn that it makes.

        No turn when nothing is to be kept. NotFound when the conversation is not the caller's.
        """
        if request.conversation_id is None and not request.store:
            return request, None
        turn = Turn(self._state, self._forms, request, caller.owner, request.messages)
        if request.conversation_id in (None, NEW_CONVERSATION):
            return request, turn
        id = str(request.conversation_id)
        try:
            said = self._state.conversations.items(id, owner=caller.owner, without=request.turn)
        except NotFound as err:
            raise NotFound(err.message, param="conversation_id", code=err.code) from err
        guiding, now = self._told_now(request.messages, [item for _, item in said])
        known = {_words(each) for each in self._forms.messages_of(item for _, item in said if guides(item))}
        turn = replace(turn, conversation_id=id, new=(*(each for each in guiding if _words(each) not in known), *now))
        before, summary = self._before(id, self._without(guiding, said), now, request)
        messages = (*guiding, *before, *now)
        if summary:
            messages = prompt.preceded(messages, summing_up.HEAD + summary)
        return replace(request, messages=messages), turn

    def trimmed(self, items: Sequence[Item]) -> tuple[Item, ...]:
        """As much of a chat in items as there is room for, its oldest exchanges left out; its newest one stays."""
        opening, exchanges = split(list(enumerate(items)))
        costs = [self._cost(each.items) for each in exchanges]
        left_out = fitting(costs, self._budget - self._cost(opening))
        return (*opening, *(item for each in exchanges[left_out:] for item in each.items))

    def _told_now(
        self, messages: Sequence[Message], items: Sequence[Item]
    ) -> tuple[tuple[Message, ...], tuple[Message, ...]]:
        """The system's messages at the beginning, and what is new of the others.

        Clients that are used to send all that was said, or the calls with their outputs, say it twice here.
        """
        start = next((place for place, each in enumerate(messages) if each.role not in _GUIDING), len(messages))
        guiding, now = tuple(messages[:start]), tuple(messages[start:])
        if any(message.role == "function" for message in now):
            now = self._forms.messages_of(self._forms.items_of(now))  # in the form in which their calls are kept
        if len(now) > 1:
            before = self._forms.messages_of(item for item in items if not guides(item))
            if before and len(now) > len(before) and all(map(_same, before, now)):
                now = now[len(before) :]
        called = {item.get("call_id") for item in items if item.get("type") in CALLS}
        return guiding, tuple(message for message in now if not _repeats_calls(message, called))

    def _without(self, guiding: Sequence[Message], said: Said) -> Said:
        """What was said, without what the request says itself at its beginning."""
        told = {_words(message) for message in guiding}
        if not told:
            return said
        return [
            (position, item)
            for position, item in said
            if not (guides(item) and told.issuperset(map(_words, self._forms.messages_of([item]))))
        ]

    def _before(
        self, conversation_id: str, said: Said, now: Sequence[Message], request: ChatRequest
    ) -> tuple[tuple[Message, ...], str | None]:
        """As much of what was said as there is room for, and the summary of the rest if there is one."""
        opening, exchanges = split(said)
        costs = {each.position: self._cost(each.items) for each in exchanges}
        room = self._budget - self._cost(opening)
        summary = None
        if self._summarise:
            summary, exchanges = self._summed_up(conversation_id, exchanges, costs, room, request)
            room -= self._count(summary or "")
        left_out = fitting([costs[each.position] for each in exchanges], room)
        told = [item for each in exchanges[left_out:] for item in each.items]
        answered = [str(message.extra.get("tool_call_id")) for message in now if message.role == "tool"]
        return self._forms.messages_of(paired((*opening, *told), answered)), summary

    def _summed_up(
        self,
        conversation_id: str,
        exchanges: list[Exchange],
        costs: Mapping[int, int],
        room: int,
        request: ChatRequest,
    ) -> tuple[str | None, list[Exchange]]:
        """The summary, and the exchanges that it does not speak of.

        It is extended when these are too long; then half of the room is left free, for turns to come without a call.
        """
        summary, until = self._state.conversations.summary(conversation_id) or (None, 0)
        open = [each for each in exchanges if each.position > until] or exchanges[-1:]
        lengths = [costs[each.position] for each in open]
        room -= self._count(summary or "")
        if not fitting(lengths, room):
            return summary, open
        old = open[: fitting(lengths, room // 2)]
        messages = self._forms.messages_of(item for each in old for item in each.items)
        longer = summing_up.summed_up(summary or "", messages, self._models, request)
        if longer is None:
            return summary, open
        self._state.conversations.keep_summary(conversation_id, longer, old[-1].position)
        return longer, open[len(old) :]

    def _cost(self, items: Iterable[Item]) -> int:
        return sum(map(self._tokens, self._forms.messages_of(items)))

    def _tokens(self, message: Message) -> int:
        tokens = MESSAGE_TOKENS + self._count(message.text)
        if calls := message.extra.get("tool_calls"):
            tokens += self._count(str(calls))
        if isinstance(message.content, tuple):
            tokens += PART_TOKENS * sum(part.get("type") != "text" for part in message.content)
        return tokens


def _words(message: Message) -> tuple[str, str]:
    return message.role, message.text


def _same(one: Message, other: Message) -> bool:
    """Whether they say the same, in whatever form."""
    return _facts(one) == _facts(other)


def _facts(message: Message) -> tuple[Any, ...]:
    return message.role, message.text, message.extra.get("tool_call_id"), _call_ids(message)


def _repeats_calls(message: Message, called: Collection[Any]) -> bool:
    """Whether it is nothing but calls that were made before."""
    ids = _call_ids(message)
    return bool(ids) and all(id in called for id in ids)


def _call_ids(message: Message) -> list[Any]:
    return [call.get("id") for call in message.extra.get("tool_calls") or () if isinstance(call, Mapping)]

"""A long conversation made short: what the users said stays, and a summary stands for all of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ragproxy.answering.pipeline import Answerer
from ragproxy.answering.recalling import Recaller, Unseal
from ragproxy.answering.summing_up import HEAD, summed_up
from ragproxy.domain import Caller, Cancel, ChatRequest, Item, Message, Models, ResponseRequest, Tally, Usage
from ragproxy.state import State, item_id, new_response_id

_EXTRACT = 12  # messages, when no model sums up
_LONGEST_EXTRACT = 500  # code points of each


@dataclass(frozen=True, slots=True)
class Compacted:
    """What is left: the users' messages as items with ids, the summary, and the id that its item will have."""

    id: str
    kept: tuple[Item, ...]
    summary: str
    summary_id: str
    usage: Usage


class Compactor:
    """Sums conversations up, with the model that writes for the name that was asked."""

    def __init__(
        self,
        state: State,
        answerer: Answerer,
        models: Models,
        *,
        messages_of: Callable[[Iterable[Item]], Sequence[Message]],
    ) -> None:
        self._recaller = Recaller(state)
        self._answerer = answerer
        self._models = models
        self._messages_of = messages_of

    def compact(
        self, asked: ResponseRequest, caller: Caller, unseal: Unseal, *, cancel: Cancel, tally: Tally
    ) -> Compacted:
        """What is left of a history and of the items asked. UnknownModel; errors as of `Recaller.recall`.

        When no model can sum it up, an extract of the last messages stands in the summary's place.
        """
        writer = self._answerer.writer(asked.model, caller)
        recalled = self._recaller.recall(asked, caller, unseal)
        messages = self._messages_of(recalled.readable)
        if asked.instructions:
            messages = [Message("system", asked.instructions), *messages]
        request = ChatRequest(model=writer, messages=(), cancel=cancel, tally=tally)
        summary = summed_up("", messages, self._models, request, writer=writer) or _extract(messages)
        id = new_response_id()
        users = [item for item in recalled.readable if item.get("type") == "message" and item.get("role") == "user"]
        kept = tuple({**item, "id": item_id(item, id, number)} for number, item in enumerate(users))
        summary_id = item_id({"type": "compaction"}, id, len(kept))
        return Compacted(id, kept, HEAD + summary, summary_id, _consumed(tally))


def _extract(messages: Sequence[Message]) -> str:
    last = [message for message in messages if message.role != "system"][-_EXTRACT:]
    said = [(message.role.capitalize(), message.text.strip()[:_LONGEST_EXTRACT]) for message in last]
    return "\n\n".join(f"{role}: {text}" for role, text in said if text)


def _consumed(tally: Tally) -> Usage:
    prompt, completion = sum(call.prompt for call in tally.calls), sum(call.completion for call in tally.calls)
    cached, reasoning = sum(call.cached for call in tally.calls), sum(call.reasoning for call in tally.calls)
    details = {
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    return Usage(prompt, completion, prompt + completion, details)

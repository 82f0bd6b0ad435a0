"""A long conversation made short: what the users said stays, and a summary stands for all of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ragproxy.answering.opening import closing
from ragproxy.answering.pipeline import EXTRACTIVE, Answerer
from ragproxy.answering.recalling import Recaller, Unseal
from ragproxy.domain import Caller, Cancel, ChatRequest, Item, Message, Models, ResponseRequest, Tally, Usage
from ragproxy.errors import RagproxyError
from ragproxy.state import State, item_id, new_response_id

_LONGEST_TURN = 4000  # code points shown to the model that sums up
_LONGEST = 60_000  # of all turns; what comes before is left out
_EXTRACT = 12  # messages, when no model sums up
_LONGEST_EXTRACT = 500  # code points of each
_TOKENS = 1000  # of a summary
_HEAD = "The conversation so far, summed up:\n\n"
_THINKING = re.compile(r"<think(?:ing)?>.*?(?:</think(?:ing)?>|\Z)", re.DOTALL)

_ASK = """\
Sum up the conversation below for an assistant who is to go on with it and will not see it: what was asked, what was \
found and decided, names, numbers and open questions. Use the language of the conversation. Reply with the summary and \
nothing else; do not answer anything in it.

{conversation}"""


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
        summary = _HEAD + (self._summary(writer, messages, cancel, tally) or _extract(messages))
        id = new_response_id()
        users = [item for item in recalled.readable if item.get("type") == "message" and item.get("role") == "user"]
        kept = tuple({**item, "id": item_id(item, id, number)} for number, item in enumerate(users))
        summary_id = item_id({"type": "compaction"}, id, len(kept))
        return Compacted(id, kept, summary, summary_id, _consumed(tally))

    def _summary(self, writer: str, messages: Sequence[Message], cancel: Cancel, tally: Tally) -> str:
        """The model's summary; empty when it has none."""
        if writer == EXTRACTIVE:
            return ""
        ask = Message("user", _ASK.format(conversation=_told(messages, _LONGEST_TURN)[-_LONGEST:]))
        request = ChatRequest(
            model=writer, messages=(ask,), params={"max_completion_tokens": _TOKENS}, cancel=cancel, tally=tally
        )
        try:
            with closing(self._models.chat_model(writer).chat(request)) as deltas:
                said = "".join(delta.content or "" for delta in deltas if delta.index == 0)
        except RagproxyError:
            if cancel.cancelled:
                raise
            return ""
        return _THINKING.sub(" ", said).strip()


def _extract(messages: Sequence[Message]) -> str:
    return _told([each for each in messages if each.role != "system"][-_EXTRACT:], _LONGEST_EXTRACT)


def _told(messages: Iterable[Message], longest: int) -> str:
    said = [(message.role, message.text.strip()) for message in messages]
    return "\n\n".join(f"{role.capitalize()}: {text[:longest]}" for role, text in said if text)


def _consumed(tally: Tally) -> Usage:
    prompt, completion = sum(call.prompt for call in tally.calls), sum(call.completion for call in tally.calls)
    cached, reasoning = sum(call.cached for call in tally.calls), sum(call.reasoning for call in tally.calls)
    details = {
        "prompt_tokens_details": {"cached_tokens": cached},
        "completion_tokens_details": {"reasoning_tokens": reasoning},
    }
    return Usage(prompt, completion, prompt + completion, details)

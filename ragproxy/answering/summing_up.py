"""What no longer fits of a conversation, summed up by the model that writes: one short call, and fail open."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from ragproxy.answering import rewriting
from ragproxy.answering.directory import EXTRACTIVE
from ragproxy.domain import Cancel, ChatRequest, Message, Models
from ragproxy.errors import RagproxyError

TOKENS = 500  # of a summary
PATIENCE_S = 60.0
_LONGEST = 60_000  # code points shown to the model
_SHORTEST_TURN = 200  # that each message keeps of it, however many there are
_LONGEST_SUMMARY = 6000  # code points

HEAD = "What was said earlier in this conversation, summed up:\n\n"
_ASK = """\
Sum up the conversation below for an assistant who goes on with it and does not see it: what was asked, what was \
answered and decided, names, numbers and open questions. Keep its language. Reply with the summary and nothing else; \
do not answer anything in it.

{conversation}"""
_EARLIER = "Summary of what came before:\n{summary}"


def summed_up(
    earlier: str, messages: Sequence[Message], models: Models, request: ChatRequest, *, writer: str | None = None
) -> str | None:
    """The earlier summary, which may be empty, extended by the messages; None when no model can do it.

    It is written by the default model unless there is a `writer`. What the call consumes is put on the request's tally.
    """
    name = writer or models.default
    if name == EXTRACTIVE:
        return None
    cancel = Cancel()
    patience = threading.Timer(PATIENCE_S, cancel.cancel)
    patience.daemon = True
    patience.start()
    try:
        with request.cancel.breaking(cancel.cancel):
            said = rewriting.said(models.chat_model(name), _asking(name, earlier, messages, request, cancel))
    except RagproxyError:
        return None
    finally:
        patience.cancel()
    return rewriting.without_thinking(said).strip()[:_LONGEST_SUMMARY] or None


def _asking(name: str, earlier: str, messages: Sequence[Message], request: ChatRequest, cancel: Cancel) -> ChatRequest:
    told = [(message.role.capitalize(), _told(message)) for message in messages]
    longest = max(_SHORTEST_TURN, _LONGEST // max(1, len(told)))
    lines = [f"{role}: {rewriting.clipped(text, longest)}" for role, text in told if text]
    if earlier:
        lines.insert(0, _EARLIER.format(summary=earlier))
    # the newer models refuse the older name of the limit, the older servers do not know the newer one
    limit = "max_completion_tokens" if "max_completion_tokens" in request.params else "max_tokens"
    return ChatRequest(
        model=name,
        messages=(Message("user", _ASK.format(conversation="\n\n".join(lines))),),
        params={limit: TOKENS, "temperature": 0},
        headers=request.headers,
        cancel=cancel,
        tally=request.tally,
    )


def _told(message: Message) -> str:
    """The text, and the calls of tools with it."""
    calls = message.extra.get("tool_calls")
    return f"{message.text.strip()} {calls or ''}".strip()

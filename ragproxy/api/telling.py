"""One response on its way out: what is said of it is put together, and kept when it ends, however it ends."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from ragproxy.domain import PULSE, Answer, ChatRequest, Item
from ragproxy.errors import RagproxyError
from ragproxy.wire.response_events import Transcript, is_last
from ragproxy.wire.responses import response_head

if TYPE_CHECKING:
    from ragproxy.answering import Begun

log = logging.getLogger(__name__)


class Keeper(Protocol):
    """Keeps responses; owned by those who tell them."""

    def keep(self, begun: Begun, body: Mapping[str, Any], unseal: Callable[[Item], Item | None]) -> None:
        """Keep one that has ended."""
        ...


class Telling:
    """Makes events of an answer, and keeps the response before the last of them is told.

    A client that hangs up has cancelled it: what was said until then is kept, with the status `cancelled`. One that
    fails after its first event is kept as `failed`; one that fails before, or that is not streamed, leaves nothing
    behind, for its client never heard of it. `ended` is told of one that came to its end.
    """

    def __init__(
        self,
        begun: Begun,
        chat: ChatRequest,
        responder: Keeper,
        unseal: Callable[[Item], Item | None],
        *,
        ended: Callable[[dict[str, Any], Answer], None] = lambda body, answer: None,
    ) -> None:
        asked = begun.asked
        self._begun = begun
        self._chat = chat
        self._responder = responder
        self._unseal = unseal
        self._ended = ended
        self._kept = False
        self._transcript = Transcript(
            response_head(asked, begun.id, begun.created),
            name=begun.name,
            now=time.time,
            include=asked.include,
            logprobs=bool(asked.params.get("logprobs")),
        )

    def events(self, answer: Answer) -> Iterator[dict[str, Any] | None]:
        """The events of the answer, in order; None for a PULSE."""
        transcript = self._transcript
        yield from transcript.begin(answer)
        for delta in answer.deltas:
            if delta == PULSE:
                yield None
            yield from transcript.go_on(delta)
        for event in transcript.end():
            if is_last(event):
                self._keep()
                self._ended(event["response"], answer)
            yield event

    def shown(self) -> dict[str, Any]:
        """The response as it is by now."""
        return self._transcript.body()

    def whole(self, answer: Answer) -> dict[str, Any]:
        """The response, when its events have all been told to nobody."""
        try:
            for _ in self.events(answer):
                pass
        except RagproxyError:
            if self._chat.cancel.cancelled:
                self.left()
            raise
        return self._transcript.body()

    def failed(self, body: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        """The event that says so; `body` is OpenAI's of the error."""
        for event in self._transcript.fail(body["error"]):
            if not self._kept:  # or else it was the keeping that failed
                self._keep_if_possible()
            yield event

    def left(self) -> None:
        """Nobody hears the rest."""
        if not self._kept and self._transcript.begun:
            self._transcript.cancel()
            self._keep_if_possible()

    def _keep(self) -> None:
        self._kept = True
        self._responder.keep(self._begun, self._transcript.body(), self._unseal)

    def _keep_if_possible(self) -> None:
        try:
            self._keep()
        except RagproxyError as err:  # there is nobody to be told, or something else to tell
            log.warning("a response that broke off could not be kept: %s", err.message)

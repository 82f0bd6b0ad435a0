"""What is said in answer to a request that is to be kept: remembered as it goes by, and kept at its end."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ragproxy.answering.opening import close
from ragproxy.domain import Answer, ChatRequest, Delta, Item, Message, StoredCompletion
from ragproxy.errors import NotFound, RagproxyError
from ragproxy.state import State, new_id

log = logging.getLogger(__name__)

_ID_LENGTH = 32  # of what follows the prefix of an id


@dataclass(frozen=True, slots=True)
class Forms:
    """How what is said is written down. `answered` gives the items of an answer's first choice, none for nothing."""

    messages_of: Callable[[Iterable[Item]], tuple[Message, ...]]
    items_of: Callable[[Iterable[Message]], tuple[Item, ...]]
    answered: Callable[[Answer, bool], tuple[Item, ...]]  # the flag says whether the answer came to its end
    completion: Callable[[ChatRequest, Answer], Mapping[str, Any]]  # OpenAI's object, to be stored


@dataclass(frozen=True, slots=True)
class Turn:
    """What a request says that is new, and what it is answered. Without a `conversation_id` it makes a conversation."""

    state: State
    forms: Forms
    request: ChatRequest  # as it came
    owner: str
    new: tuple[Message, ...]
    conversation_id: str | None = None

    def kept(self, answer: Answer) -> Answer:
        """The answer, whose deltas are kept as they are read: at their end, or when they break off or are closed.

        What the client never saw is not kept: of an answer that breaks off, what was streamed is. The errors of the
        records are raised here and at the end of the deltas; closing them raises none.
        """
        try:
            answer.conversation_id = self.conversation_id or self._made()
        except BaseException:
            close(answer.deltas)
            raise
        answer.deltas = _Remembered(answer.deltas, lambda said, whole: self._keep(answer, said, whole))
        return answer

    def _made(self) -> str:
        """A conversation for it; a request that is asked again finds the one that it made."""
        conversations, name = self.state.conversations, self.request.turn
        if name is None:
            return conversations.create(owner=self.owner, metadata={}).id
        id = f"conv_{name[:_ID_LENGTH]}"
        with suppress(NotFound):
            return conversations.get(id, owner=self.owner).id
        return conversations.create(owner=self.owner, metadata={}, id=id).id

    def _keep(self, answer: Answer, said: Sequence[Delta], whole: bool) -> None:
        if not whole and not self.request.stream:
            return  # the client is told of the error, if it is still there, and of nothing else
        answered = self.forms.answered(replace(answer, deltas=iter(said)), whole)
        if not answered:
            return
        items = (*self.forms.items_of(self.new), *answered)
        name = self.request.turn or new_id("turn_")
        with suppress(NotFound):  # deleted meanwhile
            self.state.conversations.append(str(answer.conversation_id), items, owner=self.owner, turn=name)
        if whole and self.request.store:
            self._store(replace(answer, deltas=iter(said)))

    def _store(self, answer: Answer) -> None:
        completion = StoredCompletion(
            id=answer.id,
            owner=self.owner,
            created=answer.created,
            model=answer.model,
            messages=self.request.messages,
            body=self.forms.completion(self.request, answer),
            metadata=self.request.metadata,
        )
        self.state.completions.create(completion)


class _Remembered(Iterator[Delta]):
    """Deltas that are remembered as they go by; `keep` is told once what they were, and whether they are all."""

    def __init__(self, deltas: Iterator[Delta], keep: Callable[[Sequence[Delta], bool], None]) -> None:
        self._deltas = deltas
        self._keep = keep
        self._said: list[Delta] = []
        self._lock = threading.Lock()
        self._ended = False

    def __next__(self) -> Delta:
        try:
            delta = next(self._deltas)
        except StopIteration:
            if self._ends():
                self._keep(self._said, True)
            raise
        except RagproxyError:
            self._left()
            raise
        self._said.append(delta)
        return delta

    def close(self) -> None:
        """Stop the work behind; any number of times."""
        try:
            close(self._deltas)
        finally:
            self._left()

    def _left(self) -> None:
        """Keep what there is: the end will not come."""
        if not self._ends():
            return
        try:
            self._keep(self._said, False)
        except RagproxyError as err:  # there is a worse one, or nobody to be told
            log.warning("what was said before an answer broke off is lost: %s", err.message)

    def _ends(self) -> bool:
        """Whether this is the end; but for the first time, it is not."""
        with self._lock:
            first, self._ended = not self._ended, True
        return first

"""Stand-ins that obey the ports of `ragproxy.domain`, so that a test needs no model and no network."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from ragproxy.domain import Agent, Caller, Cancel, ChatRequest, CompletionRequest, Delta, Told, Usage
from ragproxy.errors import Forbidden, UnknownModel, UpstreamBroken
from ragproxy.evaluation.replies import Reply, Searched


class FakeModel:
    """A ChatModel and CompletionModel that says what it was told, the same at every call.

    Texts make a whole answer: said for each of the request's choices, then a `stop` for each and the usage. Deltas
    alone are given exactly as they are. `fails` is raised before the first delta, `fails_after` after the last one
    scripted. With `hangs` it waits after the script until the request is cancelled.
    """

    def __init__(
        self,
        *script: Delta | str,
        fails: Exception | None = None,
        fails_after: Exception | None = None,
        hangs: bool = False,
    ) -> None:
        self.script = script
        self.fails = fails
        self.fails_after = fails_after
        self.hangs = hangs
        self.requests: list[ChatRequest | CompletionRequest] = []
        self.opened = 0
        self.ended = 0

    @property
    def closed(self) -> bool:
        """Whether every answer that was begun has run to its end or been closed."""
        return self.opened > 0 and self.opened == self.ended

    def chat(self, request: ChatRequest) -> Iterator[Delta]:
        return self._answer(request, request.n)

    def complete(self, request: CompletionRequest) -> Iterator[Delta]:
        return self._answer(request, request.n * len(request.prompts))

    def _answer(self, request: ChatRequest | CompletionRequest, choices: int) -> Iterator[Delta]:
        self.requests.append(request)
        self.opened += 1
        try:
            if self.fails is not None:
                raise self.fails
            for line in self.script:
                yield from self._said(line, choices)
            if self.hangs:
                _wait_for_the_end(request)
            if self.fails_after is not None:
                raise self.fails_after
            if any(isinstance(line, str) for line in self.script):
                yield from (Delta(index=index, finish_reason="stop") for index in range(choices))
                yield Delta(index=None, usage=self._usage(choices))
        finally:
            self.ended += 1

    @staticmethod
    def _said(line: Delta | str, choices: int) -> Iterator[Delta]:
        if isinstance(line, Delta):
            yield line
        else:
            yield from (Delta(index=index, content=line) for index in range(choices))

    def _usage(self, choices: int) -> Usage:
        completion = choices * len(self.script)
        return Usage(prompt=10, completion=completion, total=10 + completion)


class FakeModels:
    """Models from a dictionary. Those named in `chat_only` have no legacy completions."""

    def __init__(
        self, models: Mapping[str, FakeModel], default: str | None = None, chat_only: Collection[str] = ()
    ) -> None:
        self.models = dict(models)
        self.default = default or next(iter(self.models))
        self.chat_only = set(chat_only)

    def names(self) -> Sequence[str]:
        return list(self.models)

    def listed(self) -> Sequence[str]:
        return list(self.models)

    def owner(self, name: str) -> str:
        return "upstream"

    def chat_model(self, name: str) -> FakeModel:
        if name not in self.models:
            raise UnknownModel(f"The model '{name}' does not exist", param="model")
        return self.models[name]

    def completion_model(self, name: str) -> FakeModel | None:
        model = self.chat_model(name)
        return None if name in self.chat_only else model


class FakeDoorbell:
    """Counts its rings, and has `work` done at once, by whoever rings."""

    def __init__(self, work: Callable[[], object] = lambda: None) -> None:
        self.work = work
        self.rings = 0

    def ring(self) -> None:
        self.rings += 1
        self.work()


class FakeDoor:
    """A Door behind which `answer` says what is answered to a body: a status, headers and JSON.

    It notes who asked what. A body that `hangs` waits until it is cancelled, and is answered as a hang-up then.
    """

    def __init__(self, answer: Callable[[Mapping[str, Any]], tuple[int, Mapping[str, str], Any]]) -> None:
        self.answer = answer
        self.asked: list[tuple[str, Mapping[str, Any], Caller]] = []
        self.inside = 0
        self.most_inside = 0
        self._lock = threading.Lock()

    @contextmanager
    def post(
        self, path: str, body: Mapping[str, Any], caller: Caller, *, cancel: Cancel, note: str | None = None
    ) -> Iterator[Told]:
        with self._lock:
            self.asked.append((path, body, caller))
            self.inside += 1
            self.most_inside = max(self.most_inside, self.inside)
        try:
            if body.get("hangs"):
                gone = threading.Event()
                with cancel.breaking(gone.set):
                    gone.wait(30)
                yield Told(499, {}, iter([b"{}"]))
                return
            status, headers, answer = self.answer(body)
            yield Told(status, {"x-request-id": "req_1", **headers}, iter([json.dumps(answer).encode()]))
        finally:
            with self._lock:
                self.inside -= 1


class FakeGate:
    """Lets everybody in until it is `closed`, and notes into which agents."""

    def __init__(self) -> None:
        self.closed = False
        self.entered: list[Agent] = []

    def enter(self, agent: Agent) -> None:
        if self.closed:
            raise Forbidden("It was used as much as it may be", code="usage_limit_reached")
        self.entered.append(agent)


class FakeClock:
    """Seconds that pass when a test says so."""

    def __init__(self, now: float = 1000.0) -> None:
        self.now = now

    def __call__(self) -> float:
        return self.now


class FakeSleep:
    """Notes how long it should have slept, and calls `meanwhile` instead."""

    def __init__(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        self.seconds: list[float] = []
        self.meanwhile = meanwhile

    def __call__(self, seconds: float, cancel: Cancel) -> None:
        self.seconds.append(seconds)
        self.meanwhile()


class FakeSubject:
    """A Subject of an evaluation: the same passages and answer at every question, or what `fails` says of it.

    `fails` maps questions to the errors that asking the model raises, one after the other.
    """

    def __init__(
        self, searched: Searched | None, reply: Reply, fails: Mapping[str, Sequence[Exception]] | None = None
    ) -> None:
        self.searched = searched
        self.reply = reply
        self.asked: list[str] = []
        self.searches: list[str] = []
        self._fails = {question: list(errors) for question, errors in (fails or {}).items()}

    def search(self, question: str) -> Searched | None:
        self.searches.append(question)
        return self.searched

    def ask(self, question: str) -> Reply:
        self.asked.append(question)
        errors = self._fails.get(question)
        if errors:
            raise errors.pop(0)
        return self.reply


def _wait_for_the_end(request: ChatRequest | CompletionRequest) -> None:
    gone = threading.Event()
    with request.cancel.breaking(gone.set):
        gone.wait(30)
    raise UpstreamBroken("The call was given up")

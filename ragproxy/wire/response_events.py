"""A response while it is told: an answer's deltas in, OpenAI's events out, and the object that they make.

There is one way: the whole response is what its events have made of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

from ragproxy.domain import Answer, Delta, Usage
from ragproxy.wire.reading import cached_and_reasoning
from ragproxy.wire.response_items import Call, Event, Message, Reasoning, Search, ToldItem, file_citation
from ragproxy.wire.response_request import TIERS

RESULTS = "file_search_call.results"
LOGPROBS = "message.output_text.logprobs"
_THOUGHTS: Final = ("reasoning_content", "reasoning")  # servers have either, or both with the same in them
_REASONS: Final = {"length": "max_output_tokens", "content_filter": "content_filter"}
T = TypeVar("T", Message, Reasoning)
_LAST: Final = frozenset({"response.completed", "response.incomplete", "response.failed"})
_CODES: Final = frozenset({"server_error", "rate_limit_exceeded", "invalid_prompt", "vector_store_timeout"})


class Transcript:
    """What has been said of a response so far. `head` are the fields of the object that its answer does not change.

    `name` makes the ids of the items of its output, from their type and their place. Its events are numbered from
    `first`. Choices beyond the first are left out: Responses have one answer.
    """

    def __init__(
        self,
        head: Mapping[str, Any],
        *,
        name: Callable[[str, int], str],
        now: Callable[[], float],
        include: Collection[str] = (),
        logprobs: bool = False,
        first: int = 0,
    ) -> None:
        self._head = head
        self._name = name
        self._now = now
        self._include = include
        self._logprobs = logprobs or LOGPROBS in include
        self._number = first
        self._items: list[ToldItem] = []
        self._current: Message | Reasoning | None = None  # what is being told; calls are beside it
        self._position = 0  # code points of text so far
        self._waiting: list[Mapping[str, Any]] = []  # logprobs of text that is still to come
        self._finish: str | None = None
        self._usage: Usage | None = None
        self._tier: str | None = None
        self._cites = True
        self._end: dict[str, Any] = {}
        self.status = "in_progress"
        self.begun = False  # whether anything has been told

    @property
    def is_over(self) -> bool:
        """Whether no event comes any more."""
        return self.status != "in_progress"

    @property
    def said(self) -> bool:
        """Whether the model has said anything."""
        return any(not isinstance(item, Search) for item in self._items)

    def output(self) -> list[dict[str, Any]]:
        """The items of the output as they now are."""
        return [item.json() for item in self._items]

    def body(self) -> dict[str, Any]:
        """OpenAI's response object as it now is."""
        usage = self._usage if self.is_over else None
        return {
            **self._head,
            "status": self.status,
            "completed_at": None,
            "error": None,
            "incomplete_details": None,
            "service_tier": self._tier or self._head.get("service_tier"),
            "output": self.output(),
            "usage": None if usage is None else response_usage(usage),
            **self._end,
        }

    def begin(self, answer: Answer) -> Iterator[Event]:
        """The first events, the search that was done among them."""
        self.begun, self._cites = True, "annotations" in answer.carriers
        yield from self._told(self._whole("response.created"))
        yield from self._told(self._whole("response.in_progress"))
        if answer.sources is not None:
            yield from self._told(self._search(answer))

    def go_on(self, delta: Delta) -> Iterator[Event]:
        """The events of one more piece."""
        self._usage = delta.usage or self._usage
        tier = delta.chunk.get("service_tier")
        self._tier = tier if tier in TIERS else self._tier
        if delta.index in (None, 0):
            yield from self._told(self._hear(delta))
            self._finish = delta.finish_reason or self._finish

    def end(self) -> Iterator[Event]:
        """The last events: the response is complete, or as much of it as there may be."""
        reason = _REASONS.get(self._finish or "")
        if not self.said:
            yield from self._told(self._say_nothing())
        if self._waiting and isinstance(self._current, Message):
            yield from self._told(self._say(""))
        for item in self._items:
            yield from self._told(item.close("incomplete" if reason else "completed"))
        if reason:
            self.status, self._end = "incomplete", {"incomplete_details": {"reason": reason}}
        else:
            self.status, self._end = "completed", {"completed_at": int(self._now())}
        yield from self._told(self._whole(f"response.{self.status}"))

    def fail(self, error: Mapping[str, Any]) -> Iterator[Event]:
        """The last event of one that broke; `error` is what OpenAI's body of an error holds."""
        code = error.get("code")
        self._break_off("failed")
        self._end = {"error": {"code": code if code in _CODES else "server_error", "message": error.get("message")}}
        yield from self._told(self._whole("response.failed"))

    def cancel(self) -> None:
        """Nobody listens any more: what was said so far is all."""
        self._break_off("cancelled")

    def _break_off(self, status: str) -> None:
        for item in self._items:
            item.break_off()
        self.status = status

    # ---- what a delta says --------------------------------------------------------------------------

    def _hear(self, delta: Delta) -> Iterator[Event]:
        fields = delta.fields
        thought = next((fields[key] for key in _THOUGHTS if isinstance(fields.get(key), str) and fields[key]), None)
        if thought:
            reasoning = yield from self._now_in(Reasoning, "reasoning")
            yield from reasoning.think(thought)
        if self._logprobs:
            self._waiting += _logprobs(delta.choice.get("logprobs"))
        if delta.content:
            yield from self._say(delta.content)
        yield from self._annotate(delta)
        refusal = fields.get("refusal")
        if refusal and isinstance(refusal, str):
            message = yield from self._now_in(Message, "message")
            yield from message.refuse(refusal)
        calls = fields.get("tool_calls")
        for fragment in calls if isinstance(calls, list) else ():
            if isinstance(fragment, Mapping):
                yield from self._call(fragment)

    def _say(self, text: str) -> Iterator[Event]:
        message = yield from self._now_in(Message, "message")
        logprobs, self._waiting = self._waiting, []
        yield from message.say(text, self._position, logprobs)
        self._position += len(text)

    def _say_nothing(self) -> Iterator[Event]:
        message = yield from self._now_in(Message, "message")
        yield from message.say_nothing()

    def _annotate(self, delta: Delta) -> Iterator[Event]:
        notes = [file_citation(citation) for citation in delta.citations] if self._cites else []
        notes = [*_upstreams(delta.fields.get("annotations")), *notes]
        if notes:
            message = yield from self._now_in(Message, "message")
            for note in notes:
                yield from message.annotate(note, self._position)

    def _call(self, fragment: Mapping[str, Any]) -> Iterator[Event]:
        call = next(
            (item for item in reversed(self._items) if isinstance(item, Call) and item.is_meant(fragment)), None
        )
        if call is None:
            yield from self._leave()
            kind = "custom" if fragment.get("type") == "custom" or "custom" in fragment else "function"
            place = len(self._items)
            id = fragment.get("id")
            id = id if isinstance(id, str) and id else None
            item_type = "custom_tool_call" if kind == "custom" else "function_call"
            call = Call(self._name(item_type, place), place, kind, fragment.get("index"), id)
            self._items.append(call)
        yield from call.go_on(fragment)

    def _search(self, answer: Answer) -> Iterator[Event]:
        passages = answer.grounding.passages if answer.grounding else ()
        place = len(self._items)
        results = passages if RESULTS in self._include else None
        search = Search(self._name("file_search_call", place), place, answer.query or "", results)
        self._items.append(search)
        yield from search.open()
        yield from search.close()

    def _now_in(self, kind: type[T], item_type: str) -> Generator[Event, None, T]:
        """The item of that kind that is being told, begun if need be; whatever else was told before it ends."""
        current = self._current
        if not isinstance(current, kind):
            yield from self._leave()
            place = len(self._items)
            current = kind(self._name(item_type, place), place)
            self._items.append(current)
            self._current = current
            yield from current.open()
        return current

    def _leave(self) -> Iterator[Event]:
        """End what is being told, for something new comes; calls stay open, for servers may go on with any of them."""
        if self._current is not None:
            yield from self._current.close()
            self._current = None
        for item in self._items:
            if isinstance(item, Call):
                yield from item.announce()

    # ---- how it is told -----------------------------------------------------------------------------

    def _whole(self, kind: str) -> Iterator[Event]:
        yield {"type": kind, "response": self.body()}

    def _told(self, events: Iterable[Event]) -> Iterator[Event]:
        for event in events:
            yield {"type": event["type"], "sequence_number": self._number, **event}
            self._number += 1  # not before: an event that nobody asked to go on after may be told as another


def is_last(event: Mapping[str, Any]) -> bool:
    """Whether no event comes after it."""
    return event["type"] in _LAST


def response_usage(usage: Usage) -> dict[str, Any]:
    """OpenAI's usage object, as Responses have it."""
    cached, reasoning = cached_and_reasoning(usage)
    return {
        "input_tokens": usage.prompt,
        "input_tokens_details": {"cached_tokens": cached, "cache_write_tokens": 0},
        "output_tokens": usage.completion,
        "output_tokens_details": {"reasoning_tokens": reasoning},
        "total_tokens": usage.total,
    }


def _logprobs(said: Any) -> list[dict[str, Any]]:
    """Those of a choice, each token with all that Responses tell of it; none of what is no such thing."""
    content = said.get("content") if isinstance(said, Mapping) else None
    return [
        {
            **_logprob(each),
            "top_logprobs": [_logprob(top) for top in each.get("top_logprobs") or () if _is_logprob(top)],
        }
        for each in content or ()
        if _is_logprob(each)
    ]


def _logprob(each: Mapping[str, Any]) -> dict[str, Any]:
    given = each.get("bytes")
    return {
        "token": each["token"],
        "bytes": given if isinstance(given, list) else list(each["token"].encode()),
        "logprob": float(each["logprob"]),
    }


def _is_logprob(each: Any) -> bool:
    if not isinstance(each, Mapping) or not isinstance(each.get("token"), str):
        return False
    return type(each.get("logprob")) in (int, float)


def _upstreams(annotations: Any) -> list[dict[str, Any]]:
    """The pages that an upstream cites itself, as Responses have them."""
    notes = []
    for each in annotations if isinstance(annotations, list) else ():
        cited = each.get("url_citation") if isinstance(each, Mapping) else None
        if not isinstance(cited, Mapping):
            continue
        note = {key: cited.get(key) for key in ("url", "title", "start_index", "end_index")}
        if all(type(note[key]) is str for key in ("url", "title")) and all(
            type(note[key]) is int for key in ("start_index", "end_index")
        ):
            notes.append({"type": "url_citation", **note})
    return notes

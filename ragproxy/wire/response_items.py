"""The items of a response while they are told: each knows the events that tell it, and what it is so far.

Events are OpenAI's without their `sequence_number`, which the whole stream shares. An item is told in full when it is
closed; what is open at the end of a response that ends early is incomplete.
"""

from __future__ import annotations

import secrets
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, Final

from ragproxy.domain import Citation, Passage
from ragproxy.wire.json import dumps

Event = dict[str, Any]


class ToldItem(ABC):
    """An item of the output: where it stands in it, and how far it has got."""

    def __init__(self, id: str, place: int) -> None:
        self.id = id
        self.place = place
        self.status = "in_progress"

    @property
    def is_open(self) -> bool:
        return self.status == "in_progress"

    @abstractmethod
    def json(self) -> dict[str, Any]:
        """OpenAI's item as it now is; later changes do not show in it."""

    def open(self) -> Iterator[Event]:
        """What begins it."""
        yield {"type": "response.output_item.added", "output_index": self.place, "item": self.json()}

    def close(self, status: str = "completed") -> Iterator[Event]:
        """What ends it; nothing when it has ended."""
        if self.is_open:
            yield from self._end()
            self.status = status
            yield {"type": "response.output_item.done", "output_index": self.place, "item": self.json()}

    def break_off(self) -> None:
        """End it without a word: nobody is left to hear it, or something else is said."""
        if self.is_open:
            self.status = "incomplete"

    @abstractmethod
    def _end(self) -> Iterator[Event]:
        """What is told before its end."""

    def _about(self, kind: str, **more: Any) -> Event:
        return {"type": kind, "item_id": self.id, "output_index": self.place, **more}


class Search(ToldItem):
    """A search that was done before the model wrote: `results` are its passages, None for nobody to see."""

    def __init__(self, id: str, place: int, query: str, results: Sequence[Passage] | None) -> None:
        super().__init__(id, place)
        self._query = query
        self._results = results

    def json(self) -> dict[str, Any]:
        """OpenAI's file_search_call."""
        over = not self.is_open
        results = None if self._results is None or not over else [_result_json(each) for each in self._results]
        queries = [self._query] if over and self._query else []
        return {
            "id": self.id,
            "type": "file_search_call",
            "status": self.status,
            "queries": queries,
            "results": results,
        }

    def open(self) -> Iterator[Event]:
        """What begins it."""
        yield from super().open()
        yield self._about("response.file_search_call.in_progress")
        yield self._about("response.file_search_call.searching")

    def _end(self) -> Iterator[Event]:
        yield self._about("response.file_search_call.completed")


class Reasoning(ToldItem):
    """What a model thinks aloud before it answers."""

    def __init__(self, id: str, place: int) -> None:
        super().__init__(id, place)
        self._texts: list[str] = []

    def json(self) -> dict[str, Any]:
        """OpenAI's reasoning item."""
        content = [self._part()] if self._texts else []
        return {"id": self.id, "type": "reasoning", "summary": [], "content": content, "status": self.status}

    def open(self) -> Iterator[Event]:
        """What begins it."""
        yield from super().open()
        yield self._about("response.content_part.added", content_index=0, part=self._part())

    def think(self, text: str) -> Iterator[Event]:
        """So much more."""
        self._texts.append(text)
        yield self._about("response.reasoning_text.delta", content_index=0, delta=text)

    def _end(self) -> Iterator[Event]:
        part = self._part()
        yield self._about("response.reasoning_text.done", content_index=0, text=part["text"])
        yield self._about("response.content_part.done", content_index=0, part=part)

    def _part(self) -> dict[str, Any]:
        return {"type": "reasoning_text", "text": "".join(self._texts)}


class Message(ToldItem):
    """What the model says: parts of text and of refusal, one after another."""

    def __init__(self, id: str, place: int) -> None:
        super().__init__(id, place)
        self._parts: list[_Part] = []

    def json(self) -> dict[str, Any]:
        """OpenAI's message."""
        content = [part.json() for part in self._parts]
        return {"id": self.id, "type": "message", "status": self.status, "role": "assistant", "content": content}

    def say(self, text: str, position: int, logprobs: Sequence[Mapping[str, Any]] = ()) -> Iterator[Event]:
        """So much more text, which begins `position` code points after the beginning of the answer's."""
        part = yield from self._current(_Text, position)
        part.texts.append(text)
        part.logprobs += logprobs
        yield self._in_part("response.output_text.delta", delta=text, logprobs=list(logprobs))

    def annotate(self, annotation: Mapping[str, Any], position: int) -> Iterator[Event]:
        """A note on the text said; its indices count from the beginning of the answer's."""
        part = yield from self._current(_Text, position)
        moved = {**annotation}
        for key in ("index", "start_index", "end_index"):
            if type(moved.get(key)) is int:
                moved[key] = max(0, moved[key] - part.start)
        part.annotations.append(moved)
        yield self._in_part(
            "response.output_text.annotation.added",
            annotation_index=len(part.annotations) - 1,
            annotation=dict(moved),
        )

    def refuse(self, text: str) -> Iterator[Event]:
        """So much more of a refusal."""
        part = yield from self._current(_Refusal, 0)
        part.texts.append(text)
        yield self._in_part("response.refusal.delta", delta=text)

    def say_nothing(self) -> Iterator[Event]:
        """An answer without a word is a text without one."""
        yield from self._current(_Text, 0)

    def _current(self, kind: type[_Part], position: int) -> Generator[Event, None, _Part]:
        """The part of that kind that is being told, begun if need be."""
        if not self._parts or type(self._parts[-1]) is not kind:
            yield from self._end()
            self._parts.append(kind(position))
            yield self._in_part("response.content_part.added", part=self._parts[-1].json())
        return self._parts[-1]

    def _end(self) -> Iterator[Event]:
        if self._parts:
            part = self._parts[-1]
            yield self._in_part(part.done, **part.whole())
            yield self._in_part("response.content_part.done", part=part.json())

    def _in_part(self, kind: str, **more: Any) -> Event:
        return self._about(kind, content_index=len(self._parts) - 1, **more)


class _Part(ABC):
    done: str  # the event of its end

    def __init__(self, start: int) -> None:
        self.start = start
        self.texts: list[str] = []
        self.annotations: list[dict[str, Any]] = []
        self.logprobs: list[Mapping[str, Any]] = []

    @property
    def text(self) -> str:
        return "".join(self.texts)

    @abstractmethod
    def json(self) -> dict[str, Any]: ...

    @abstractmethod
    def whole(self) -> dict[str, Any]: ...


class _Text(_Part):
    done = "response.output_text.done"

    def json(self) -> dict[str, Any]:
        notes = [dict(each) for each in self.annotations]
        return {"type": "output_text", "text": self.text, "annotations": notes, "logprobs": list(self.logprobs)}

    def whole(self) -> dict[str, Any]:
        return {"text": self.text, "logprobs": list(self.logprobs)}


class _Refusal(_Part):
    done = "response.refusal.done"

    def json(self) -> dict[str, Any]:
        return {"type": "refusal", "refusal": self.text}

    def whole(self) -> dict[str, Any]:
        return {"refusal": self.text}


class Call(ToldItem):
    """A call of a function or of a custom tool that the caller has: told when its name is known."""

    _WORDS: Final = {
        "function": ("function_call", "arguments", "response.function_call_arguments"),
        "custom": ("custom_tool_call", "input", "response.custom_tool_call_input"),
    }

    def __init__(self, id: str, place: int, kind: str, index: Any, call_id: str | None) -> None:
        super().__init__(id, place)
        self.index = index
        self._type, self._key, self._event = self._WORDS[kind]
        self._kind = kind
        self._given_id = call_id
        self._call_id = call_id or f"call_{secrets.token_hex(12)}"
        self._name = ""
        self._texts: list[str] = []
        self._told = False

    def is_meant(self, fragment: Mapping[str, Any]) -> bool:
        """Whether the fragment goes on with it: servers exist that number every call 0, and tell them by their ids."""
        id = fragment.get("id")
        same = not id or not self._given_id or id == self._given_id
        return self.is_open and type(self.index) is int and fragment.get("index") == self.index and same

    def json(self) -> dict[str, Any]:
        """OpenAI's function_call or custom_tool_call."""
        return {
            "id": self.id,
            "type": self._type,
            "status": self.status,
            "call_id": self._call_id,
            "name": self._name,
            self._key: "".join(self._texts) if self._told else "",
        }

    def open(self) -> Iterator[Event]:
        """Nothing yet."""
        return iter(())

    def go_on(self, fragment: Mapping[str, Any]) -> Iterator[Event]:
        """One more fragment of it."""
        inner = fragment.get(self._kind)
        inner = inner if isinstance(inner, Mapping) else {}
        if not self._given_id and isinstance(fragment.get("id"), str) and fragment["id"] and not self._told:
            self._call_id = self._given_id = fragment["id"]
        if not self._name and isinstance(inner.get("name"), str):
            self._name = inner["name"]
        text = inner.get(self._key)
        if text is not None and not isinstance(text, str):
            text = dumps(text).decode()  # some servers send the object itself
        if self._name:
            yield from self.announce()
        if text:
            self._texts.append(text)
            if self._told:
                yield self._about(f"{self._event}.delta", delta=text)

    def announce(self) -> Iterator[Event]:
        """Begin it with what is known, unless that has been done: something else comes after it."""
        if self._told:
            return
        yield from super().open()
        self._told = True
        if self._texts:
            yield self._about(f"{self._event}.delta", delta="".join(self._texts))

    def _end(self) -> Iterator[Event]:
        yield from self.announce()
        named = {"name": self._name} if self._kind == "function" else {}
        yield self._about(f"{self._event}.done", **named, **{self._key: "".join(self._texts)})


def file_citation(citation: Citation) -> dict[str, Any]:
    """OpenAI's file_citation of one marker: `index` is the code point where the marker begins."""
    source = citation.source
    return {
        "type": "file_citation",
        "file_id": source.file_id,
        "filename": source.filename,
        "index": citation.start,
    }


def _result_json(passage: Passage) -> dict[str, Any]:
    return {
        "file_id": passage.chunk.file_id,
        "filename": passage.chunk.filename,
        "score": round(passage.score, 4),
        "attributes": dict(passage.attributes),
        "text": passage.chunk.text,
    }

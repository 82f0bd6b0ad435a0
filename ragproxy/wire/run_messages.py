"""The message of a run while it is told: OpenAI's thread message, of the events of a response."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ragproxy.wire.thread_messages import annotation_json, content_json

Event = dict[str, Any]


class ToldMessage:
    """A message of the run: what has been said of it, and the events that say so. Made of one item of a response."""

    def __init__(self, run: Mapping[str, Any], id: str, created: int) -> None:
        self._head = {"id": id, "object": "thread.message", "created_at": created, "thread_id": run["thread_id"]}
        self._of = {"assistant_id": run["assistant_id"], "run_id": run["id"]}
        self._end: dict[str, Any] = {}
        self._parts: list[dict[str, Any]] = []  # as a response has them
        self._told: set[int] = set()  # those of which there was a delta
        self.id = id
        self.status = "in_progress"

    @property
    def has_text(self) -> bool:
        """Whether anything was said in it."""
        return any(part.get("text") or part.get("refusal") for part in self._parts)

    def json(self) -> dict[str, Any]:
        """OpenAI's message as it now is."""
        return {
            **self._head,
            "status": self.status,
            "incomplete_details": None,
            "completed_at": None,
            "incomplete_at": None,
            "role": "assistant",
            "content": [] if self.status == "in_progress" else content_json(self.item()),
            **self._of,
            "attachments": [],
            "metadata": {},
            **self._end,
        }

    def item(self) -> dict[str, Any]:
        """The same as conversations keep it."""
        status = "completed" if self.status == "completed" else "incomplete"
        content = [dict(part) for part in self._parts]
        return {"id": self.id, "type": "message", "role": "assistant", "status": status, "content": content}

    def begin(self) -> Iterator[Event]:
        """What begins it."""
        yield _event("created", self.json())
        yield _event("in_progress", self.json())

    def hear(self, event: Mapping[str, Any]) -> Iterator[Event]:
        """What one event of its item comes to."""
        match event["type"]:
            case "response.content_part.added":
                self._parts.append({**event["part"]})
            case "response.output_text.delta":
                part = self._parts[event["content_index"]]
                part["text"] += event["delta"]
                yield from self._say(event["content_index"], {"value": event["delta"]})
            case "response.output_text.annotation.added":
                yield from self._annotate(event["content_index"], event["annotation"])
            case "response.refusal.delta":
                part = self._parts[event["content_index"]]
                part["refusal"] += event["delta"]
                yield self._delta({"index": event["content_index"], "type": "refusal", "refusal": event["delta"]})
            case "response.content_part.done" if event["content_index"] not in self._told:
                if event["part"]["type"] == "output_text":  # an answer without a word
                    yield from self._say(event["content_index"], {"value": ""})

    def close(self, now: int, reason: str | None = None) -> Iterator[Event]:
        """What ends it; with a reason it is incomplete. Nothing when it has ended."""
        if self.status != "in_progress":
            return
        if reason is None:
            self.status, self._end = "completed", {"completed_at": now}
        else:
            self.status, self._end = "incomplete", {"incomplete_at": now, "incomplete_details": {"reason": reason}}
        yield _event(self.status, self.json())

    def _annotate(self, place: int, note: Mapping[str, Any]) -> Iterator[Event]:
        part = self._parts[place]
        annotation = annotation_json(note, part["text"])
        if annotation is not None:  # pages that an upstream cites are nothing that a message here can have
            yield from self._say(place, {"annotations": [{"index": len(part["annotations"]), **annotation}]})
            part["annotations"] = [*part["annotations"], dict(note)]

    def _say(self, place: int, text: dict[str, Any]) -> Iterator[Event]:
        if place not in self._told:
            self._told.add(place)
            text = {"value": "", "annotations": [], **text}
        yield self._delta({"index": place, "type": "text", "text": text})

    def _delta(self, content: dict[str, Any]) -> Event:
        self._told.add(content["index"])
        return _event("delta", {"id": self.id, "object": "thread.message.delta", "delta": {"content": [content]}})


def _event(what: str, data: dict[str, Any]) -> Event:
    return {"event": f"thread.message.{what}", "data": data}

"""Runs that are worked on: what is asked for them, what comes back, and what becomes of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from ragproxy.domain import Item, Run, RunChange, RunStep, ThreadMessage
from ragproxy.errors import UpstreamBroken
from ragproxy.wire import sse
from ragproxy.wire.background_responses import refusal
from ragproxy.wire.json import dumps, loads_upstream
from ragproxy.wire.response_events import RESULTS
from ragproxy.wire.run_events import SPENT, RunTranscript, broken_off, ended_run, run_event, spent
from ragproxy.wire.run_messages import ToldMessage

__all__ = ["asked", "begun", "closed", "heard", "is_opening", "refusal", "short", "taken_up"]

_OPENING: Final = ("thread.created", "thread.run.created", "thread.run.queued", "thread.run.in_progress")
_OUTPUTS: Final = ("thread.run.step.completed",)  # what a caller gave is told before it is queued again
_MOST_ITEMS: Final = 4000  # the newest; a request takes few more
_PROMPT, _COMPLETION = "max_prompt_tokens", "max_completion_tokens"


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be asked of /responses; `lacking` names the limit of the run that leaves no room for it."""

    body: Mapping[str, Any]
    lacking: str | None = None


def asked(run: Run, items: Iterable[Item], count: Callable[[str], int]) -> Asked:
    """What is asked, of the items of its thread and of what it said: as many of the newest as it may read."""
    request, used = run.request, spent(run.said)
    ours = {item.get("id") for item in run.said if item["type"] == "message"}
    before = [item for item in items if item["type"] == "message" and item.get("content") and item["id"] not in ours]
    strategy = run.body["truncation_strategy"]
    if strategy["type"] == "last_messages":
        before = before[-strategy["last_messages"] :]
    said = [item for item in run.said if item["type"] != SPENT and (item["type"] != "message" or item["content"])]
    body = {**request["ask"], "store": False, "stream": True, "truncation": "auto", "include": [RESULTS]}
    if any(item["type"] == "function_call_output" for item in said) and body.get("tool_choice") != "none":
        body["tool_choice"] = "auto"  # what had to be called has been
    if run.body[_COMPLETION] is not None:
        left = run.body[_COMPLETION] - used["completion_tokens"]
        if left <= 0:
            return Asked(body, _COMPLETION)
        body["max_output_tokens"] = left
    shown = [*before[-_MOST_ITEMS:], *said]
    if run.body[_PROMPT] is not None:
        fixed = count(str(run.body["instructions"] or "")) + count(_text(said))
        kept = _newest(before[-_MOST_ITEMS:], run.body[_PROMPT] - used["prompt_tokens"] - fixed, count)
        if not kept and (before or not said):
            return Asked(body, _PROMPT)
        shown = [*kept, *said]
    body["input"] = [{key: value for key, value in item.items() if key != "id"} for item in shown]
    return Asked(body)


def heard(pieces: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The events of a response, as they come. UpstreamBroken when they cannot be read."""
    for payload in sse.events(pieces):
        if payload:
            event = loads_upstream(payload)
            if not isinstance(event, dict) or "type" not in event:
                raise UpstreamBroken("The answer holds something else than the events of a response")
            yield event


def is_opening(event: Mapping[str, Any]) -> bool:
    """Whether nothing of an answer has been told where it is the last event so far."""
    return event["event"] in (*_OPENING, *_OUTPUTS)


def begun(run: Run, now: int, *, opened: bool) -> RunChange:
    """Somebody works on it, whether for the first time or not; with `opened` that has been told."""
    body = {**run.body, "status": "in_progress", "started_at": run.body["started_at"] or now}
    return RunChange(body, events=() if opened else [run_event(body)])


def short(run: Run, now: int, lacking: str) -> RunChange:
    """That limit of its own leaves no room to go on."""
    body = ended_run(run.body, run.said, "incomplete", now, incomplete_details={"reason": lacking})
    return RunChange(body, events=[run_event(body)])


def closed(
    run: Run, steps: Sequence[RunStep], status: str, now: int, code: str = "server_error", message: str = ""
) -> RunChange:
    """It ends as `failed`, `cancelled` or `expired`; `steps` are those that have not ended."""
    body, ended, events = broken_off(run.body, [step.body for step in steps], run.said, status, now, code, message)
    return RunChange(body, steps=[kept_step(step) for step in ended], events=events)


def kept_step(body: Mapping[str, Any]) -> RunStep:
    """The step of that object; a new one is numbered when it is kept."""
    return RunStep(body["id"], body["run_id"], -1, body["created_at"], body)


def kept_message(message: ToldMessage) -> ThreadMessage:
    """A message that was told, as threads keep it."""
    body = message.json()
    return ThreadMessage(
        item=message.item(),
        thread_id=body["thread_id"],
        created=body["created_at"],
        assistant_id=body["assistant_id"],
        run_id=body["run_id"],
        status=body["status"],
        incomplete=body["incomplete_details"],
        completed_at=body["completed_at"],
        incomplete_at=body["incomplete_at"],
    )


class TakenUp:
    """A run that somebody works on, from one point at which all is kept to the next."""

    def __init__(self, run: Run, name: Callable[[str], str], now: Callable[[], float]) -> None:
        self._transcript = RunTranscript(run.body, run.said, name=name, now=now, ranking=run.request.get("ranking"))

    @property
    def is_over(self) -> bool:
        """Whether the run waits, or has ended."""
        return self._transcript.is_over

    def hear(self, event: Mapping[str, Any]) -> list[dict[str, Any]]:
        """The events that one event of the response comes to."""
        return list(self._transcript.hear(event))

    def break_off(self, status: str, code: str = "server_error", message: str = "") -> list[dict[str, Any]]:
        """The events that end it now."""
        return list(self._transcript.break_off(status, code, message))

    def change(self) -> RunChange:
        """All that is to be kept, but for the events."""
        transcript = self._transcript
        return RunChange(
            body=transcript.run,
            said=cast(Sequence[Item], transcript.said),
            steps=[kept_step(step) for step in transcript.steps.values()],
            messages=[kept_message(message) for message in transcript.messages],
        )


taken_up = TakenUp


def _newest(items: Sequence[Item], room: int, count: Callable[[str], int]) -> list[Item]:
    """As many of the last items as there is room for, in tokens."""
    kept: list[Item] = []
    for item in reversed(items):
        room -= count(_text([item]))
        if room < 0:
            break
        kept.insert(0, item)
    return kept


def _text(items: Sequence[Item]) -> str:
    texts = []
    for item in items:
        parts = item.get("content") or []
        texts += [str(part.get("text") or "") for part in parts]
        texts += [str(item[key]) for key in ("name", "arguments") if key in item]
        if "output" in item:
            texts.append(item["output"] if isinstance(item["output"], str) else dumps(item["output"]).decode())
    return "\n".join(texts)

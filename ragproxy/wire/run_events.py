"""A run while it is told: the events of responses in, OpenAI's thread events out, and the objects that they make.

There is one way: the run, its steps and its messages are what their events have made of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from ragproxy.wire.run_messages import Event, ToldMessage
from ragproxy.wire.run_steps import NOTHING_SPENT, begun_step, delta_json, ended_step, search_call, step_json

SPENT: Final = "spent"  # the type of what is no item, but kept among what was said: the usage of one answer
PAUSES: Final = frozenset({"thread.run.requires_action"})
ENDS: Final = frozenset(
    f"thread.run.{status}" for status in ("completed", "incomplete", "failed", "cancelled", "expired")
)
_WHY: Final = {"cancelled": "run_cancelled", "expired": "run_expired", "failed": "run_failed"}
_CUT: Final[Mapping[Any, str]] = {"content_filter": "content_filter"}
_CODES: Final = frozenset({"server_error", "rate_limit_exceeded", "invalid_prompt"})

Body = Mapping[str, Any]


class RunTranscript:
    """What has been said of a run since it was taken up. `run` is its object, `said` what it had said before.

    `steps` are those that changed, `items` and `messages` what was said, as conversations and as threads have it: all
    of that is to be kept when the response has ended.
    """

    def __init__(
        self,
        run: Body,
        said: Sequence[Body] = (),
        *,
        name: Callable[[str], str],
        now: Callable[[], float],
        ranking: Body | None = None,
    ) -> None:
        self.run: Body = run
        self.steps: dict[str, Body] = {}
        self._said = [*said]
        self._name = name
        self._now = now
        self._ranking = ranking
        self._told: dict[int, ToldMessage] = {}  # by their place in the output
        self._writing: str | None = None  # the step of the message that was begun last, until it is over
        self._calling: str | None = None  # the step of the functions that are called
        self._calls: dict[int, int] = {}  # places in the output to places in the step
        self._items: dict[int, Body] = {}

    @property
    def messages(self) -> list[ToldMessage]:
        """Those that say something and have ended."""
        return [each for each in self._told.values() if each.status != "in_progress" and each.has_text]

    @property
    def said(self) -> list[Body]:
        """Everything that was said in the run, as far as it is over."""
        return [*self._said, *(self._items[place] for place in sorted(self._items))]

    @property
    def is_over(self) -> bool:
        """Whether the run waits, or has ended."""
        return self.run["status"] not in ("queued", "in_progress", "cancelling")

    def hear(self, event: Mapping[str, Any]) -> Iterator[Event]:
        """What one event of the response comes to."""
        kind = event["type"]
        if "output_index" in event:
            yield from self._hear_item(kind, event)
        elif kind in ("response.completed", "response.incomplete"):
            yield from self._end(event["response"])
        elif kind == "response.failed":
            error = event["response"].get("error") or {}
            self._spend(event["response"])
            yield from self.break_off("failed", str(error.get("code")), str(error.get("message")))

    def break_off(self, status: str, code: str = "server_error", message: str = "") -> Iterator[Event]:
        """End it now, as `failed`, `cancelled` or `expired`: what was said is all there will be."""
        now = self._time()
        for told in self._told.values():
            yield from told.close(now, _WHY[status])
        yield from self._write_step(status, code, message)
        for place in self._calls:
            self._items.pop(place, None)  # nobody will answer it
        open_steps = [step for step in self.steps.values() if step["status"] == "in_progress"]
        run, steps, events = broken_off(self.run, open_steps, self.said, status, now, code, message)
        self.run = run
        self.steps |= {step["id"]: step for step in steps}
        yield from events

    # ---- items of the output ------------------------------------------------------------------------

    def _hear_item(self, kind: str, event: Mapping[str, Any]) -> Iterator[Event]:
        place = event["output_index"]
        if kind == "response.output_item.added":
            yield from self._begin(place, event["item"])
        elif kind == "response.output_item.done":
            yield from self._close(place, event["item"])
        elif kind == "response.function_call_arguments.delta" and place in self._calls:
            call = {"index": self._calls[place], "type": "function", "function": {"arguments": event["delta"]}}
            yield self._call_delta(call)
        elif place in self._told:
            yield from self._told[place].hear(event)

    def _begin(self, place: int, item: Body) -> Iterator[Event]:
        if item["type"] == "message":
            yield from self._write_step("completed")
            message = ToldMessage(self.run, self._name("msg_"), self._time())
            self._told[place] = message
            details = {"type": "message_creation", "message_creation": {"message_id": message.id}}
            self._writing = yield from self._begin_step(details)
            yield from message.begin()
        elif item["type"] == "function_call":
            yield from self._write_step("completed")
            if self._calling is None:
                self._calling = yield from self._begin_step({"type": "tool_calls", "tool_calls": []})
            self._calls[place] = len(self._calls)
            function = {"name": item["name"], "arguments": "", "output": None}
            yield self._call_delta(
                {"index": self._calls[place], "id": item["call_id"], "type": "function", "function": function}
            )

    def _close(self, place: int, item: Body) -> Iterator[Event]:
        if item["type"] == "file_search_call":
            yield from self._search(item)
        elif place in self._told:
            if item["status"] == "completed":  # or else the end of the response will say why it is not
                yield from self._told[place].close(self._time())
            self._items[place] = self._told[place].item()
        elif place in self._calls:
            assert self._calling is not None
            step = self.steps[self._calling]
            function = {"name": item["name"], "arguments": item["arguments"], "output": None}
            call = {"id": item["call_id"], "type": "function", "function": function}
            calls = {self._calls[place]: call, **dict(enumerate(step["step_details"]["tool_calls"]))}
            details = {"type": "tool_calls", "tool_calls": [calls[number] for number in sorted(calls)]}
            self.steps[self._calling] = {**step, "step_details": details}
            self._items[place] = {key: value for key, value in item.items() if key != "id"}

    def _search(self, item: Body) -> Iterator[Event]:
        id = yield from self._begin_step({"type": "tool_calls", "tool_calls": []})
        call = search_call(item, self._ranking)
        yield self._step_delta(id, {"index": 0, **call})
        yield from self._end_step(id, "completed", step_details={"type": "tool_calls", "tool_calls": [call]})

    # ---- the end of the response --------------------------------------------------------------------

    def _end(self, response: Body) -> Iterator[Event]:
        usage = self._spend(response)
        reason = (response.get("incomplete_details") or {}).get("reason")
        for told in self._told.values():
            yield from told.close(self._time(), _CUT.get(reason, "max_tokens"))
        if reason is None and self._calling is not None:
            yield from self._write_step("completed")
            yield from self._wait()
            return
        yield from self._write_step("completed", usage=usage)
        if reason == "content_filter":
            yield from self.break_off("failed", "invalid_prompt", "The answer was stopped by a content filter")
            return
        if self._calling is not None:  # cut off in the middle of a call
            yield from self._end_step(self._calling, "cancelled", usage=usage)
            for place in self._calls:
                self._items.pop(place, None)
        status = "completed" if reason is None else "incomplete"
        details = None if reason is None else {"reason": "max_completion_tokens"}
        self.run = ended_run(self.run, self.said, status, self._time(), incomplete_details=details)
        yield run_event(self.run)

    def _wait(self) -> Iterator[Event]:
        assert self._calling is not None
        calls = [
            {**call, "function": {key: call["function"][key] for key in ("name", "arguments")}}
            for call in self.steps[self._calling]["step_details"]["tool_calls"]
        ]
        action = {"type": "submit_tool_outputs", "submit_tool_outputs": {"tool_calls": calls}}
        self.run = {**self.run, "status": "requires_action", "required_action": action}
        yield run_event(self.run)

    def _spend(self, response: Body) -> dict[str, int]:
        usage = run_usage(response.get("usage"))
        self._items[len(response.get("output") or ())] = {"type": SPENT, "usage": usage}
        return usage

    # ---- steps --------------------------------------------------------------------------------------

    def _begin_step(self, details: Body) -> Any:
        step = begun_step(self.run, self._name("step_"), details, self._time())
        self.steps[step["id"]] = step
        yield _step_event("created", step)
        yield _step_event("in_progress", step)
        return step["id"]

    def _end_step(self, id: str, status: str, **more: Any) -> Iterator[Event]:
        step = self.steps[id] = ended_step(self.steps[id], status, self._time(), **more)
        yield _step_event(status, step)

    def _write_step(self, status: str, code: str = "", message: str = "", **more: Any) -> Iterator[Event]:
        """End the step of the message that was written last, unless it is over."""
        if self._writing is not None:
            if status == "failed":
                more["last_error"] = step_error(code, message)
            yield from self._end_step(self._writing, status, **more)
            self._writing = None

    def _call_delta(self, call: dict[str, Any]) -> Event:
        assert self._calling is not None
        return self._step_delta(self._calling, call)

    def _step_delta(self, id: str, call: dict[str, Any]) -> Event:
        delta = {"step_details": {"type": "tool_calls", "tool_calls": [call]}}
        return _step_event("delta", {"id": id, "object": "thread.run.step.delta", "delta": delta})

    def _time(self) -> int:
        return int(self._now())


def broken_off(
    run: Body,
    open_steps: Iterable[Body],
    said: Sequence[Body],
    status: str,
    now: int,
    code: str = "server_error",
    message: str = "",
) -> tuple[dict[str, Any], list[dict[str, Any]], list[Event]]:
    """The run once it has come to that status, the steps that end with it, and the events that say so."""
    error = {"last_error": step_error(code, message)} if status == "failed" else {}
    spent = spent_last(said)
    steps = [ended_step(step, status, now, usage=spent, **error) for step in open_steps]
    more = {"last_error": {"code": code if code in _CODES else "server_error", "message": message}} if error else {}
    ended = ended_run(run, said, status, now, **more)
    return ended, steps, [*(_step_event(status, step) for step in steps), run_event(ended)]


def ended_run(run: Body, said: Sequence[Body], status: str, now: int, **more: Any) -> dict[str, Any]:
    """The run's object once it has ended: `said` is all that was said in it."""
    at = {} if status in ("incomplete", "expired") else {f"{status}_at": now}
    ended = {**run, "status": status, "required_action": None, "expires_at": None, "usage": spent(said), **at, **more}
    return ended | ({"expires_at": run["expires_at"]} if status == "expired" else {})


def run_event(run: Body) -> Event:
    """The event that says what has become of a run."""
    return {"event": f"thread.run.{run['status']}", "data": dict(run)}


def outputs_event(step: Body) -> Event:
    """The event that says that a step has its outputs."""
    return _step_event("completed", step)


def is_last(event: Mapping[str, Any]) -> bool:
    """Whether a stream ends with it."""
    return event["event"] in ENDS or event["event"] in PAUSES


def event_json(event: Mapping[str, Any], include: Sequence[str]) -> Event:
    """The event as it is told, without what is shown on demand alone."""
    name, data = event["event"], event["data"]
    if name == "thread.run.step.delta":
        return {"event": name, "data": delta_json(data, include)}
    if name.startswith("thread.run.step."):
        return {"event": name, "data": step_json(data, include)}
    return {"event": name, "data": data}


def spent(said: Iterable[Body]) -> dict[str, int]:
    """The usage of all answers of a run."""
    usages = [item["usage"] for item in said if item["type"] == SPENT]
    return {key: sum(usage[key] for usage in usages) for key in NOTHING_SPENT}


def spent_last(said: Sequence[Body]) -> dict[str, int]:
    """The usage of its last answer."""
    return next((dict(item["usage"]) for item in reversed(said) if item["type"] == SPENT), dict(NOTHING_SPENT))


def run_usage(usage: Body | None) -> dict[str, int]:
    """OpenAI's usage of a run, of a response's."""
    if usage is None:
        return dict(NOTHING_SPENT)
    return {
        "prompt_tokens": usage["input_tokens"],
        "completion_tokens": usage["output_tokens"],
        "total_tokens": usage["total_tokens"],
    }


def step_error(code: str, message: str) -> dict[str, str]:
    """Why a step failed."""
    return {"code": code if code in ("server_error", "rate_limit_exceeded") else "server_error", "message": message}


def _step_event(what: str, step: Body) -> Event:
    return {"event": f"thread.run.step.{what}", "data": dict(step)}

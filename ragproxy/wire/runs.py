"""Runs: how clients ask for them, what is asked of /responses for them, and what clients see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, ValidationError, fields, post_load

from ragproxy.domain import Agent, Cursor, Run, RunChange, RunStep, ThreadMessage
from ragproxy.errors import InvalidRequest
from ragproxy.wire.assistant_fields import AssistantFormat, AssistantTools, settled, tools_json
from ragproxy.wire.assistants import EFFORTS, MAX_INSTRUCTIONS
from ragproxy.wire.conversations import Notes
from ragproxy.wire.fields import Flag, Identifier, Items, Number, Text, Whole
from ragproxy.wire.paging import PageQuery
from ragproxy.wire.run_asking import kept_step
from ragproxy.wire.run_events import outputs_event, run_event, spent_last
from ragproxy.wire.run_fields import RunToolChoice, Truncation
from ragproxy.wire.run_steps import CONTENT, ended_step, with_outputs
from ragproxy.wire.thread_messages import NewMessageSchema
from ragproxy.wire.threads import MAX_MESSAGES, ThreadRequest, ThreadRequestSchema
from ragproxy.wire.tool_resources import ToolResources, ToolResourcesSchema
from ragproxy.wire.validation import missing

LIFETIME_S: Final = 600
LEAST_TOKENS: Final = 256  # of a limit that a run may have, as OpenAI has it
MAX_OUTPUTS: Final = 128
MAX_OUTPUT: Final = 512 << 10  # characters

Event = dict[str, Any]


@dataclass(frozen=True, slots=True)
class RunRequest:
    """What is said of a run that is to be made: `given` is by OpenAI's names, without what is null."""

    given: Mapping[str, Any]

    @property
    def assistant_id(self) -> str:
        return str(self.given["assistant_id"])

    @property
    def model(self) -> str | None:
        """The model that is to write, if one is named."""
        return self.given.get("model")

    @property
    def stream(self) -> bool:
        return bool(self.given.get("stream"))

    def tools(self, agent: Agent) -> list[dict[str, Any]]:
        """Its own tools, or else the assistant's, as OpenAI shows them."""
        tools = self.given.get("tools")
        return tools_json(agent) if tools is None else list(settled(tools))


@dataclass(frozen=True, slots=True)
class NewRun:
    """A run to make in a thread, which is given the messages before."""

    run: RunRequest
    messages: tuple[ThreadMessage, ...] = ()


@dataclass(frozen=True, slots=True)
class ThreadAndRun:
    """A thread to make, and a run in it; `resources` stand for the assistant's own."""

    run: RunRequest
    thread: ThreadRequest
    resources: ToolResources


@dataclass(frozen=True, slots=True)
class ToolOutputs:
    """What functions gave, by the ids of their calls."""

    outputs: Mapping[str, str] = field(default_factory=dict)
    stream: bool = False


class RunFields(Schema):
    """What runs have in common, however they are made. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    assistant_id = Identifier(required=True)
    model = Identifier()
    instructions = Text(max_length=MAX_INSTRUCTIONS)
    tools = AssistantTools()
    metadata = Notes()
    temperature = Number(0, 2)
    top_p = Number(0, 1)
    stream = Flag()
    max_prompt_tokens = Whole(LEAST_TOKENS)
    max_completion_tokens = Whole(LEAST_TOKENS)
    truncation_strategy = Truncation()
    tool_choice = RunToolChoice()
    parallel_tool_calls = Flag()
    response_format = AssistantFormat()
    reasoning_effort = Text(choices=EFFORTS)

    def given(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What was said: null says nothing."""
        return {key: value for key, value in data.items() if value is not None}


class NewRunSchema(RunFields):
    """POST /threads/{id}/runs."""

    additional_instructions = Text(max_length=MAX_INSTRUCTIONS)
    additional_messages = Items(fields.Nested(NewMessageSchema), max_items=MAX_MESSAGES)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> NewRun:
        """The request."""
        messages = tuple(data.pop("additional_messages", None) or ())
        return NewRun(RunRequest(self.given(data)), messages)


class ThreadAndRunSchema(RunFields):
    """POST /threads/runs."""

    thread = fields.Nested(ThreadRequestSchema, allow_none=True)
    tool_resources = fields.Nested(ToolResourcesSchema, allow_none=True)

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ThreadAndRun:
        """The request."""
        thread, resources = data.pop("thread", None), data.pop("tool_resources", None)
        return ThreadAndRun(RunRequest(self.given(data)), thread or ThreadRequest(), resources or ToolResources())


class _ToolOutputSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    tool_call_id = Identifier()
    output = Text(max_length=MAX_OUTPUT)


class ToolOutputsSchema(Schema):
    """POST /threads/{id}/runs/{id}/submit_tool_outputs. Unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    tool_outputs = Items(fields.Nested(_ToolOutputSchema), required=True, max_items=MAX_OUTPUTS)
    stream = Flag()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> ToolOutputs:
        """The outputs; what is not said of one is an empty text."""
        outputs = {}
        for number, each in enumerate(data["tool_outputs"]):
            if each.get("tool_call_id") is None:
                raise ValidationError({"tool_outputs": {number: {"tool_call_id": [missing()]}}})
            outputs[each["tool_call_id"]] = each.get("output") or ""
        return ToolOutputs(outputs, bool(data.get("stream")))


@dataclass(frozen=True, slots=True)
class RunMetadata:
    """The metadata that takes the place of the run's own."""

    metadata: Mapping[str, str]


class RunMetadataSchema(Schema):
    """POST /threads/{id}/runs/{id}. Null takes all metadata away; unknown keys are ignored."""

    class Meta:
        unknown = EXCLUDE

    metadata = Notes()

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> RunMetadata | None:
        """The change; None when nothing is to change."""
        return RunMetadata(data["metadata"] or {}) if "metadata" in data else None


class RunPageSchema(PageQuery):
    """GET /threads/{id}/runs."""

    before = Identifier(description="The page that ends before the item of this id")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> Cursor:
        """The query."""
        return self.cursor(data)


class StepInclude(Items):
    """What of steps is to be shown beside what always is; the argument comes as often as there are values."""

    def __init__(self, **named: str) -> None:
        super().__init__(
            Text(required=True, choices=(CONTENT,)), max_items=8, description="What to show beside what is always shown"
        )
        self.data_key = named.get("data_key")

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> list[Any]:
        if type(value) is list:
            value = [each for each in value if each != ""]
        return super()._deserialize(value, attr, data, **kwargs)


class StepQuerySchema(Schema):
    """What of steps is to be shown. Unknown arguments are ignored."""

    class Meta:
        unknown = EXCLUDE

    include = StepInclude()
    bracketed = StepInclude(data_key="include[]")  # as the official clients write it

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> tuple[str, ...]:
        """The values."""
        return _included(data)


@dataclass(frozen=True, slots=True)
class StepPage:
    """Which page of the steps is wanted, and what of them is to be shown."""

    cursor: Cursor
    include: tuple[str, ...] = ()


class StepPageSchema(RunPageSchema):
    """GET /threads/{id}/runs/{id}/steps."""

    include = StepInclude()
    bracketed = StepInclude(data_key="include[]")

    @post_load
    def build(self, data: dict[str, Any], **_: Any) -> StepPage:
        """The query."""
        return StepPage(self.cursor(data), _included(data))


NEW_RUN = NewRunSchema()
THREAD_AND_RUN = ThreadAndRunSchema()
TOOL_OUTPUTS = ToolOutputsSchema()
RUN_METADATA = RunMetadataSchema()
RUN_PAGE = RunPageSchema()
STEP_QUERY = StepQuerySchema()
STEP_PAGE = StepPageSchema()


def _included(data: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple({*(data.get("include") or ()), *(data.get("bracketed") or ())})


# ---- what becomes of them by what clients say ----


def submitted(given: ToolOutputs, now: int, run: Run, steps: Sequence[RunStep]) -> RunChange:
    """The run once its functions have given this; `steps` are those that have not ended.

    InvalidRequest when it waits for nothing, or for something else.
    """
    if run.status != "requires_action":
        raise InvalidRequest(f'Runs in status "{run.status}" do not accept tool outputs.')
    calls = run.body["required_action"]["submit_tool_outputs"]["tool_calls"]
    wanted = [call["id"] for call in calls]
    if set(given.outputs) != set(wanted):
        raise InvalidRequest(
            f"Expected tool outputs for call_ids {wanted}, got {[each[:64] for each in given.outputs]}",
            param="tool_outputs",
        )
    done = [
        ended_step(with_outputs(step.body, given.outputs), "completed", now, usage=spent_last(run.said))
        for step in steps
    ]
    body = {**run.body, "status": "queued", "required_action": None}
    said = [{"type": "function_call_output", "call_id": id, "output": given.outputs[id]} for id in wanted]
    events = [*map(outputs_event, done), run_event(body)] if given.stream else []
    return RunChange(body, said=[*run.said, *said], steps=[kept_step(step) for step in done], events=events)


def renamed(run: Run, metadata: Mapping[str, str]) -> RunChange:
    """The run with this metadata; where it stands stays as it is."""
    return RunChange({**run.body, "metadata": dict(metadata)})


def is_at_work(run: Run) -> bool:
    """Whether somebody may be at work on it just now, who is to be told when it is cancelled."""
    return run.status in ("in_progress", "cancelling")


def cancelling(run: Run) -> RunChange:
    """It is to be left off by whoever works on it."""
    return RunChange({**run.body, "status": "cancelling"})


def uncancellable(run: Run) -> InvalidRequest:
    """Of a run that has ended."""
    return InvalidRequest(f"Cannot cancel run with status '{run.status}'.")

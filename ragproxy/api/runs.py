"""/threads/{id}/runs: assistants answer in threads, worked on in the background and followed while they are."""

from __future__ import annotations

import time
from collections.abc import Sequence

from flask import Response

from ragproxy.api.assistants import assistant
from ragproxy.api.context import services, visit
from ragproxy.api.following import followed
from ragproxy.api.resource import Resource
from ragproxy.api.stream import json_response
from ragproxy.api.thread_messages import prepare
from ragproxy.api.threads import new_thread
from ragproxy.api.tool_resources import stores_of
from ragproxy.domain import Agent, Cursor, Run, RunChange, RunStep, Thread, ThreadMessage
from ragproxy.errors import UnknownStore
from ragproxy.wire.paging import page_json
from ragproxy.wire.run_asking import closed
from ragproxy.wire.run_making import new_run, opening
from ragproxy.wire.run_steps import step_json
from ragproxy.wire.runs import (
    NEW_RUN,
    RUN_METADATA,
    RUN_PAGE,
    STEP_PAGE,
    STEP_QUERY,
    THREAD_AND_RUN,
    TOOL_OUTPUTS,
    NewRun,
    RunMetadata,
    RunRequest,
    StepPage,
    ThreadAndRun,
    ToolOutputs,
    cancelling,
    is_at_work,
    renamed,
    submitted,
    uncancellable,
)
from ragproxy.wire.threads import thread_json

bp = Resource("runs", "Runs: assistants answer in threads.", scope="chat")


@bp.route("/threads/<thread_id>/runs", methods=["POST"])
@bp.arguments(NEW_RUN)
@bp.arguments(STEP_QUERY, location="query")
def create_run(new: NewRun, include: tuple[str, ...], thread_id: str) -> Response:
    """Create a run"""
    asked, caller = new.run, visit().caller
    services.spending.check(caller)
    agent, client_model = assistant(asked.assistant_id), _client_model(asked)
    services.running.expire(thread_id)
    thread = services.state.runs.free(thread_id, owner=caller.owner)  # before files are put into its store
    if new.messages:
        prepare(thread, new.messages)
        thread = services.state.threads.get(thread_id, owner=caller.owner)
    run = _made(asked, agent, thread, _searched(asked, agent, thread, None), client_model)
    return _begun(asked, run, include, messages=new.messages)


@bp.route("/threads/runs", methods=["POST"])
@bp.arguments(THREAD_AND_RUN)
@bp.arguments(STEP_QUERY, location="query")
def create_thread_and_run(new: ThreadAndRun, include: tuple[str, ...]) -> Response:
    """Create a thread and a run in it"""
    asked = new.run
    services.spending.check(visit().caller)
    agent, client_model = assistant(asked.assistant_id), _client_model(asked)
    stores = stores_of(new.resources, lasting=False)
    _made(asked, agent, Thread("", "", 0), None, client_model)  # what is wrong with it is said before a thread is made
    thread = new_thread(new.thread)
    run = _made(asked, agent, thread, _searched(asked, agent, thread, stores), client_model)
    return _begun(asked, run, include, thread=thread)


@bp.route("/threads/<thread_id>/runs", methods=["GET"])
@bp.arguments(RUN_PAGE, location="query")
def list_runs(cursor: Cursor, thread_id: str) -> Response:
    """List the runs of a thread, the newest first by default"""
    page = services.state.runs.page(thread_id, cursor, owner=visit().caller.owner)
    return json_response(page_json([run.body for run in page.items], page.has_more))


@bp.route("/threads/<thread_id>/runs/<run_id>", methods=["GET"])
def get_run(thread_id: str, run_id: str) -> Response:
    """Retrieve a run"""
    return json_response(_timely(thread_id, run_id).body)


@bp.route("/threads/<thread_id>/runs/<run_id>", methods=["POST"])
@bp.arguments(RUN_METADATA)
def modify_run(change: RunMetadata | None, thread_id: str, run_id: str) -> Response:
    """Change the metadata of a run"""
    run = _timely(thread_id, run_id)
    if change is not None:
        metadata = change.metadata
        run = services.state.runs.change(
            thread_id, run_id, lambda run, steps: renamed(run, metadata), owner=visit().caller.owner
        )
    return json_response(run.body)


@bp.route("/threads/<thread_id>/runs/<run_id>/cancel", methods=["POST"])
def cancel_run(thread_id: str, run_id: str) -> Response:
    """Cancel a run; one that is being worked on is `cancelling` until that has been left off"""
    _timely(thread_id, run_id)

    def cancel(run: Run, steps: Sequence[RunStep]) -> RunChange:
        if not run.is_active:
            raise uncancellable(run)
        return cancelling(run) if is_at_work(run) else closed(run, steps, "cancelled", int(time.time()))

    run = services.state.runs.change(thread_id, run_id, cancel, owner=visit().caller.owner)
    services.running.cut_off(run.id)
    services.jobs.ring()
    return json_response(run.body)


@bp.route("/threads/<thread_id>/runs/<run_id>/submit_tool_outputs", methods=["POST"])
@bp.arguments(TOOL_OUTPUTS)
@bp.arguments(STEP_QUERY, location="query")
def submit_tool_outputs(given: ToolOutputs, include: tuple[str, ...], thread_id: str, run_id: str) -> Response:
    """Say what the functions that a run called have given"""
    services.spending.check(visit().caller)
    run = _timely(thread_id, run_id)
    last = services.state.runs.last_event(run_id)
    run = services.state.runs.change(
        thread_id,
        run_id,
        lambda run, steps: submitted(given, int(time.time()), run, steps),
        owner=visit().caller.owner,
        request={**run.request, "stream": given.stream},
    )
    services.jobs.ring()
    if given.stream:
        return followed(run.id, -1 if last is None else last[0], include)
    return json_response(run.body)


@bp.route("/threads/<thread_id>/runs/<run_id>/steps", methods=["GET"])
@bp.arguments(STEP_PAGE, location="query")
def list_run_steps(query: StepPage, thread_id: str, run_id: str) -> Response:
    """List the steps of a run, the newest first by default"""
    page = services.state.runs.steps(thread_id, run_id, query.cursor, owner=visit().caller.owner)
    return json_response(page_json([step_json(step.body, query.include) for step in page.items], page.has_more))


@bp.route("/threads/<thread_id>/runs/<run_id>/steps/<step_id>", methods=["GET"])
@bp.arguments(STEP_QUERY, location="query")
def get_run_step(include: tuple[str, ...], thread_id: str, run_id: str, step_id: str) -> Response:
    """Retrieve a step of a run"""
    step = services.state.runs.step(thread_id, run_id, step_id, owner=visit().caller.owner)
    return json_response(step_json(step.body, include))


def _timely(thread_id: str, run_id: str) -> Run:
    """The run, which has expired if its time is over. NotFound."""
    owner = visit().caller.owner
    run = services.state.runs.get(thread_id, run_id, owner=owner)
    if run.is_active and run.expires is not None and run.expires <= time.time():
        services.running.expire(thread_id)
        run = services.state.runs.get(thread_id, run_id, owner=owner)
    return run


def _begun(
    asked: RunRequest,
    run: Run,
    include: tuple[str, ...],
    *,
    messages: Sequence[ThreadMessage] = (),
    thread: Thread | None = None,
) -> Response:
    events = opening(run, None if thread is None else thread_json(thread))
    services.state.runs.create(run, visit().caller, messages=messages, events=events)
    services.jobs.ring()
    return followed(run.id, -1, include) if asked.stream else json_response(run.body)


def _made(
    asked: RunRequest, agent: Agent, thread: Thread, stores: Sequence[str] | None, client_model: str | None
) -> Run:
    return new_run(
        asked,
        agent,
        id=services.state.runs.new_id(),
        owner=visit().caller.owner,
        thread_id=thread.id,
        created=int(time.time()),
        model=asked.model or agent.model or services.models.default,
        stores=stores,
        client_model=client_model,
        awaited=thread.stores,
    )


def _client_model(asked: RunRequest) -> str | None:
    """What writes in the place of the assistant's own model. UnknownModel unless the caller may name it."""
    return None if asked.model is None else services.answerer.writer(asked.model, visit().caller)


def _searched(asked: RunRequest, agent: Agent, thread: Thread, instead: Sequence[str] | None) -> list[str] | None:
    """The stores that the run searches; None leaves it to the assistant, which has the tool for it or has not.

    `instead` stand for the assistant's own, beside which the thread's are searched.
    """
    searches = any(tool["type"] == "file_search" for tool in asked.tools(agent))
    if not searches or (instead is None and not thread.stores):
        return None
    found = []
    among = services.state.stores.readable(visit().caller)
    for name in [*(agent.stores if instead is None else instead), *thread.stores]:
        try:
            found.append(among.find(name).id)
        except UnknownStore:
            continue  # a thread outlives its stores
    return list(dict.fromkeys(found)) or None

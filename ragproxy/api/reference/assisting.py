"""The operations of assistants, threads, runs and batches."""

from __future__ import annotations

from ragproxy.api.reference.operations import Operation, answers

_STORES = "Its vector stores are named in `tool_resources`, or made there of files."
_STAYS = "What the body does not say stays as it is."
_EVENTS = "With `stream: true` its events are told until it waits or ends; otherwise it comes back queued."

OPERATIONS: dict[str, Operation] = {
    "assistants.create_assistant": answers("Assistant", _STORES),
    "assistants.list_assistants": answers("AssistantList", "Agents are among them: an assistant is one."),
    "assistants.get_assistant": answers("Assistant", "Of an agent, what it works like is shown."),
    "assistants.modify_assistant": answers("Assistant", _STAYS),
    "assistants.delete_assistant": answers("AssistantDeleted", "Threads that it answered in stay."),
    "threads.create_thread": answers("Thread", _STORES),
    "threads.get_thread": answers("Thread", "Its messages and its runs are lists of their own."),
    "threads.modify_thread": answers("Thread", _STAYS),
    "threads.delete_thread": answers("ThreadDeleted", "A run that is being worked on is left off."),
    "thread_messages.create_message": answers(
        "Message", "A file among its attachments is put into the thread's vector store when a tool is to search it."
    ),
    "thread_messages.list_messages": answers("MessageList", "With `run_id`, those of that run alone."),
    "thread_messages.get_message": answers("Message", "Citations are annotations of its texts."),
    "thread_messages.modify_message": answers("Message", "Null takes all metadata away."),
    "thread_messages.delete_message": answers("MessageDeleted", "Later runs do not read it."),
    "runs.create_run": answers("Run", _EVENTS, stream="RunStreamEvent", refuses=(409,)),
    "runs.create_thread_and_run": answers("Run", _EVENTS, stream="RunStreamEvent"),
    "runs.list_runs": answers("RunList", "Those that have ended too."),
    "runs.get_run": answers("Run", "One whose time is over has expired."),
    "runs.modify_run": answers("Run", "Where it stands stays as it is."),
    "runs.cancel_run": answers("Run", "What was said by then stays in the thread."),
    "runs.submit_tool_outputs": answers(
        "Run",
        "All outputs that a run in `requires_action` waits for, at once. With `stream: true` the events that follow "
        "are told.",
        stream="RunStreamEvent",
    ),
    "runs.list_run_steps": answers("RunStepList", "`include` shows what searches found."),
    "runs.get_run_step": answers("RunStep", "`include` shows what a search found."),
    "batches.create_batch": answers(
        "Batch", "Every line of the file is a request; its answers come in a file, those that failed in another."
    ),
    "batches.list_batches": answers("BatchList", "The newest first by default."),
    "batches.retrieve_batch": answers("Batch", "`output_file_id` is there when it has ended."),
    "batches.cancel_batch": answers("Batch", "It is `cancelling` until the lines in hand are done."),
}

"""What an export of the Assistants API becomes here: its assistants, and its threads with their messages."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from ragproxy.cli.moving_in import Ids, Report, Shelves
from ragproxy.cli.moving_messages import CODE, NO_CODE, Messages
from ragproxy.errors import NotFound
from ragproxy.state import State
from ragproxy.wire.assistants import ASSISTANT_REQUEST, AssistantRequest
from ragproxy.wire.assistants_export import Exported, created_at, metadata_of
from ragproxy.wire.tool_resources import tool_resources_json
from ragproxy.wire.validation import load

CARRIED: Final = ("file_search", "function")  # tools
_FIELDS: Final = (
    "name",
    "description",
    "instructions",
    "model",
    "metadata",
    "temperature",
    "top_p",
    "response_format",
    "reasoning_effort",
)


class Rooms:
    """Assistants and threads: made anew, on the files and stores that came before them."""

    def __init__(
        self,
        state: State,
        shelves: Shelves,
        ids: Ids,
        report: Report,
        *,
        owner: str,
        dry_run: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._state = state
        self._shelves = shelves
        self._ids = ids
        self._report = report
        self._owner = owner
        self._dry_run = dry_run
        self._clock = clock
        self._come: set[str] = set()  # assistants
        self._messages = Messages(shelves, ids, report, author=self._author, now=clock)

    def take_assistant(self, exported: Exported) -> None:
        """Make an assistant, unless it is there."""
        id, here = exported["id"], self._ids.of("assistant", exported["id"])
        what = f"assistant {id}"
        if self._has_assistant(here):
            self._report.came("assistant", id, here, "there already")
            return
        with self._report.losing(what):
            told = {key: exported[key] for key in _FIELDS if exported.get(key) is not None}
            told["tools"] = self._tools(exported, what)
            resources = self._resources(exported, what)
            asked: AssistantRequest = load(ASSISTANT_REQUEST, told)
            agent = asked.agent(here, self._owner, resources)
            if not self._dry_run:
                self._state.agents.save(replace(agent, created=created_at(exported, self._clock())))
            self._come.add(here)
            self._report.came("assistant", id, here, "added")

    def take_thread(self, exported: Exported) -> None:
        """Make a thread with its messages, all or nothing, unless it is there."""
        id, here = exported["id"], self._ids.of("thread", exported["id"])
        what = f"thread {id}"
        if self._has_thread(here):
            self._report.came("thread", id, here, "there already")
            return
        with self._report.losing(what):
            metadata = metadata_of(exported)
            resources = tool_resources_json(self._resources(exported, what))
            messages = []
            for each in exported["messages"]:
                with self._report.losing(f"message {each['id']} of {what}"):
                    message = self._messages.of(each)
                    messages += [message] if message else []
            if not self._dry_run:
                self._state.threads.create(
                    owner=self._owner,
                    metadata=metadata,
                    tool_resources=resources,
                    messages=messages,
                    id=here,
                    created=created_at(exported, self._clock()),
                )
            self._report.came("thread", id, here, "added")
            self._report.count("message", len(messages))

    def _has_thread(self, id: str) -> bool:
        try:
            self._state.threads.get(id, owner=self._owner)
        except NotFound:
            return False
        return True

    def _has_assistant(self, id: str) -> bool:
        if id in self._come:
            return True
        try:
            self._state.agents.get(id, owner=self._owner)
        except NotFound:
            return False
        return True

    def _author(self, id: str) -> str:
        """What the assistant is called here; as it was, when it is not here."""
        here = self._ids.of("assistant", id)
        return here if self._has_assistant(here) else id

    def _tools(self, exported: Exported, what: str) -> list[Mapping[str, Any]]:
        """Those that can be carried; the others are reported."""
        carried = list[Mapping[str, Any]]()
        for tool in exported.get("tools") or ():
            kind = tool.get("type") if isinstance(tool, Mapping) else None
            if kind in CARRIED:
                carried.append(tool)
            elif kind == CODE:
                self._report.lose(f"the tool {CODE} of {what}", NO_CODE)
            else:
                self._report.lose(f"the tool '{kind}' of {what}", "ragproxy does not know it")
        return carried

    def _resources(self, exported: Exported, what: str) -> list[str]:
        """Its vector stores, by the ids they have here; those that are not here are reported."""
        told = exported.get("tool_resources")
        searched = told.get("file_search") if isinstance(told, Mapping) else None
        wanted = (searched.get("vector_store_ids") if isinstance(searched, Mapping) else None) or ()
        found = list[str]()
        for id in wanted:
            here = self._shelves.store(str(id))
            if here is None:
                self._report.lose(f"vector store {id} of {what}", "it is not in the export")
            else:
                found.append(here)
        return found

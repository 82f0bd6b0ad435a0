"""An export of OpenAI's Assistants API: its objects, as the list and retrieve calls gave them, gathered into a file.

The file is one JSON object with `assistants`, `threads`, `files` and `vector_stores`, or JSON lines of objects and
lists. A thread's messages stand in its `messages` and a store's files in its `files`, or beside them all, for they
name their thread and their store. Wherever a list is expected an array does, or the list object of a call.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from marshmallow import EXCLUDE, Schema, ValidationError

from ragproxy.domain import Item
from ragproxy.errors import InvalidRequest
from ragproxy.wire.conversations import Notes
from ragproxy.wire.items import check_texts, completed
from ragproxy.wire.json import loads_file
from ragproxy.wire.validation import at, invalid, load, need, shown, wrong_type, wrong_value

MAX_ID = 256  # characters
Exported = Mapping[str, Any]  # an object as it was returned, with an `id`
Path = tuple[str | int, ...]

_KINDS: Final = {
    "assistants": "assistant",
    "threads": "thread",
    "files": "file",
    "vector_stores": "vector_store",
    "messages": "thread.message",
    "vector_store_files": "vector_store.file",
    "runs": "thread.run",
    "run_steps": "thread.run.step",
}
_LISTS: Final = {kind: name for name, kind in _KINDS.items()}
_PARTS: Final = {"thread": ("messages", "thread_id"), "vector_store": ("files", "vector_store_id")}


@dataclass(frozen=True, slots=True)
class Cut:
    """A list that ends before its end: whoever exported it did not follow `has_more`."""

    of: str  # where it stands


@dataclass(frozen=True, slots=True)
class Export:
    """What is in the file, each object once: of two of one id the later counts.

    A thread has its `messages`, oldest first; a store its `files`, None when the file does not tell them.
    """

    files: Sequence[Exported]
    stores: Sequence[Exported]
    assistants: Sequence[Exported]
    threads: Sequence[Exported]
    runs: int  # and their steps, of which nothing is made
    cut: Sequence[Cut]


def read_export(data: bytes, *, lines: bool = False) -> Export:
    """The export; `lines` says that each line is a JSON value. InvalidRequest names the place at fault."""
    gathered = _Gathered()
    if not lines:
        _within(None, gathered.take_text, data)
        return gathered.export()
    for number, line in enumerate(data.split(b"\n"), 1):
        if line.strip():
            _within(number, gathered.take_text, line)
    return gathered.export()


def _within(line: int | None, work: Callable[[bytes], None], data: bytes) -> None:
    """Take the data; what is wrong becomes an InvalidRequest that names the line, if there are lines."""
    try:
        work(data)
    except ValidationError as err:
        error = invalid(err.messages)
        raise error if line is None else InvalidRequest(f"line {line}: {error.message}", param=error.param) from None
    except InvalidRequest as err:
        if line is None:
            raise
        raise InvalidRequest(f"line {line}: {err.message}", param=err.param) from err


class _Gathered:
    """The objects found so far, by their ids, and those that belong to another, by that one's id."""

    def __init__(self) -> None:
        self._found: dict[str, dict[str, Exported]] = {kind: {} for kind in _KINDS.values()}
        self._parts: dict[str, dict[str, dict[str, Exported]]] = {kind: {} for kind in _PARTS}
        self._cut: list[Cut] = []

    def take_text(self, data: bytes) -> None:
        """A text of JSON."""
        self.take(loads_file(data), ())

    def take(self, value: Any, path: Path) -> None:
        """An object of the API, a list of some, or the object that holds the lists."""
        if isinstance(value, list):
            for number, each in enumerate(value):
                self.take(each, (*path, number))
            return
        if not isinstance(value, Mapping):
            raise at(wrong_type("an object", value), *path)
        kind = value.get("object")
        if kind == "list":
            self.take(self._items(value, path), (*path, "data"))
        elif kind in _LISTS:
            self._add(kind, value, path)
        elif any(name in value for name in _KINDS):
            for name, one in _KINDS.items():
                self._take_list(one, value, name, path)
        else:
            raise at(
                wrong_value(
                    f"expected an object of the Assistants API or one with {', '.join(list(_KINDS)[:4])}"
                    + (f", but got {shown(str(kind))}" if kind else "")
                ),
                *(path or ("object",)),
            )

    def export(self) -> Export:
        """All of it."""
        found = self._found
        return Export(
            files=tuple(found["file"].values()),
            stores=tuple(self._whole("vector_store", found["vector_store"].values())),
            assistants=tuple(found["assistant"].values()),
            threads=tuple(self._whole("thread", found["thread"].values())),
            runs=len(found["thread.run"]) + len(found["thread.run.step"]),
            cut=tuple(self._cut),
        )

    def _take_list(self, kind: str, holder: Mapping[str, Any], name: str, path: Path) -> None:
        if holder.get(name) is None:
            return
        for number, each in enumerate(self._items(holder[name], (*path, name))):
            self._add(kind, each, (*path, name, number))

    def _items(self, value: Any, path: Path) -> Sequence[Any]:
        """What is in an array or a list object."""
        if isinstance(value, Mapping):
            if value.get("has_more") is True:
                self._cut.append(Cut(_shown_path(path)))
            value = need(value, "data", list, *path)
        if not isinstance(value, list):
            raise at(wrong_type("an array or a list object", value), *path)
        return value

    def _add(self, kind: str, value: Any, path: Path) -> None:
        if not isinstance(value, Mapping):
            raise at(wrong_type("an object", value), *path)
        if value.get("object") not in (None, kind):
            raise at(wrong_value(f"expected {shown(kind)}, but got {shown(str(value['object']))}"), *path, "object")
        id = need(value, "id", str, *path)
        if not 0 < len(id) <= MAX_ID:
            raise at(wrong_value(f"expected 1 to {MAX_ID} characters"), *path, "id")
        for whole, (name, owner) in _PARTS.items():
            if kind == whole:
                self._take_parts(id, whole, value, name, path)
            elif kind == _part_of(whole):
                self._keep_part(whole, need(value, owner, str, *path), value)
                return
        self._found[kind][id] = value

    def _take_parts(self, id: str, whole: str, value: Mapping[str, Any], name: str, path: Path) -> None:
        """The messages of a thread, the files of a store; a store's may be no more than their ids."""
        if value.get(name) is None:
            return
        self._parts[whole].setdefault(id, {})
        for number, each in enumerate(self._items(value[name], (*path, name))):
            if whole == "vector_store" and isinstance(each, str):
                each = {"id": each}
            if not isinstance(each, Mapping):
                raise at(wrong_type("an object", each), *path, name, number)
            need(each, "id", str, *path, name, number)
            self._keep_part(whole, id, each)

    def _keep_part(self, whole: str, id: str, part: Mapping[str, Any]) -> None:
        self._parts[whole].setdefault(id, {})[part["id"]] = part

    def _whole(self, kind: str, found: Iterable[Exported]) -> Iterable[Exported]:
        name, _ = _PARTS[kind]
        for each in found:
            parts = self._parts[kind].get(each["id"])
            told = None if parts is None else list(parts.values())
            yield {**each, name: in_order(told or ()) if kind == "thread" else told}


def in_order(messages: Sequence[Exported]) -> Sequence[Exported]:
    """The messages, oldest first.

    The old API listed them newest first unless it was asked not to, and knew seconds alone: a list that runs backwards
    is turned round, so that those of one second are in their order too.
    """
    ages = [_age(message) for message in messages]
    turned = bool(ages) and ages[0] > ages[-1]
    return sorted(reversed(messages) if turned else messages, key=_age)


def _age(value: Exported) -> int:
    """When it was made, in epoch seconds; 0 when it does not say."""
    created = value.get("created_at")
    return int(created) if isinstance(created, (int, float)) and not isinstance(created, bool) else 0


def _part_of(whole: str) -> str:
    return "thread.message" if whole == "thread" else "vector_store.file"


def _shown_path(path: Path) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".") or "the list"


def created_at(value: Exported, now: float) -> int:
    """When it was made there, in epoch seconds; now, when it does not say, or says the future."""
    return min(_age(value), int(now)) or int(now)


def metadata_of(value: Exported) -> Mapping[str, str]:
    """Its metadata. InvalidRequest when they are more than they may be."""
    found: Mapping[str, str] = load(_METADATA, {"metadata": value.get("metadata")})["metadata"] or {}
    return found


def checked_item(item: Item) -> Item:
    """The item as conversations keep it. InvalidRequest for a text that databases cannot hold."""
    try:
        check_texts(item)
    except ValidationError as err:
        raise invalid(err.messages) from None
    return completed(item)


class _MetadataSchema(Schema):
    class Meta:
        unknown = EXCLUDE

    metadata = Notes()


_METADATA = _MetadataSchema()

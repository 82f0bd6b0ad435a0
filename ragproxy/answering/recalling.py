"""What a response goes on from: the items of former responses or of a conversation, made fit for a model to read."""

from __future__ import annotations

import base64
import mimetypes
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from ragproxy.answering.directory import shown
from ragproxy.answering.exchanges import OUTPUTS, paired
from ragproxy.domain import Caller, Item, ResponseRequest, StoredResponse
from ragproxy.errors import ForeignCompaction, InvalidRequest, NotFound, RagproxyError
from ragproxy.state import State

REFERENCE = "item_reference"
LARGEST_IMAGE = 20 << 20  # bytes, as OpenAI has it
Unseal = Callable[[Item], Item | None]  # a compaction as the wire reads it; None for one that nobody here made


@dataclass(frozen=True, slots=True)
class Recalled:
    """All that a model is shown of items, and all that is kept of them.

    `asked` are the new items, references replaced by what they refer to; `new` are the places of those among them that
    are not in the history.
    `readable` are history and new items without what a chat cannot take; `files` are those that they hold, by id.
    """

    asked: tuple[Item, ...]
    new: tuple[int, ...]
    readable: tuple[Item, ...]
    files: tuple[str, ...]


class Recaller:
    """Looks up what was said before."""

    def __init__(self, state: State) -> None:
        self._state = state

    def recall(self, asked: ResponseRequest, caller: Caller, unseal: Unseal, *, turn: str | None = None) -> Recalled:
        """The history that the request names, but for a turn of that name, and its own items.

        Calls of the history without an output, and outputs without a call, are left out: no model reads them.
        InvalidRequest for a chain that cannot be gone on from, for an item that no chat can hold and for a compaction
        that is none of ours; NotFound for a response, a conversation, an item or a file that is not the caller's.
        """
        history = self._history(asked, caller.owner, turn)
        said = {str(item.get("id")): item for item in history}
        items = [self._meant(item, place, said, caller.owner) for place, item in enumerate(asked.input)]
        new = [place for place, item in enumerate(items) if item.get("id") not in said or item is asked.input[place]]
        reading = _Reading(self._state, caller, unseal)
        answered = [str(items[place].get("call_id")) for place in new if items[place].get("type") in OUTPUTS]
        before = [each for item in paired(history, answered) for each in reading.past(item)]
        now = [each for place in new for each in reading.present(items[place], f"input[{place}]")]
        return Recalled(tuple(items), tuple(new), (*before, *now), tuple(dict.fromkeys(reading.files)))

    def _meant(self, item: Item, place: int, said: Mapping[str, Item], owner: str) -> Item:
        """The item, or the one that it refers to: of the history, or of any response of the owner's."""
        if item.get("type") != REFERENCE:
            return item
        id = str(item["id"])
        known = said.get(id) or self._state.responses.item(id, owner=owner)
        if known is None:
            message = f"Item with id {shown(id)} not found"
            raise NotFound(message, param=f"input[{place}].id", code="item_not_found")
        return known

    def _history(self, asked: ResponseRequest, owner: str, turn: str | None) -> Sequence[Item]:
        id = asked.conversation_id
        if id is not None:
            try:
                return [item for _, item in self._state.conversations.items(id, owner=owner, without=turn)]
            except NotFound as err:
                raise NotFound(err.message, param="conversation", code=err.code) from err
        if asked.previous_id is None:
            return ()
        chain = self._state.responses.chain(asked.previous_id, owner=owner)
        items = [item for response in chain for item in response.items]
        return [*self._before(chain[0], owner), *items]

    def _before(self, first: StoredResponse, owner: str) -> Sequence[Item]:
        """What the conversation held in which the first of a chain was said; nothing when it is gone."""
        if first.conversation_id is None:
            return ()
        before: list[Item] = []
        ours = {item.get("id") for item in first.items}
        with suppress(NotFound):
            for _, item in self._state.conversations.items(first.conversation_id, owner=owner):
                if item.get("id") in ours:
                    return before
                before.append(item)
        return ()


class _Reading:
    """Makes items fit to be read, and notes the files that are to be searched for them."""

    def __init__(self, state: State, caller: Caller, unseal: Unseal) -> None:
        self._state = state
        self._caller = caller
        self._unseal = unseal
        self.files: list[str] = []

    def past(self, item: Item) -> Iterator[Item]:
        """One that was taken when it came: what can no longer be read of it is left out."""
        if item.get("type") == "compaction":
            unsealed = self._unseal(item)
            if unsealed is not None:
                yield unsealed
            return
        yield from self._with_parts(item, lambda part, _: self._past_part(part), "")

    def present(self, item: Item, path: str) -> Iterator[Item]:
        """One that comes now, at that path of the request."""
        if item.get("type") == "compaction":
            unsealed = self._unseal(item)
            if unsealed is None:
                raise ForeignCompaction(path)
            yield unsealed
            return
        yield from self._with_parts(item, self._part, path)

    def _with_parts(
        self, item: Item, read: Callable[[Mapping[str, Any], str], Mapping[str, Any] | None], path: str
    ) -> Iterator[Item]:
        key = "output" if str(item.get("type")).endswith("_output") else "content"
        parts = item.get(key)
        if not isinstance(parts, list) or not any(part.get("type") in _OUTSIDE for part in _mappings(parts)):
            yield item
            return
        kept = [read(part, f"{path}.{key}[{place}]") for place, part in enumerate(_mappings(parts))]
        left = [part for part in kept if part is not None]
        if left or key == "output":
            yield {**item, key: left}

    def _past_part(self, part: Mapping[str, Any]) -> Mapping[str, Any] | None:
        with suppress(RagproxyError):
            if part.get("type") == "input_file" and part.get("file_id"):
                self._state.library.readable(str(part["file_id"]), self._caller)
            return self._part(part, "")
        return None

    def _part(self, part: Mapping[str, Any], path: str) -> Mapping[str, Any] | None:
        """The part as a chat takes it; None for a file, which is searched and not shown."""
        kind = part.get("type")
        if kind == "input_file" and part.get("file_data") is None:
            if part.get("file_id") is None:
                message = "Files are not fetched from elsewhere; upload it and send its 'file_id', or its 'file_data'"
                raise InvalidRequest(message, param=f"{path}.file_url", code="unsupported_parameter")
            self.files.append(str(part["file_id"]))
            return None
        if kind == "input_image" and part.get("image_url") is None:
            return {**part, "file_id": None, "image_url": self._picture(str(part.get("file_id")), f"{path}.file_id")}
        return part

    def _picture(self, file_id: str, param: str) -> str:
        """An image of the library as an address that holds it."""
        try:
            file = self._state.library.readable(file_id, self._caller)
        except NotFound as err:
            raise NotFound(err.message, param=param, code=err.code) from err
        kind = mimetypes.guess_type(file.filename)[0] or ""
        if not kind.startswith("image/") or file.size > LARGEST_IMAGE:
            message = f"The file {shown(file_id)} is no image, or is larger than {LARGEST_IMAGE >> 20} MiB"
            raise InvalidRequest(message, param=param, code="invalid_image")
        with self._state.blobs.open(file.sha256) as stream:
            return f"data:{kind};base64,{base64.b64encode(stream.read()).decode()}"


_OUTSIDE = ("input_file", "input_image")


def _mappings(parts: Iterable[Any]) -> list[Mapping[str, Any]]:
    return [part for part in parts if isinstance(part, Mapping)]

"""What an export of the Assistants API becomes here: its files and vector stores, and what is told of all that comes.

Everything is written to the records and to the files, which may be done while a server holds the data: it indexes what
came. What is there already stays as it is, so that an import that broke off is run again.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, get_args

from ragproxy.domain import Attachment, Purpose
from ragproxy.errors import BodyTooLarge, Conflict, InvalidRequest, NotFound
from ragproxy.ingestion import Librarian
from ragproxy.state import State
from ragproxy.wire.assistants_export import Exported, created_at
from ragproxy.wire.store_files import ATTACHMENT
from ragproxy.wire.validation import load
from ragproxy.wire.vector_stores import STORE_REQUEST, StoreRequest

Kind = Literal["file", "vector store", "assistant", "thread", "message"]
Done = Literal["added", "there already"]
CONTENT = "files"  # the folder beside the export where a file's content is looked for under its id

_PREFIXES: Final[Mapping[Kind, str]] = {
    "file": "file-",
    "vector store": "vs_",
    "assistant": "asst_",
    "thread": "thread_",
    "message": "msg_",
}
_AUTO: Final = {"max_chunk_size_tokens": 800, "chunk_overlap_tokens": 400}  # what OpenAI shows of a store left to it


class Ids:
    """What the objects are called here: as there, or by an id that is made of that one, the same each time."""

    def __init__(self, owner: str, *, keep: bool) -> None:
        self._owner = owner
        self._keep = keep

    def of(self, kind: Kind, id: str) -> str:
        """The id here."""
        if self._keep:
            return id
        return _PREFIXES[kind] + hashlib.sha256(f"{self._owner}\0{id}".encode("utf-8", "replace")).hexdigest()[:32]


@dataclass
class Report:
    """What has become of everything; `tell` is given a line of each thing that came."""

    tell: Callable[[str], None]
    counts: dict[Kind, Counter[Done]] = field(default_factory=dict)
    lost: list[tuple[str, str]] = field(default_factory=list)  # what could not be carried, and why
    waiting: int = 0  # files that are to be indexed

    def came(self, kind: Kind, id: str, here: str, done: Done) -> None:
        """It is here."""
        self.counts.setdefault(kind, Counter())[done] += 1
        if done == "added":
            self.tell(f"added: {kind} {id}" + ("" if here == id else f" as {here}"))

    def count(self, kind: Kind, number: int) -> None:
        """So many came with something that was told."""
        if number:
            self.counts.setdefault(kind, Counter())["added"] += number

    def lose(self, what: str, why: str) -> None:
        """It, or a part of it, is not."""
        self.lost.append((what, why))

    @contextmanager
    def losing(self, what: str) -> Iterator[None]:
        """What is wrong with it in the block is a reason why it is lost; the others go on."""
        try:
            yield
        except (BodyTooLarge, InvalidRequest, Conflict) as err:
            self.lose(what, err.message)


class Shelves:
    """Files and vector stores: taken in, and found by the ids they had."""

    def __init__(
        self,
        state: State,
        librarian: Librarian,
        folder: Path,
        ids: Ids,
        report: Report,
        *,
        owner: str,
        dry_run: bool,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._state = state
        self._librarian = librarian
        self._folder = folder.resolve()
        self._ids = ids
        self._report = report
        self._owner = owner
        self._dry_run = dry_run
        self._clock = clock
        self._come: set[tuple[Kind, str]] = set()  # what is here, or would be after a run that is not dry
        self._told: set[str] = set()  # files that are known to be lost

    def file(self, id: str) -> str | None:
        """The id here of a file; None when it is not here."""
        return self._found("file", id)

    def store(self, id: str) -> str | None:
        """The id here of a vector store; None when it is not here."""
        return self._found("vector store", id)

    def filename(self, id: str) -> str | None:
        """What a file is called; None when it is not here."""
        here = self.file(id)
        if here is None or self._dry_run:
            return None
        return self._state.library.get(here, owner=self._owner).filename

    def take_file(self, exported: Exported) -> None:
        """Put a file into the library."""
        id, here = exported["id"], self._ids.of("file", exported["id"])
        if self._is_here("file", here):
            self._report.came("file", id, here, "there already")
            return
        what = f"file {id}"
        lost = len(self._report.lost)
        with self._report.losing(what):
            self._keep(exported, here)
            self._come.add(("file", here))
            self._report.came("file", id, here, "added")
        if len(self._report.lost) > lost:
            self._told.add(id)

    def take_store(self, exported: Exported) -> None:
        """Make a vector store, unless it is there, and put into it those of its files that it lacks."""
        id, here = exported["id"], self._ids.of("vector store", exported["id"])
        what = f"vector store {id}"
        with self._report.losing(what):
            done = self._make(exported, here)
            self._come.add(("vector store", here))
            self._report.came("vector store", id, here, done)
            self._fill(exported, here, what)

    def _keep(self, exported: Exported, here: str) -> None:
        """InvalidRequest says what is wrong with the content, BodyTooLarge that it is too long."""
        path = self._content(exported)
        named = exported.get("filename")
        purpose: Purpose = exported["purpose"] if exported.get("purpose") in get_args(Purpose) else "assistants"
        if self._dry_run:
            return
        try:
            with path.open("rb") as stream:
                self._librarian.move_in(
                    stream,
                    id=here,
                    created=created_at(exported, self._clock()),
                    owner=self._owner,
                    filename=named if isinstance(named, str) and named else path.name,
                    purpose=purpose,
                )
        except OSError as err:
            raise InvalidRequest(f"its content cannot be read: {err.strerror}") from err

    def _content(self, exported: Exported) -> Path:
        """Where its content lies. InvalidRequest when there is none, or it is not beside the export."""
        told = exported.get("path")
        if told is not None and not isinstance(told, str):
            raise InvalidRequest("its 'path' is no text")
        name = told or f"{CONTENT}/{exported['id']}"
        path = (self._folder / name).resolve()
        if not path.is_relative_to(self._folder):
            raise InvalidRequest(f"its path '{name}' leads out of the folder of the export")
        if not path.is_file():
            raise InvalidRequest(f"its content is not beside the export, at {name}")
        return path

    def _make(self, exported: Exported, here: str) -> Done:
        if self._is_here("vector store", here):
            return "there already"
        told = {key: exported.get(key) for key in ("name", "description", "expires_after", "metadata")}
        told["name"] = told["name"] or None
        asked: StoreRequest = load(STORE_REQUEST, told)
        if not self._dry_run:
            self._state.stores.create(
                asked.name,
                owner=self._owner,
                description=asked.description,
                metadata=asked.metadata,
                expires_after_days=asked.expires_after_days,
                id=here,
                created=created_at(exported, self._clock()),
            )
        return "added"

    def _fill(self, exported: Exported, here: str, what: str) -> None:
        if exported["files"] is None:
            if (exported.get("file_counts") or {}).get("total"):
                self._report.lose(what, "the export does not say which files it holds")
            return
        wanted = list[Attachment]()
        for each in exported["files"]:
            file = self.file(each["id"])
            if file is not None:
                with self._report.losing(f"file {each['id']} of {what}"):
                    wanted.append(load(ATTACHMENT, {**_attachment(each), "file_id": file}))
            elif each["id"] not in self._told:
                self._report.lose(f"file {each['id']} of {what}", "it is not in the export")
        new = [each for each in wanted if not self._holds(here, each.file_id)]
        self._report.waiting += len(new)
        if new and not self._dry_run:
            self._state.files.attach_all(here, new, owner=self._owner)

    def _holds(self, store_id: str, file_id: str) -> bool:
        try:
            self._state.files.get(store_id, file_id)
        except NotFound:
            return False
        return True

    def _found(self, kind: Kind, id: str) -> str | None:
        """What came from the export goes before what was here under the same id."""
        return next((each for each in (self._ids.of(kind, id), id) if self._is_here(kind, each)), None)

    def _is_here(self, kind: Kind, id: str) -> bool:
        if (kind, id) in self._come:
            return True
        try:
            if kind == "file":
                self._state.library.get(id, owner=self._owner)
            else:
                self._state.stores.get(id, owner=self._owner)
        except NotFound:
            return False
        self._come.add((kind, id))
        return True


def _attachment(exported: Exported) -> dict[str, Any]:
    """A store's file as it is attached. The sizes that OpenAI shows of stores that were left to it are left to us."""
    told: dict[str, Any] = {"attributes": exported.get("attributes")}
    chunking = exported.get("chunking_strategy")
    if isinstance(chunking, Mapping) and chunking.get("type") == "static" and chunking.get("static") != _AUTO:
        told["chunking_strategy"] = chunking
    return told

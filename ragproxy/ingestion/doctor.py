"""ARE THE RECORDS, THE BYTES AND BOTH INDEXES ONE? What is not is found, and mended where that can be done."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from ragproxy.domain import Failure
from ragproxy.errors import Conflict, NotFound, RagproxyError
from ragproxy.retrieval import Census, Index
from ragproxy.state import Blobs, Held, Kept, State

ORPHAN_S = 3600.0  # bytes without a row that are younger may be waiting for theirs
_BLOCK = 1 << 20  # bytes read at once
_LOST = Failure(
    "server_error",
    "Its chunks were lost from the index, and its bytes are not kept here; upload it again, or ingest its folder again",
)

Kind = Literal[
    "leftovers",
    "foreign_chunks",
    "missing_chunks",
    "surplus_chunks",
    "words",
    "embedder",
    "bytes_missing",
    "bytes_damaged",
    "bytes_orphaned",
    "waiting",
    "unexamined",
]


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found: in which store, about which files, and in a sentence.

    `repairable`: `Doctor.mend` can set it right. `harmless`: ordinary work that the server does by itself.
    """

    kind: Kind
    sentence: str
    store: str | None = None
    files: tuple[str, ...] = ()
    blob: str | None = None  # the SHA-256 of the bytes it is about
    repairable: bool = True
    harmless: bool = False


@dataclass
class Seen:
    """How much was examined."""

    stores: int = 0
    files: int = 0
    chunks: int = 0


@dataclass
class _Suspects:
    """Files of one store of which something looks wrong."""

    missing: list[str] = field(default_factory=list)
    surplus: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    leaving: int = 0


class Doctor:
    """Compares what everybody says of the files. Embedded, it must be alone with the data; with servers, it need not.

    Holds the ids of a store's files in memory, and no text.
    """

    def __init__(self, index: Index, state: State) -> None:
        self._index = index
        self._auditor = index.auditor
        self._state = state
        self._dimension: int | None = None
        self._mute = False  # the embedder was asked and did not answer
        self.seen = Seen()
        self._mending: dict[Kind, Callable[[Sequence[Finding]], str]] = {
            "leftovers": self._clear,
            "foreign_chunks": self._take_out,
            "missing_chunks": self._index_again,
            "surplus_chunks": self._index_again,
            "words": self._rebuild,
            "bytes_damaged": self._set_aside,
            "bytes_orphaned": self._drop_orphans,
        }

    def examine(self, *, deep: bool = False, progress: Callable[[int, int], None] | None = None) -> Iterator[Finding]:
        """Yield what is wrong, and what waits, without changing anything; `deep` also reads every byte that is kept.

        `progress` is told how many stores are done, and of how many. Errors are those of whatever is examined.
        """
        self.seen = Seen()
        total = self._state.audit.number_of_stores()
        for store_id, name in self._state.audit.stores():
            yield from self._store(store_id, name or store_id)
            self.seen.stores += 1
            if progress:
                progress(self.seen.stores, total)
        yield from self._abandoned()
        yield from self._bytes(deep)
        yield from self._orphans()
        waiting, at_work = self._state.audit.waiting()
        if waiting:
            hand = f", {at_work} of them in hand" if at_work else ""
            yield _note("waiting", f"{_files(waiting)} to be indexed{hand}, which the server does")

    def mend(self, findings: Iterable[Finding]) -> Iterator[str]:
        """Set right what can be, and yield a sentence for each thing done."""
        groups: dict[tuple[Kind, str | None], list[Finding]] = defaultdict(list)
        for finding in findings:
            if finding.repairable and finding.kind in self._mending:
                groups[finding.kind, finding.store].append(finding)
        for kind in self._mending:  # in this order: the lexical index is compared with what is left in the end
            for (found, _), group in groups.items():
                if found == kind:
                    yield self._mending[kind](group)

    # ---- stores ----

    def _store(self, store_id: str, name: str) -> Iterator[Finding]:
        if self._state.reindexes.is_wanted(store_id):  # what it has made so far lies about
            yield _note("waiting", f"'{name}' is to be indexed anew, which the server does", store_id)
        elif left := self._auditor.leftovers(store_id):
            yield Finding(
                "leftovers", f"'{name}' has remains of a reindex that was cut off: {', '.join(left)}", store_id
            )
        try:
            census = self._auditor.census(store_id)
        except Conflict as err:
            yield _note("unexamined", f"'{name}' was not examined: {err.message}", store_id)
            return
        counts = dict(census.chunks) if census else {}
        self.seen.chunks += sum(counts.values())
        if census:
            yield from self._vectors(census, store_id, name)
            if census.words:
                yield Finding("words", f"The lexical index of '{name}' {census.words}", store_id)
        suspects = self._suspects(store_id, counts)
        if suspects.leaving:
            sentence = f"{_files(suspects.leaving)} of '{name}' to be taken out of the index, which the server does"
            yield _note("waiting", sentence, store_id)
        yield from self._confirmed(store_id, name, suspects)

    def _vectors(self, census: Census, store_id: str, name: str) -> Iterator[Finding]:
        ours = self._index.embedder.name
        remedy = f"run: ragproxy reindex {store_id}"
        if census.embedder != ours:
            sentence = f"'{name}' was indexed by the embedder '{census.embedder}', and '{ours}' is configured; {remedy}"
            yield Finding("embedder", sentence, store_id, repairable=False)
            return
        if self._dimension is None and not self._mute:
            try:
                self._dimension = int(self._index.embedder.embed(["dimension"]).shape[1])
            except RagproxyError as err:
                self._mute = True
                sentence = f"The dimension of the vectors was not checked, for the embedder fails: {err.message}"
                yield _note("unexamined", sentence)
        if self._dimension not in (None, census.dimension):
            sizes = f"vectors of {census.dimension} dimensions, and the embedder '{ours}' makes {self._dimension}"
            yield Finding("embedder", f"'{name}' has {sizes}; {remedy}", store_id, repairable=False)

    def _suspects(self, store_id: str, counts: dict[str, int]) -> _Suspects:
        """Compare the rows with the numbers of chunks, by file; takes those that have a row out of `counts`."""
        suspects = _Suspects()
        for page in self._state.audit.files(store_id):
            self.seen.files += len(page)
            for held in page:
                problem = _problem(held, counts.pop(held.file.id, 0))
                if held.leaving:
                    suspects.leaving += 1
                if problem:
                    getattr(suspects, problem).append(held.file.id)
        suspects.foreign += sorted(counts)
        return suspects

    def _confirmed(self, store_id: str, name: str, suspects: _Suspects) -> Iterator[Finding]:
        """What is still wrong at a second look: others may have been at work between the first looks."""
        ids = [*suspects.missing, *suspects.surplus, *suspects.foreign]
        if not ids:
            return
        counts = self._auditor.count(store_id, ids)
        rows = self._state.audit.some(store_id, ids)
        foreign = []
        for file_id in ids:
            number, held = counts.get(file_id, 0), rows.get(file_id)
            problem = _problem(held, number)
            if problem == "foreign":
                foreign.append(file_id)
            elif problem and held:
                yield self._wrong_number(store_id, name, held, number)
        if foreign:
            chunks = sum(counts[file_id] for file_id in foreign)
            sentence = f"The index of '{name}' has {chunks} chunks of {_files(len(foreign))} that it does not hold"
            yield Finding("foreign_chunks", sentence, store_id, tuple(foreign))

    def _wrong_number(self, store_id: str, name: str, held: Held, number: int) -> Finding:
        kind: Kind = "missing_chunks" if number < held.file.chunks else "surplus_chunks"
        sentence = f"'{held.file.filename}' ({held.file.id}) of '{name}' should have {held.file.chunks} chunks and has"
        return Finding(kind, f"{sentence} {number}", store_id, (held.file.id,))

    def _abandoned(self) -> Iterator[Finding]:
        """What the index holds of stores that are no more."""
        present = self._auditor.stores()
        for store_id in sorted(present - self._state.audit.known(present)):
            yield Finding("leftovers", f"The index holds a store that is no more: {store_id}", store_id)

    # ---- bytes ----

    def _bytes(self, deep: bool) -> Iterator[Finding]:
        digest, verdict = "", None
        for kept in self._state.audit.kept():
            if kept.sha256 != digest:
                digest, verdict = kept.sha256, self._verdict(kept, deep)
            if verdict == "bytes_damaged":
                sentence = f"The bytes of '{kept.filename}' ({kept.id}) are not those that were uploaded"
                yield Finding("bytes_damaged", sentence, files=(kept.id,), blob=kept.sha256)
            elif verdict and kept.uploaded:
                sentence = f"The bytes of '{kept.filename}' ({kept.id}) are lost; upload the file again"
                yield Finding("bytes_missing", sentence, files=(kept.id,), blob=kept.sha256, repairable=False)

    def _verdict(self, kept: Kept, deep: bool) -> Kind | None:
        try:
            if self._state.blobs.size(kept.sha256) != kept.size:
                return "bytes_damaged"
            if deep and _digest(self._state.blobs, kept.sha256) != kept.sha256:
                return "bytes_damaged"
        except NotFound:
            return "bytes_missing"
        return None

    def _orphans(self) -> Iterator[Finding]:
        number = self._state.orphans(ORPHAN_S)
        if number:
            sentence = f"{number} blobs are kept that no file needs any more; the server drops them within an hour"
            yield Finding("bytes_orphaned", sentence, harmless=True)

    # ---- mending ----

    def _clear(self, group: Sequence[Finding]) -> str:
        store_id = _store_of(group)
        if self._state.audit.known([store_id]):
            self._auditor.clear(store_id)
        else:
            self._index.drop(store_id)
        return f"Deleted what was left in the index of {store_id}"

    def _take_out(self, group: Sequence[Finding]) -> str:
        store_id, file_ids = _store_of(group), _file_ids(group)
        self._index.remove(store_id, file_ids)
        self._state.audit.changed(store_id, file_ids)
        # for whoever put one of them in at this very moment
        self._state.audit.index_again(store_id, file_ids)
        return f"Took the chunks of {_files(len(file_ids))} out of {store_id}"

    def _index_again(self, group: Sequence[Finding]) -> str:
        store_id = _store_of(group)
        present: list[str] = []
        lost: list[str] = []
        for file_id, held in self._state.audit.some(store_id, _file_ids(group)).items():
            (present if self._has_bytes(held.file.sha256) else lost).append(file_id)
        again = self._state.audit.index_again(store_id, present)
        told = [f"{_files(len(again))} of {store_id} to be indexed again, which the server does"] if again else []
        if lost:
            self._index.remove(store_id, lost)
            self._state.audit.changed(store_id, lost)
            self._state.audit.give_up(store_id, lost, _LOST)
            told.append(f"{_files(len(lost))} of {store_id} marked as failed, for the bytes are not kept here")
        return "; ".join(told) or f"Nothing to do any more in {store_id}"

    def _rebuild(self, group: Sequence[Finding]) -> str:
        store_id = _store_of(group)
        self._auditor.rebuild(store_id)
        return f"Built the lexical index of {store_id} anew"

    def _set_aside(self, group: Sequence[Finding]) -> str:
        digests = {finding.blob for finding in group if finding.blob}
        for digest in digests:
            with suppress(NotFound):
                self._state.blobs.set_aside(digest)
        return f"Set {len(digests)} damaged blobs aside, under 'unsound'; the files can be uploaded again"

    def _drop_orphans(self, group: Sequence[Finding]) -> str:
        return f"Dropped {self._state.drop_orphans(ORPHAN_S)} blobs that no file needs"

    def _has_bytes(self, sha256: str) -> bool:
        try:
            self._state.blobs.size(sha256)
        except NotFound:
            return False
        return True


def _problem(held: Held | None, chunks: int) -> Literal["missing", "surplus", "foreign"] | None:
    """What is wrong with a file that has so many chunks in the index; None for what somebody is to do anyway."""
    if held is None or (held.file.status in ("failed", "cancelled") and not held.leaving):
        return "foreign" if chunks else None
    if held.file.status != "completed" or held.file.chunks == chunks:
        return None
    return "missing" if chunks < held.file.chunks else "surplus"


def _digest(blobs: Blobs, sha256: str) -> str:
    digest = hashlib.sha256()
    with blobs.open(sha256) as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _note(kind: Kind, sentence: str, store_id: str | None = None) -> Finding:
    return Finding(kind, sentence, store_id, repairable=False, harmless=True)


def _store_of(group: Sequence[Finding]) -> str:
    store_id = group[0].store
    assert store_id is not None
    return store_id


def _file_ids(group: Sequence[Finding]) -> list[str]:
    return [file_id for finding in group for file_id in finding.files]


def _files(number: int) -> str:
    return f"{number} file" if number == 1 else f"{number} files"

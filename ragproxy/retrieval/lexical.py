"""The words of one collection in tantivy: derived data, thrown away and rebuilt whenever in doubt.

A folder holds the index, who made it (`made.json`) and a mark while a write is under way (`writing`): a mark that the
next process finds means that the last one died in the middle.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ragproxy.domain import Chunk
from ragproxy.offload import offload
from ragproxy.retrieval import analysis
from ragproxy.retrieval.bm25 import GRAM_WEIGHT, Hit, Query, Ranking, Statistics, indexed_text

if TYPE_CHECKING:
    import tantivy

_LAYOUT = "1"  # of the fields; raise it with any change of `_schema`
_MADE, _WRITING = "made.json", "writing"
_HEAP_BYTES = 64_000_000
_BROAD = 5_000  # files beyond which hits are filtered here: a set of terms costs tantivy 4 us a file
_OVERFETCH = 1_000  # hits, 20 us each


class Lexical:
    """An open index. Searches may run in many threads; writes one at a time: see to it with a lock."""

    def __init__(self, folder: Path) -> None:
        """Open a folder that `build` made. OSError or ValueError when there is none, or it is damaged."""
        self._folder = folder
        self._index = offload(_open, folder)

    @property
    def count(self) -> int:
        """How many chunks it holds."""
        return int(self._index.searcher().num_docs)

    def update(self, chunks: Sequence[Chunk] = (), *, without: Collection[str] = ()) -> None:
        """Insert or replace chunks and remove ids; committed and visible when it returns."""
        stale = {*without, *(chunk.id for chunk in chunks)}
        offload(self._update, chunks, stale)

    def align(self, pages: Iterable[Sequence[Chunk]], without: Collection[str]) -> None:
        """Add chunks that it lacks and remove ids, in one commit; what was there answers until then."""
        writer = offload(self._index.writer, _HEAP_BYTES, 1)
        try:
            offload(_forget, writer, without)
            for page in pages:
                offload(_fill, writer, page)
            offload(self._commit, writer)
        finally:
            del writer  # tantivy's lock goes with it: a traceback that is kept would keep both

    def reload(self) -> None:
        """See what other processes have committed. OSError or ValueError when the folder is gone or damaged."""
        offload(self._index.reload)

    def ids(self, files: Collection[str] | None = None) -> set[str]:
        """The ids of all chunks, or of those of the files."""
        return offload(self._ids, files)

    def search(self, query: Query, limit: int, files: Collection[str] | None = None) -> Ranking:
        """The chunks that share most with the query; only those of `files` if given."""
        return offload(self._search, query, limit, files)

    def score(self, query: Query, ids: Sequence[str]) -> tuple[Hit, ...]:
        """The named chunks that exist, with their scores: 0 for what shares nothing with the query."""
        return offload(self._score, query, ids) if ids else ()

    def known(self, ids: Collection[str]) -> set[str]:
        """Those of the ids that it holds."""
        return offload(self._known, ids) if ids else set()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around a write to Chroma and here: should it break off, the index is rebuilt at the next open."""
        mark = self._folder / _WRITING
        mark.touch()
        yield
        mark.unlink(missing_ok=True)  # not in a `finally`: the mark of a failed write must stay

    # ---- in a real thread ----

    def _update(self, chunks: Iterable[Chunk], stale: Iterable[str]) -> None:
        writer = self._index.writer(_HEAP_BYTES, 1)
        _forget(writer, stale)
        _fill(writer, chunks)
        self._commit(writer)

    def _commit(self, writer: tantivy.IndexWriter) -> None:
        writer.commit()
        writer.wait_merging_threads()
        self._index.reload()

    def _ids(self, files: Collection[str] | None) -> set[str]:
        from tantivy import Query as Q

        searcher = self._searcher()
        wanted = Q.all_query() if files is None else Q.boolean_query([self._among("file", files)])
        found = searcher.search(wanted, max(1, int(searcher.num_docs)), count=False).hits
        return {searcher.doc(address)["id"][0] for _, address in found}

    def _search(self, query: Query, limit: int, files: Collection[str] | None) -> Ranking:
        searcher = self._searcher()
        statistics = _statistics(searcher, query)
        clauses = self._clauses(statistics)
        found = self._best(searcher, clauses, limit, files) if clauses else []
        attainable = statistics.attainable()
        return Ranking(tuple(_hit(document, score / attainable) for score, document in found), statistics)

    def _score(self, query: Query, ids: Sequence[str]) -> tuple[Hit, ...]:
        from tantivy import Query as Q

        searcher = self._searcher()
        statistics = _statistics(searcher, query)
        wanted = Q.boolean_query([self._among("id", ids), *self._clauses(statistics)])
        found = searcher.search(wanted, len(ids), count=False).hits
        attainable = statistics.attainable()
        return tuple(_hit(searcher.doc(address), score / attainable) for score, address in found)

    def _known(self, ids: Collection[str]) -> set[str]:
        from tantivy import Query as Q

        searcher = self._searcher()
        among = Q.boolean_query([self._among("id", ids)])
        return {document["id"][0] for _, document in _documents(searcher, among, 2 * len(ids))}

    def _best(
        self,
        searcher: tantivy.Searcher,
        clauses: list[tuple[tantivy.Occur, tantivy.Query]],
        limit: int,
        files: Collection[str] | None,
    ) -> list[tuple[float, tantivy.Document]]:
        from tantivy import Occur
        from tantivy import Query as Q

        any_of = Q.boolean_query(clauses)
        if files is not None and len(files) > _BROAD:
            rows = _documents(searcher, any_of, _OVERFETCH)
            allowed = [row for row in rows if row[1]["file"][0] in files]
            if len(allowed) >= limit or len(rows) < _OVERFETCH:
                return allowed[:limit]
        if files is not None:
            any_of = Q.boolean_query([(Occur.Must, any_of), self._among("file", files)])
        return _documents(searcher, any_of, limit)

    def _clauses(self, statistics: Statistics) -> list[tuple[tantivy.Occur, tantivy.Query]]:
        """A flat list of terms: nested, tantivy could not skip the chunks that cannot win."""
        from tantivy import Occur
        from tantivy import Query as Q

        schema = self._index.schema
        words, grams = statistics.rarest()
        clauses = [(Occur.Should, Q.term_query(schema, "words", word, "freq")) for word in words]
        for gram in grams:
            clauses.append((Occur.Should, Q.boost_query(Q.term_query(schema, "grams", gram, "freq"), GRAM_WEIGHT)))
        return clauses

    def _among(self, field: str, values: Collection[str]) -> tuple[tantivy.Occur, tantivy.Query]:
        from tantivy import Occur
        from tantivy import Query as Q

        # a score of 0: belonging to the set is no merit
        return Occur.Must, Q.const_score_query(Q.term_set_query(self._index.schema, field, list(values)), 0.0)

    def _searcher(self) -> tantivy.Searcher:
        return self._index.searcher()


def build(folder: Path, pages: Iterable[Sequence[Chunk]]) -> None:
    """Make a folder's index from all its chunks; what was there before is replaced at the end."""
    fresh = folder.with_name(f"{folder.name}.building")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    writer = offload(_new_writer, fresh)
    for page in pages:
        offload(_fill, writer, page)
    offload(writer.commit)
    offload(writer.wait_merging_threads)
    (fresh / _MADE).write_text(json.dumps(_maker()), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    fresh.rename(folder)


def is_sound(folder: Path, count: int) -> bool:
    """Whether the folder holds an index over `count` chunks, by this analyser, that no write left half done."""
    return offload(_is_sound, folder, count)


def _is_sound(folder: Path, count: int) -> bool:
    import tantivy

    try:
        made = json.loads((folder / _MADE).read_text(encoding="utf-8"))
        if made != _maker() or (folder / _WRITING).exists() or not tantivy.Index.is_compatible(str(folder)):
            return False
        return int(_open(folder).searcher().num_docs) == count
    except (OSError, ValueError):  # absent or damaged
        return False


def folder_name() -> str:
    """A name for folders of this analyser and this layout, and no other."""
    return f"words-{analysis.VERSION}-{_LAYOUT}"


def _maker() -> dict[str, str]:
    return {"analysis": analysis.VERSION, "layout": _LAYOUT}


def _document(chunk: Chunk) -> dict[str, str]:
    text = indexed_text(chunk)
    return {
        "id": chunk.id,
        "file": chunk.file_id,
        "words": " ".join(analysis.terms(text)),
        "grams": " ".join(analysis.grams(text)),
    }


def _hit(document: tantivy.Document, score: float) -> Hit:
    return Hit(document["id"][0], score, frozenset(document["words"][0].split(" ")))


def _schema() -> tantivy.Schema:
    import tantivy

    fields = tantivy.SchemaBuilder()
    fields.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    fields.add_text_field("file", stored=True, tokenizer_name="raw", index_option="basic")
    fields.add_text_field("words", stored=True, tokenizer_name="whitespace", index_option="freq")
    fields.add_text_field("grams", tokenizer_name="whitespace", index_option="freq")
    return fields.build()


def _open(folder: Path) -> tantivy.Index:
    import tantivy

    index = tantivy.Index.open(str(folder))
    index.config_reader("manual")  # by default it also reloads half a second after a commit, in the midst of whatever
    return index


def _new_writer(folder: Path) -> tantivy.IndexWriter:
    import tantivy

    return tantivy.Index(_schema(), path=str(folder)).writer(_HEAP_BYTES, 1)


def _forget(writer: tantivy.IndexWriter, ids: Iterable[str]) -> None:
    for chunk_id in ids:
        writer.delete_documents_by_term("id", chunk_id)


def _fill(writer: tantivy.IndexWriter, chunks: Iterable[Chunk]) -> None:
    import tantivy

    for chunk in chunks:
        writer.add_document(tantivy.Document(**_document(chunk)))


def _statistics(searcher: tantivy.Searcher, query: Query) -> Statistics:
    return Statistics(
        count=int(searcher.num_docs),
        words={word: searcher.doc_freq("words", word) for word in query.words},
        grams={gram: searcher.doc_freq("grams", gram) for gram in query.grams},
    )


def _documents(searcher: tantivy.Searcher, query: tantivy.Query, limit: int) -> list[tuple[float, tantivy.Document]]:
    found = searcher.search(query, limit, count=False).hits
    return [(score, searcher.doc(address)) for score, address in found]

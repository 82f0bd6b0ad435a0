"""Reindexes in the background: done, watched, cut off and taken up again, given up; on the real index and records."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from ragproxy.domain import Chunk
from ragproxy.errors import StateUnavailable, UpstreamRefused
from ragproxy.ingestion import Reindexer
from ragproxy.retrieval import open_index
from ragproxy.retrieval.collection import PAGE
from tests.ingestion.library import OWNER
from tests.retrieval.samples import GatedEmbedder


def test_a_store_is_indexed_by_the_embedder_there_is_now(library, renewed, reindexer):
    asked(library)
    assert reindexer().work(never)
    assert renewed.embedder_of(library.store.id) == "gated"
    done = progress_of(library)
    assert (done.status, done.done, done.total) == ("completed", 2, 2)
    assert not reindexer().work(never)


def test_nothing_asked_for_is_nothing_done(library, reindexer):
    before = library.state.stores.get(library.store.id, owner=OWNER).version
    assert not reindexer().work(never)
    assert library.state.stores.get(library.store.id, owner=OWNER).version == before


def test_an_empty_store_is_done_at_once(library, reindexer):
    empty = library.state.stores.create("empty", owner=OWNER)
    library.state.reindexes.ask(empty.id, owner=OWNER)
    assert reindexer().work(never)
    done = library.state.reindexes.get(empty.id, owner=OWNER)
    assert (done.status, done.done, done.total) == ("completed", 0, 0)


def test_progress_is_written_down_but_not_at_every_step(library, renewed, reindexer, monkeypatch):
    chunks = [Chunk(f"chk_{n}", "file-1", "a.txt", n, f"mot{n}") for n in range(3 * PAGE)]
    renewed.add("vs_other", chunks[:1])  # the store of the test has vectors of another embedder
    large = library.state.stores.create("large", owner=OWNER)
    renewed.add(large.id, chunks)
    noted = []
    advance = library.state.reindexes.advance
    monkeypatch.setattr(library.state.reindexes, "advance", lambda *args: (noted.append(args[2:]), advance(*args))[1])
    for seconds, expected in ((0.4, [(PAGE, 3 * PAGE)]), (2.0, [(n * PAGE, 3 * PAGE) for n in (1, 2, 3)])):
        noted.clear()
        library.state.reindexes.ask(large.id, owner=OWNER)
        ticks = iter(range(100))
        assert reindexer(clock=lambda seconds=seconds, ticks=ticks: seconds * next(ticks) / 2).work(never)
        assert noted == expected


def test_an_embedder_that_fails_is_tried_again_then_it_is_said_why(library, renewed, reindexer):
    asked(library)
    renewed.embedder.failing = True
    naps = []
    assert reindexer(sleep=naps.append).work(never)
    failed = progress_of(library)
    assert (failed.status, failed.error.code, failed.error.message) == (
        "failed",
        "server_error",
        "The embedder is down",
    )
    assert sum(naps) == pytest.approx(12, abs=0.5)
    assert renewed.embedder_of(library.store.id) == "hash-384"
    assert library.found("chat") == ["a.txt"]
    assert not reindexer().work(never)


@pytest.mark.parametrize(("status", "attempts"), [(401, 1), (429, 3)])
def test_a_refusal_is_final_unless_it_is_for_a_while(library, renewed, reindexer, status, attempts):
    asked(library)
    asks = []

    def refuse(_):
        asks.append(status)
        raise UpstreamRefused("No", status=status)

    renewed.embedder.embed = refuse
    assert reindexer().work(never)
    assert (progress_of(library).status, progress_of(library).error.message) == ("failed", "No")
    assert len(asks) == attempts


def test_an_embedder_that_comes_back_in_time_is_enough(library, renewed, reindexer):
    asked(library)
    renewed.embedder.failing = True

    def nap(_):
        renewed.embedder.failing = False

    assert reindexer(sleep=nap).work(never)
    assert progress_of(library).status == "completed"


def test_one_that_is_stopped_is_taken_up_by_the_next_at_once(library, renewed, reindexer):
    asked(library)
    stops = iter([False, True])
    assert reindexer().work(lambda: next(stops))
    assert progress_of(library).status == "in_progress"
    assert renewed.embedder_of(library.store.id) == "hash-384"
    assert reindexer(worker="next").work(never)
    assert (progress_of(library).status, renewed.embedder_of(library.store.id)) == ("completed", "gated")


def test_one_whose_process_was_killed_is_taken_up_when_that_is_known(library, renewed, reindexer):
    asked(library)
    library.state.reindexes.claim("house/dead", 120)
    assert not reindexer(worker="house").work(never)
    reindexer(worker="house").recover()
    assert reindexer(worker="house").work(never)
    assert progress_of(library).status == "completed"


def test_a_store_that_is_removed_ends_it_and_goes(library, renewed, reindexer):
    asked(library)
    renewed.embedder.close()
    with ThreadPoolExecutor(1) as threads:
        working = threads.submit(reindexer().work, never)
        assert renewed.embedder.waiting.wait(10)
        library.state.stores.mark_removing(library.store.id, owner=OWNER)
        library.indexer().sweep()  # does not wait for it
        assert [store.id for store in library.state.stores.removing()] == []
        renewed.embedder.open()
        assert working.result(20)
    library.indexer().sweep()
    assert library.state.audit.known([library.store.id]) == set()
    assert renewed.embedder_of(library.store.id) is None


def test_others_are_indexed_meanwhile_and_the_stores_own_files_wait(library, renewed, reindexer):
    other = library.state.stores.create("other", owner=OWNER)
    asked(library)
    renewed.embedder.close()
    with ThreadPoolExecutor(1) as threads:
        working = threads.submit(reindexer(threads=2).work, never)
        assert renewed.embedder.waiting.wait(10)
        waits = library.put("w.txt", "Le loup hurle.")
        goes = library.upload("g.txt", "Le pain cuit.")
        library.attach(goes, store=other)
        assert not reindexer(threads=2).work(never)
        claimed = library.state.files.claim(10, "somebody", 60)
        assert [file.id for file in claimed] == [goes]
        library.state.files.release("somebody")
        assert library.found("chat") == ["a.txt"]
        renewed.embedder.open()
        assert working.result(20)
    library.work()
    assert library.status(waits) == "completed"
    assert library.status(goes, store=other) == "completed"
    assert library.found("loup")[0] == "w.txt"


@pytest.mark.parametrize(("threads", "at_once"), [(1, 1), (2, 1), (3, 2)])
def test_a_thread_is_left_for_other_work(library, renewed, reindexer, threads, at_once):
    for n in range(3):
        store = library.state.stores.create(str(n), owner=OWNER)
        library.state.reindexes.ask(store.id, owner=OWNER)
    reindexing = reindexer(threads=threads)
    begun, go_on = threading.Semaphore(0), threading.Event()
    reindex = renewed.reindex

    def slow(*args):
        begun.release()
        assert go_on.wait(20)
        reindex(*args)

    renewed.reindex = slow
    with ThreadPoolExecutor(3) as pool:
        working = [pool.submit(reindexing.work, never) for _ in range(3)]
        for _ in range(at_once):
            assert begun.acquire(timeout=10)
        assert not begun.acquire(timeout=0.5)
        go_on.set()
        assert sorted(one.result(20) for one in working) == [False] * (3 - at_once) + [True] * at_once


def test_records_that_do_not_answer_leave_it_for_later(library, renewed, reindexer, monkeypatch):
    asked(library)

    def away(*_):
        raise StateUnavailable("The database does not answer")

    with monkeypatch.context() as patched:
        patched.setattr(library.state.reindexes, "advance", away)
        with pytest.raises(StateUnavailable):
            reindexer().work(never)
    assert progress_of(library).status == "in_progress"
    assert reindexer().work(never)
    assert progress_of(library).status == "completed"


def never():
    return False


def asked(library):
    return library.state.reindexes.ask(library.store.id, owner=OWNER)


def progress_of(library):
    return library.state.reindexes.get(library.store.id, owner=OWNER)


@pytest.fixture
def renewed(library, tmp_path):
    """The library's index with another embedder; its store has two chunks of the built-in one's."""
    library.put("a.txt", "Le chat dort.")
    library.put("b.txt", "Le chien court.")
    library.work()
    library.index.close()
    with closing(
        open_index(data_dir=tmp_path / "data", attributes=library.state.files.attributes, embedder=GatedEmbedder())
    ) as index:
        library.index = index
        yield index


@pytest.fixture
def reindexer(library):
    def make(**options):
        return Reindexer(library.index, library.state, **({"worker": "test", "sleep": lambda _: None} | options))

    return make

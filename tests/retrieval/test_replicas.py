"""Machines that share a Chroma server: what one has indexed, every other finds."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from ragproxy.errors import Conflict, EmbedderMismatch, UpstreamUnavailable
from ragproxy.retrieval.dense import Dense
from ragproxy.retrieval.lexical import Lexical
from ragproxy.retrieval.replicas import Replicas
from tests.retrieval.samples import ANIMALS_AND_TRADES, BREAD, CARS, CATS, GatedEmbedder, MeaningEmbedder, chunk

# ---- what others add and remove ----


def test_what_one_machine_indexed_the_others_find_at_once(machines):
    here, there, store = machines.open("here"), machines.open("there"), machines.store()
    assert found(there, store, "chat") == []
    for number in range(5):
        machines.add(here, store, [chunk(f"c{number}", f"mot zymurgie{number}x", file=f"f{number}")])
        assert found(there, store, f"zymurgie{number}x")[0] == f"c{number}"
    assert len(found(there, store, "mot")) == 5


def test_what_one_machine_removed_the_others_do_not_find(machines):
    here, there, store = machines.open("here"), machines.open("there"), machines.store()
    machines.add(here, store, ANIMALS_AND_TRADES)
    assert found(there, store, "chat") == ["cats"]
    machines.remove(here, store, [CATS.file_id])
    assert found(there, store, "chat") == []
    assert there.search([store], "chat voiture").passages[0].chunk == CARS


def test_a_changed_file_is_found_by_its_new_words_alone(machines):
    here, there, store = machines.open("here"), machines.open("there"), machines.store()
    machines.add(here, store, [chunk("one", "zymurgie", file="f")])
    assert found(there, store, "zymurgie") == ["one"]
    here.add(store, [chunk("two", "apiculture", file="f")])
    here.keep(store, "f", {"two"})
    machines.add(here, store, [chunk("two", "apiculture", file="f")])
    assert found(there, store, "apiculture") == ["two"]
    assert found(there, store, "zymurgie") == []


def test_the_processes_of_a_machine_share_one_copy(machines, monkeypatch):
    one, other, store = machines.open("here"), machines.open("here"), machines.store()
    alignments = counted(monkeypatch, Lexical, "align")
    for number in range(3):
        machines.add(machines.open("worker"), store, [chunk(f"c{number}", f"mot{number}", file=f"f{number}")])
        assert found(one, store, f"mot{number}") == found(other, store, f"mot{number}") == [f"c{number}"]
    assert len(alignments) == 3


def test_searches_at_once_wait_for_one_update(machines, monkeypatch):
    store = machines.store()
    machines.add(machines.open("worker"), store, ANIMALS_AND_TRADES)
    indexes = [machines.open("here") for _ in range(3)]
    alignments = counted(monkeypatch, Lexical, "align")
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda number: found(indexes[number % 3], store, "chat"), range(12)))
    assert answers == [["cats"]] * 12
    assert len(alignments) == 1


def test_a_search_looks_for_no_collection_when_nothing_changed(machines, monkeypatch):
    here, store = machines.open("here"), machines.store()
    machines.add(here, store, ANIMALS_AND_TRADES)
    assert found(here, store, "chat") == ["cats"]
    asked = counted(monkeypatch, Dense, "_find")
    assert found(here, store, "chat") == ["cats"]
    assert asked == []


def test_a_machine_that_only_indexes_keeps_no_words(machines, tmp_path):
    worker, store = machines.open("worker"), machines.store()
    machines.add(worker, store, ANIMALS_AND_TRADES)
    worker.keep(store, CARS.file_id, set())
    machines.remove(worker, store, [CATS.file_id])
    assert worker.count(store) == 1
    assert worker.embedder_of(store) == "hash-384"
    assert not (tmp_path / "worker" / "lexical").exists()


def test_writers_at_once_lose_nothing(machines):
    store = machines.store()
    workers = [machines.open(f"worker-{number}") for number in range(3)]

    def write(worker):
        for number in range(6):
            name = f"{worker}-{number}"
            machines.add(workers[worker], store, [chunk(name, f"mot{worker}x{number}", file=name)])

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(write, range(3)))
    web = machines.open("web")
    assert web.count(store) == 18
    for number in range(6):
        assert found(web, store, f"mot1x{number}")[0] == f"1-{number}"


def test_a_dropped_store_is_empty_everywhere(machines):
    here, there, store = machines.open("here"), machines.open("there"), machines.store()
    machines.add(here, store, [CATS])
    assert found(there, store, "chat") == ["cats"]
    machines.state.stores.mark_removing(store, owner="ann")
    here.drop(store)
    assert found(there, store, "chat") == []
    assert there.count(store) == 0


# ---- copies that are behind, damaged or of something else ----


def test_a_copy_that_was_away_for_longer_than_the_log_is_compared_whole(machines, clock):
    here, there, store = machines.open("here"), machines.open("there"), machines.store()
    machines.add(here, store, ANIMALS_AND_TRADES)
    assert found(there, store, "chat") == ["cats"]
    machines.remove(here, store, [CATS.file_id])
    machines.add(here, store, [chunk("new", "zymurgie", file="new")])
    clock.now += 8 * 86_400
    machines.state.changes.prune()
    machines.add(here, store, [chunk("newer", "apiculture", file="newer")])
    assert found(there, store, "zymurgie") == ["new"]
    assert found(there, store, "apiculture") == ["newer"]
    assert found(there, store, "chat") == []
    assert found(there, store, "voiture") == ["cars"]


@pytest.mark.parametrize(
    "harm",
    [
        lambda home: shutil.rmtree(home),
        lambda home: (home / "applied.json").write_text("{"),
        lambda home: [path.unlink() for path in home.glob("words-*/*")],
        lambda home: next(home.glob("words-*/meta.json")).write_text("{"),
    ],
    ids=["deleted", "forgotten", "emptied", "damaged"],
)
def test_a_damaged_copy_is_made_anew(machines, tmp_path, harm):
    store = machines.store()
    first = machines.open("here")
    machines.add(first, store, ANIMALS_AND_TRADES)
    assert found(first, store, "chat") == ["cats"]
    harm(tmp_path / "here" / "lexical" / store)
    assert found(machines.open("here"), store, "chat") == ["cats"]
    machines.add(first, store, [chunk("new", "zymurgie", file="new")])
    assert found(first, store, "zymurgie") == ["new"]


def test_a_copy_of_a_collection_that_was_lost_is_compared_with_the_next_one(machines):
    here, there, store = machines.open("here"), machines.open("there"), machines.store()
    machines.add(here, store, [CATS, CARS])
    assert found(there, store, "chat") == ["cats"]
    here.drop(store)
    machines.add(here, store, [BREAD])
    assert found(there, store, "bread") == ["bread"]
    with following(there):
        until(lambda: there._keeper.replica(store).at(0).words.ids() == {"bread"})
    assert found(there, store, "voiture") == []


def test_an_update_that_was_killed_is_done_again(machines, chroma_server, state, tmp_path):
    here, store = machines.open("here"), machines.store()
    for start in range(0, 1500, 500):
        machines.add(
            here, store, [chunk(f"c{n}", f"mot zymurgie{n}x", file=f"f{n}") for n in range(start, start + 500)]
        )
    for seconds in (0.3, 0.6):
        reader = subprocess.Popen(
            [sys.executable, "-c", READER, str(tmp_path), chroma_server.url, store],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parents[2])},
        )
        assert reader.stdout.readline() == b"begins\n"
        time.sleep(seconds)
        reader.send_signal(signal.SIGKILL)
        reader.wait()
    there = machines.open("there")
    assert found(there, store, "zymurgie1499x")[0] == "c1499"
    assert len(there._keeper.replica(store).at(0).words.ids()) == 1500


READER = """
import sys
from pathlib import Path
from ragproxy.retrieval import open_index
from ragproxy.state import open_state
folder, url, store = sys.argv[1:]
state = open_state(f"sqlite:///{folder}/records.db")
index = open_index(data_dir=Path(folder) / "there", chroma_url=url, attributes=lambda _: {}, changes=state.changes)
print("begins", flush=True)
index.search([store], "mot")
"""


# ---- the follower ----


def test_a_server_follows_the_log_without_being_asked(machines, monkeypatch):
    here, there, store = machines.open("here"), machines.open("there"), machines.store()
    with following(there):
        machines.add(here, store, ANIMALS_AND_TRADES)
        until(lambda: (there._keeper._root / store / "applied.json").exists())
        alignments = counted(monkeypatch, Lexical, "align")
        assert found(there, store, "chat") == ["cats"]
        assert alignments == []


def test_a_server_is_ready_when_the_first_stores_are_copied(machines, state):
    here, store = machines.open("here"), machines.store()
    machines.add(here, store, ANIMALS_AND_TRADES)
    log = GatedLog(state.changes)
    there = machines.open("there", changes=log)
    there.warm()
    with pytest.raises(UpstreamUnavailable, match="copied"):
        there.ping()
    log.gate.set()
    until(lambda: _ready(there))
    assert (there._keeper._root / store / "applied.json").exists()


def test_copies_of_stores_that_are_no_more_are_deleted(machines):
    here, store, gone = machines.open("here"), machines.store(), machines.store("gone")
    for each in (store, gone):
        machines.add(here, each, [CATS])
        assert found(here, each, "chat") == ["cats"]
    machines.state.stores.mark_removing(gone, owner="ann")
    here._keeper.tidy()
    assert [path.name for path in here._keeper._root.iterdir() if path.is_dir()] == [store]


# ---- reindexing beside others ----


def test_a_reindex_is_followed_without_a_gap_and_without_another_copy(machines, monkeypatch):
    here, there, store = machines.open("here"), machines.open("there", embedder=MeaningEmbedder()), machines.store()
    machines.add(here, store, ANIMALS_AND_TRADES)
    assert found(there, store, "chat") == ["cats"]
    over = threading.Event()

    def search():
        answers = set()
        while not over.is_set():
            answers.add(tuple(found(there, store, "chat")))
        return answers

    alignments = counted(monkeypatch, Lexical, "align")
    with ThreadPoolExecutor(2) as threads:
        searching = [threads.submit(search) for _ in range(2)]
        try:
            for _ in range(3):
                machines.open("here", embedder=MeaningEmbedder()).reindex(store)
                machines.state.stores.bump(store)
        finally:
            over.set()
        assert [answers.result(20) for answers in searching] == [{("cats",)}] * 2
    assert there.search([store], "automobile").passages[0].chunk == CARS
    assert alignments == []


def test_what_others_write_during_a_reindex_is_in_the_new_collection(machines):
    here, elsewhere, store = machines.open("here"), machines.open("elsewhere"), machines.store()
    machines.add(elsewhere, store, ANIMALS_AND_TRADES)
    embedder = GatedEmbedder("hash-384")
    reindexer = machines.open("here", embedder=embedder)
    embedder.close()
    with ThreadPoolExecutor(1) as threads:
        reindexing = threads.submit(reindexer.reindex, store)
        assert embedder.waiting.wait(20)
        machines.add(elsewhere, store, [chunk("new", "zymurgie", file="new")])
        machines.remove(elsewhere, store, [BREAD.file_id])
        assert found(here, store, "zymurgie") == ["new"]
        embedder.open()
        reindexing.result(30)
    assert here.count(store) == 3
    assert here.chunk_ids(store, BREAD.file_id) == set()
    assert found(here, store, "zymurgie") == ["new"]
    assert found(here, store, "bread") == []


def test_writers_wait_while_collections_change_places_and_readers_do_not(machines, chroma_server, tmp_path):
    here, store = machines.open("here"), machines.store()
    machines.add(here, store, [CATS])
    dense = Dense(tmp_path, chroma_server.url)
    fresh = dense.begin(store, "hash-384", 384)
    fresh.upsert([CATS], here.embedder.embed([CATS.text]))
    dense.retire(store)
    with ThreadPoolExecutor(1) as threads:
        writing = threads.submit(here.add, store, [CARS])
        time.sleep(0.3)
        assert not writing.done()
        assert found(machines.open("there"), store, "chat") == ["cats"]
        dense.install(store, fresh)
        writing.result(20)
    assert dense.find(store).id == fresh.id
    assert dense.find(store).get_ids(["cats", "cars"]) == {"cats", "cars"}
    dense.close()


def test_a_write_that_met_a_swap_is_done_again_in_the_new_collection(machines, chroma_server, tmp_path):
    here, store = machines.open("here"), machines.store()
    machines.add(here, store, [CATS])
    dense = Dense(tmp_path, chroma_server.url)
    replaced = []

    def check(target):  # between the look at the name and the write, as another machine would
        if not replaced:
            fresh = dense.begin(store, "hash-384", 384)
            fresh.upsert([CATS], here.embedder.embed([CATS.text]))
            dense.swap(store, fresh)
            replaced.append(target.id)

    here._keeper.put(store, [CARS], here.embedder.embed([CARS.text]), "hash-384", check)
    assert dense.find(store).id not in replaced
    assert dense.find(store).get_ids(["cars"]) == {"cars"}
    dense.close()


def test_a_reindex_that_died_between_the_names_is_undone_by_the_next_writer(machines, chroma_server, tmp_path, state):
    here, store = machines.open("here"), machines.store()
    machines.add(here, store, [CATS])
    dense = Dense(tmp_path, chroma_server.url)
    dense.begin(store, "hash-384", 384)
    dense.retire(store)
    hasty = Replicas(dense, tmp_path / "hasty", state.changes, swap_s=0.2)
    hasty.put(store, [CARS], here.embedder.embed([CARS.text]), "hash-384", lambda target: None)
    assert dense.find(store).get_ids(["cats", "cars"]) == {"cats", "cars"}
    dense.close()


def test_a_reindex_that_kept_others_waiting_for_too_long_gives_way(machines, chroma_server, tmp_path):
    here, store = machines.open("here"), machines.store()
    machines.add(here, store, ANIMALS_AND_TRADES)
    dense = Dense(tmp_path, chroma_server.url)

    class Slow(GatedEmbedder):
        def embed(self, texts):
            if dense.find(store) is None:  # the names are changing: another machine loses its patience
                dense.recover(store)
            else:
                machines.add(here, store, [chunk(f"c{len(self.texts)}", "zymurgie", file=f"f{len(self.texts)}")])
            return super().embed(texts)

    with pytest.raises(Conflict, match=store):
        machines.open("here", embedder=Slow("hash-384")).reindex(store)
    assert here.count(store) > 3
    assert found(here, store, "chat") == ["cats"]
    dense.close()


def test_a_failed_reindex_leaves_the_old_collection(machines):
    here, store = machines.open("here"), machines.store()
    machines.add(here, store, ANIMALS_AND_TRADES)
    embedder = MeaningEmbedder()
    embedder.failing = True
    reindexer = machines.open("here", embedder=embedder)
    with pytest.raises(UpstreamUnavailable):
        reindexer.reindex(store)
    assert reindexer.embedder_of(store) == "hash-384"
    embedder.failing = False
    reindexer.reindex(store)
    assert machines.open("there").embedder_of(store) == "meanings"


def test_an_addition_after_a_reindex_by_another_embedder_is_refused(machines):
    here, store = machines.open("here"), machines.store()
    machines.add(here, store, [CATS])
    assert found(here, store, "chat") == ["cats"]
    machines.open("there", embedder=MeaningEmbedder()).reindex(store)
    with pytest.raises(EmbedderMismatch, match="meanings"):
        here.add(store, [CARS])


def test_an_emptied_store_takes_a_new_embedder(machines):
    here, store = machines.open("here"), machines.store()
    machines.add(here, store, [CATS])
    machines.remove(here, store, [CATS.file_id])
    there = machines.open("there", embedder=MeaningEmbedder())
    there.reindex(store)
    machines.add(there, store, [CARS])
    assert there.embedder_of(store) == "meanings"


class GatedLog:
    """The log of changes, as soon as the gate is open."""

    def __init__(self, log):
        self._log = log
        self.gate = threading.Event()

    def version(self, store_id):
        assert self.gate.wait(20)
        return self._log.version(store_id)

    def __getattr__(self, name):
        return getattr(self._log, name)


def found(index, store_id, query):
    return [passage.chunk.id for passage in index.search([store_id], query, min_score=0.1).passages]


def counted(monkeypatch, kind, name):
    """The calls of a method from here on; it does what it did."""
    calls, real = [], getattr(kind, name)

    def counting(self, *args, **kwargs):
        calls.append(args)
        return real(self, *args, **kwargs)

    monkeypatch.setattr(kind, name, counting)
    return calls


@contextmanager
def following(index):
    index.warm()
    yield
    index.close()


def until(happened, timeout_s=20):
    deadline = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _ready(index):
    try:
        index.ping()
    except UpstreamUnavailable:
        return False
    return True

"""What leaves the index: files and stores that were removed, whatever has expired, bytes that nobody needs."""

import hashlib
import io
import os
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from ragproxy.domain import Caller, Cursor
from ragproxy.errors import NotFound, UnknownStore
from tests.ingestion.library import OWNER

HOUR_S = 3600


def test_a_removed_file_leaves_the_index_and_the_store_but_not_the_library(library):
    kept, file_id = library.put("a.txt", "Le chat dort."), library.put("b.txt", "Le chien court.")
    library.work()
    library.state.files.mark_removing(library.store.id, [file_id])
    library.work()
    assert library.index.count(library.store.id) == 1
    assert library.found("chien") == []
    with pytest.raises(NotFound):
        library.get(file_id)
    assert library.state.library.get(file_id, owner=OWNER).filename == "b.txt"
    assert library.status(kept) == "completed"
    assert library.state.files.removing() == []


def test_a_deleted_file_leaves_every_store_and_then_the_library(library):
    other = library.state.stores.create("autres", owner=OWNER)
    file_id = library.put("a.txt", "Le chat dort.")
    library.attach(file_id, store=other)
    library.work()
    library.state.library.delete(file_id, owner=OWNER)
    library.work()
    assert (library.index.count(library.store.id), library.index.count(other.id)) == (0, 0)
    assert library.state.library.referenced([digest("Le chat dort.")]) == set()


def test_a_removed_store_leaves_nothing(library):
    library.put("a.txt", "Le chat dort.")
    library.work()
    library.state.stores.mark_removing(library.store.id, owner=OWNER)
    library.work()
    assert library.index.embedder_of(library.store.id) is None
    assert library.state.stores.removing() == []
    with pytest.raises(UnknownStore):
        library.state.stores.get(library.store.id, owner=OWNER)


def test_what_a_killed_process_was_removing_is_removed_by_the_next(library, monkeypatch):
    file_id = library.put("a.txt", "Le chat dort.")
    library.work()
    library.state.files.mark_removing(library.store.id, [file_id])
    with monkeypatch.context() as patched:
        patched.setattr(library.state.files, "removed", killed)
        patched.setattr(library.state.files, "release", killed)
        with pytest.raises(KeyboardInterrupt):
            library.work()
    library.work()
    assert len(library.state.files.removing()) == 1  # another's, for all we know
    library.clock.now += 121
    library.indexer().sweep()
    assert library.state.files.removing() == []


def test_whoever_knows_that_the_former_process_is_dead_need_not_wait(library, monkeypatch):
    file_id = library.put("a.txt", "Le chat dort.")
    with monkeypatch.context() as patched:
        patched.setattr(library.state.files, "complete_many", killed)
        patched.setattr(library.state.files, "release", killed)
        with pytest.raises(KeyboardInterrupt):
            library.work(library.indexer(worker="/data"))
    library.indexer(worker="/dat").recover()
    assert library.work(library.indexer(worker="/data2")) == 0
    again = library.indexer(worker="/data")
    again.recover()
    assert library.work(again) == 1
    assert library.status(file_id) == "completed"
    assert library.index.count(library.store.id) == 1


def test_expired_files_go_and_the_others_stay(library):
    soon = library.upload("a.txt", "Le chat dort.", expires=int(library.clock()) + 100)
    late = library.upload("b.txt", "Le chien court.", expires=int(library.clock()) + 10_000)
    library.attach(soon, late)
    library.work()
    indexer = library.indexer()
    indexer.sweep()
    assert library.counts().total == 2
    library.clock.now += 101
    indexer.sweep()
    assert library.found("chat") == []
    assert library.found("chien") == ["b.txt"]
    assert library.counts().total == 1


def test_an_expired_store_is_emptied_and_stays_to_say_so(library):
    store = library.state.stores.create("bref", owner=OWNER, expires_after_days=1)
    file_id = library.put("a.txt", "Le chat dort.", store=store)
    library.work()
    library.clock.now += 2 * 24 * HOUR_S
    library.indexer().sweep()
    assert library.index.count(store.id) == 0
    emptied = library.state.stores.get(store.id, owner=OWNER)
    assert emptied.counts.total == 0
    assert library.state.library.get(file_id, owner=OWNER)
    assert library.state.stores.expired(library.clock()) == []


@pytest.mark.parametrize("seconds", [101, 1000], ids=["under a lease", "after the lease"])
def test_a_file_that_expires_while_it_is_indexed_leaves_nothing(library, monkeypatch, seconds):
    soon = library.upload("a.txt", "Le chat dort.", expires=int(library.clock()) + 100)
    late = library.upload("b.txt", "Le chien court.")
    library.attach(soon, late)
    _swept_after_each_addition(library, monkeypatch, seconds)
    library.work()
    library.work()
    assert library.found("chat") == []
    assert library.found("chien") == ["b.txt"]
    assert library.index.count(library.store.id) == library.counts().total == library.counts().completed == 1
    with pytest.raises(NotFound):
        library.state.library.get(soon, owner=OWNER)


def test_a_store_that_expires_while_it_is_filled_is_left_empty(library, monkeypatch):
    store = library.state.stores.create("bref", owner=OWNER, expires_after_days=1)
    ids = [library.put(f"{n}.txt", f"Le chat {n} dort.", store=store) for n in range(9)]
    _swept_after_each_addition(library, monkeypatch, 25 * HOUR_S)
    library.work()
    library.work()
    assert library.index.count(store.id) == library.counts(store).total == 0
    assert library.state.stores.get(store.id, owner=OWNER).expires < library.clock()
    assert all(library.state.library.get(file_id, owner=OWNER) for file_id in ids)
    assert library.state.files.removing() == []


def test_an_expired_upload_lets_go_of_its_parts(library):
    upload = library.state.uploads.create(
        owner=OWNER, filename="a.txt", purpose="assistants", mime_type="text/plain", size=3
    )
    library.state.uploads.add_part(upload.id, digest("abc"), 3)
    library.clock.now += HOUR_S + 1
    library.indexer().sweep()
    assert library.state.uploads.get(upload.id, owner=OWNER).status == "expired"
    assert library.state.library.referenced([digest("abc")]) == set()


def test_bytes_without_a_row_go_after_an_hour(library, tmp_path):
    file_id = library.upload("a.txt", "Le chat dort.")
    orphans = {text: library.state.blobs.put(io.BytesIO(text.encode()), 100)[0] for text in ("young", "old")}
    for text in ("old", "Le chat dort."):
        path = tmp_path / "data" / "files" / digest(text)[:2] / digest(text)
        os.utime(path, (time.time() - HOUR_S - 60,) * 2)
    library.indexer().sweep()
    assert set(library.state.blobs.all()) == {orphans["young"], library.state.library.get(file_id, owner=OWNER).sha256}


def test_bytes_are_looked_through_once_an_hour(library, monkeypatch):
    looks = []
    monkeypatch.setattr(library.state, "drop_orphans", looks.append)
    indexer = library.indexer()
    for _ in range(5):
        indexer.sweep()
        library.clock.now += 20 * 60
    assert looks == [HOUR_S, HOUR_S]


def test_several_may_sweep_at_once_and_again(library):
    store = library.state.stores.create("bref", owner=OWNER, expires_after_days=1)
    for i in range(30):
        file_id = library.upload(f"{i}.txt", f"Fichier {i}", expires=int(library.clock()) + 100)
        library.attach(file_id, store=store if i % 2 else library.store)
    gone = library.state.stores.create("parti", owner=OWNER)
    library.put("x.txt", "Le chat dort.", store=gone)
    library.work()
    library.state.stores.mark_removing(gone.id, owner=OWNER)
    library.clock.now += 3 * 24 * HOUR_S
    sweepers = [library.indexer(worker=f"w{i}") for i in range(4)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(lambda indexer: indexer.sweep(), sweepers))
    sweepers[0].sweep()
    assert [library.index.count(each.id) for each in (store, library.store, gone)] == [0, 0, 0]
    assert library.state.files.removing() == []
    assert library.state.stores.removing() == []
    assert library.state.library.list(Caller(OWNER, admin=True), Cursor()).items[0].filename == "x.txt"


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


def killed(*_, **__):
    raise KeyboardInterrupt


def _swept_after_each_addition(library, monkeypatch, seconds):
    """While chunks are being added, time passes, and another process sweeps."""
    add = library.index.add

    def interrupted(store_id, chunks):
        add(store_id, chunks)
        library.clock.now += seconds
        library.indexer(worker="other").sweep()

    monkeypatch.setattr(library.index, "add", interrupted)

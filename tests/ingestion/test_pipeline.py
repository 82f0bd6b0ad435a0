"""Files of folders where the index is: their bytes, their rows, and whoever else works on them."""

import hashlib
import io
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ragproxy.domain import Chunking, FolderFile, KeptFile
from ragproxy.errors import BodyTooLarge, InvalidRequest, NotFound, StateUnavailable, UnknownStore
from ragproxy.ingestion import Ingestor
from tests.ingestion.library import OWNER

TEXT = "La vieille horloge sonne midi au clocher du village. "


def test_the_bytes_are_kept_and_the_text_is_counted(library, ingestor):
    (outcome,) = put(library, ingestor, a=TEXT)
    assert (str(outcome.path), outcome.status, outcome.chunks) == ("/docs/a.txt", "added", 1)
    (row,) = library.state.folders.of_store(library.store.id)
    assert (row.size, row.sha256) == (len(TEXT.encode()), hashlib.sha256(TEXT.encode()).hexdigest())
    assert row.usage_bytes == sum(len(text.encode()) for text in library.chunks(row.id))
    with library.state.blobs.open(row.sha256) as stream:
        assert stream.read() == TEXT.encode()


def test_a_folders_file_can_be_put_into_another_store_like_an_uploaded_one(library, ingestor):
    put(library, ingestor, a=TEXT)
    (row,) = library.state.folders.of_store(library.store.id)
    other = library.state.stores.create("other", owner=OWNER)
    library.attach(row.id, store=other)
    assert library.work() == 1
    assert library.found("horloge", other) == ["a.txt"]
    assert library.get(row.id, other).usage_bytes == row.usage_bytes


def test_the_outcomes_come_in_the_order_of_the_files(library, ingestor):
    outcomes = put(library, ingestor, a="", b=TEXT, c="\0" * 50, d=TEXT * 100)
    assert [outcome.status for outcome in outcomes] == ["failed", "added", "failed", "added"]
    assert outcomes[0].reason == "The file is empty"


def test_what_cannot_be_read_leaves_no_bytes_and_no_row(library, ingestor):
    put(library, ingestor, a="\0" * 50)
    kept = ingestor.keep(io.BytesIO(b"\0\1" * 50))
    list(ingestor.put_kept(library.store, [KeptFile("/docs/b.txt", "b.txt", kept.sha256, kept.size)]))
    assert list(library.state.blobs.all()) == []
    assert library.state.folders.of_store(library.store.id) == []


def test_files_whose_bytes_are_kept_are_put_in_alike(library, ingestor):
    kept = ingestor.keep(io.BytesIO(TEXT.encode()))
    (outcome,) = ingestor.put_kept(library.store, [KeptFile("/docs/a.txt", "a.txt", kept.sha256, kept.size)])
    assert outcome.status == "added"
    assert library.found("horloge") == ["a.txt"]
    (outcome,) = put(library, ingestor, a=TEXT)
    assert outcome.status == "unchanged"


def test_a_file_that_is_too_large_is_not_kept(library, ingestor):
    with pytest.raises(BodyTooLarge, match="larger than 1 MiB; the setting is RAGPROXY_FILE_LIMIT_MB"):
        ingestor.keep(io.BytesIO(b"x" * ((1 << 20) + 1)))
    assert list(library.state.blobs.all()) == []


def test_an_unchanged_file_is_known_by_its_bytes(library, ingestor):
    put(library, ingestor, a=TEXT)
    known = ingestor.known(library.store)["/docs/a.txt"]
    assert (known.sha256, known.chunks) == (hashlib.sha256(TEXT.encode()).hexdigest(), 1)


def test_a_file_of_an_earlier_version_gets_its_bytes_without_being_indexed_again(library, ingestor, monkeypatch):
    row = of_an_earlier_version(library, ingestor)
    with pytest.raises(NotFound, match="not kept here"):
        library.state.blobs.open(row.sha256)
    assert ingestor.known(library.store)["/docs/a.txt"].sha256 is None
    monkeypatch.setattr(library.index, "add", forbidden)
    (outcome,) = put(library, ingestor, a=TEXT)
    assert (outcome.status, outcome.chunks) == ("unchanged", 1)
    assert library.get(row.id).usage_bytes == len(TEXT.strip().encode())
    assert library.state.blobs.size(row.sha256) == len(TEXT.encode())
    assert library.found("horloge") == ["a.txt"]


def test_a_file_of_an_earlier_version_that_somebody_changes_meanwhile_is_indexed(library, ingestor, monkeypatch):
    row = of_an_earlier_version(library, ingestor)
    original = library.state.folders.begin

    def begin(*given):
        monkeypatch.setattr(library.state.folders, "begin", original)
        assert put(library, ingestor, a="Autre chose.")[0].status == "changed"
        return original(*given)

    monkeypatch.setattr(library.state.folders, "begin", begin)
    put(library, ingestor, a=TEXT)
    assert library.chunks(row.id) == [TEXT.strip()]


def test_a_file_of_an_earlier_version_fails_at_once_where_its_bytes_are_needed(library, ingestor):
    row = of_an_earlier_version(library, ingestor)
    other = library.state.stores.create("other", owner=OWNER)
    library.attach(row.id, store=other)
    library.work()
    error = library.get(row.id, other).error
    assert (error.code, error.message) == ("server_error", "The bytes of this file are not kept here")


def test_bytes_that_were_lost_are_put_again(library, ingestor):
    put(library, ingestor, a=TEXT)
    (row,) = library.state.folders.of_store(library.store.id)
    library.state.blobs.delete(row.sha256)
    assert ingestor.known(library.store)["/docs/a.txt"].sha256 is None
    (outcome,) = put(library, ingestor, a=TEXT)
    assert outcome.status == "unchanged"
    assert library.state.blobs.size(row.sha256)


def test_a_clients_own_way_to_cut_a_file_outlives_its_change(library, ingestor):
    put(library, ingestor, a=TEXT * 100)
    (row,) = library.state.folders.of_store(library.store.id)
    library.attach(row.id, chunking=Chunking(100, 0))
    library.work()
    (outcome,) = put(library, ingestor, a=TEXT * 90)
    assert outcome.status == "changed"
    texts = library.chunks(row.id)
    assert len(texts) == outcome.chunks > 10
    assert max(map(len, texts)) <= 400


def test_what_was_begun_by_a_process_that_died_is_finished_by_the_indexer(library, ingestor, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(library.index, "add", killed)
        patched.setattr(library.state.files, "release", lambda worker: None)  # the dead release nothing
        with pytest.raises(KeyboardInterrupt):
            put(library, ingestor, a=TEXT)
    assert ingestor.known(library.store)["/docs/a.txt"].sha256 is None
    assert library.work() == 0
    library.clock.now += 121
    assert library.work() == 1
    assert library.found("horloge") == ["a.txt"]
    assert put(library, ingestor, a=TEXT)[0].status == "unchanged"


def test_a_file_that_somebody_else_has_in_hand_fails_after_a_while(library, ingestor, impatient):
    put(library, ingestor, a=TEXT)
    (row,) = library.state.folders.of_store(library.store.id)
    library.state.folders.begin(library.store, [row], "elsewhere/1", 60)
    busy, free = put(library, impatient, a="Autre chose.", b=TEXT)
    assert (busy.status, busy.reason) == ("failed", "Another process has this file in hand; ingest it again")
    assert free.status == "added"
    assert library.chunks(row.id) == [TEXT.strip()]


def test_a_file_that_somebody_else_has_in_hand_is_waited_for(library, ingestor):
    put(library, ingestor, a=TEXT)
    (row,) = library.state.folders.of_store(library.store.id)
    library.state.folders.begin(library.store, [row], "elsewhere/1", 60)
    release = threading.Timer(0.3, library.state.files.release, ["elsewhere/1"])
    release.start()
    assert put(library, ingestor, a="Autre chose.")[0].status == "changed"
    release.join()


def test_a_file_put_in_while_it_is_taken_out_is_in_the_end_there_or_not_but_whole(library, ingestor):
    stop, removed = threading.Event(), []

    def remove():
        while not stop.is_set():
            ids = [row.id for row in library.state.folders.of_store(library.store.id)]
            removed.extend(library.state.files.mark_removing(library.store.id, ids))
            library.work()

    thread = threading.Thread(target=remove)
    thread.start()
    for n in range(30):
        assert put(library, ingestor, a=f"{TEXT} {n}")[0].status in ("added", "changed")
    stop.set()
    thread.join()
    assert removed
    assert put(library, ingestor, a=TEXT)[0].status in ("added", "changed")
    (row,) = library.state.folders.of_store(library.store.id)
    assert library.chunks(row.id) == [TEXT.strip()]


def test_two_who_put_the_same_file_in_leave_one_of_the_two(library, ingestor):
    with ThreadPoolExecutor(4) as pool:
        runs = [pool.submit(put, library, ingestor, a=f"{TEXT} {n} " * 60, b=TEXT) for n in range(12)]
        assert [outcome.reason for run in runs for outcome in run.result() if outcome.status == "failed"] == []
    rows = {row.filename: row for row in library.state.folders.of_store(library.store.id)}
    with library.state.blobs.open(rows["a.txt"].sha256) as stream:
        text = stream.read().decode()
    assert "".join("".join(library.chunks(rows["a.txt"].id)).split()) == "".join(text.split())
    assert library.index.count(library.store.id) == sum(row.chunks for row in rows.values())


def test_a_store_that_is_gone_keeps_nothing(library, ingestor, monkeypatch):
    original = library.index.add

    def add(store_id, chunks):
        library.state.stores.mark_removing(store_id, owner=OWNER)
        original(store_id, chunks)

    monkeypatch.setattr(library.index, "add", add)
    with pytest.raises(UnknownStore):
        put(library, ingestor, a=TEXT)
    library.work()
    assert library.index.count(library.store.id) == 0


def test_a_store_that_has_expired_takes_nothing(library, ingestor):
    library.state.stores.modify(library.store.id, owner=OWNER, expires_after_days=1)
    library.clock.now += 2 * 86_400
    with pytest.raises(InvalidRequest, match="has expired"):
        put(library, ingestor, a=TEXT)


def test_a_sandbox_that_is_closed_is_not_the_files_fault(library):
    library.sandbox.close()
    with pytest.raises(StateUnavailable, match="ingest them again"):
        put(library, an_ingestor(library), **{"a.pdf": "%PDF-1.4"})
    assert library.state.folders.of_store(library.store.id) == []


def put(library, ingestor, **texts):
    files = [
        FolderFile(f"/docs/{named(name)}", named(name), text.encode() if isinstance(text, str) else text)
        for name, text in texts.items()
    ]
    return list(ingestor.put(library.store, files))


def named(name):
    return name if "." in name else f"{name}.txt"


def of_an_earlier_version(library, ingestor):
    """A row as earlier versions wrote it: no bytes, no usage."""
    put(library, ingestor, a=TEXT)
    (row,) = library.state.folders.of_store(library.store.id)
    library.state.blobs.delete(row.sha256)
    library.state.files.save(replace(row, usage_bytes=0))
    return library.get(row.id)


def forbidden(*_):
    raise AssertionError("there is nothing to index")


def killed(*_):
    raise KeyboardInterrupt


def an_ingestor(library, **options):
    return Ingestor(
        library.index,
        library.state,
        library.sandbox.load,
        worker="folders",
        file_limit_bytes=1 << 20,
        clock=library.clock,
        **options,
    )


@pytest.fixture
def ingestor(library):
    return an_ingestor(library, at_once=2)


@pytest.fixture
def impatient(library):
    return an_ingestor(library, patience_s=0.2)

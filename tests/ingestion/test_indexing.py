"""Files attached to a store become chunks in its index, each once, whatever happens meanwhile."""

import itertools
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from ragproxy.disk import check_room
from ragproxy.domain import Chunking, Document, Failure
from ragproxy.errors import EmbedderMismatch, StateUnavailable, StorageFull, UpstreamRefused, UpstreamUnavailable
from ragproxy.ingestion import load
from ragproxy.retrieval import HashEmbedder
from tests.ingestion import hostile, samples

LONG = "La vieille horloge sonne midi au clocher du village. "


def test_an_attached_file_is_found_and_says_what_it_takes(library):
    file_id = library.put("note.md", "# Horaires\n\nLa baignade est surveillée de 10 h à 18 h.")
    assert library.status(file_id) == "in_progress"
    assert library.work() == 1
    file = library.get(file_id)
    assert (file.status, file.chunks, file.error) == ("completed", 1, None)
    assert file.usage_bytes == sum(len(text.encode()) for text in library.chunks(file_id))
    assert library.found("Quand la baignade est-elle surveillée ?") == ["note.md"]
    assert library.work() == 0


def test_good_and_bad_files_of_every_kind_each_get_what_they_deserve(library):
    good = {
        "lettre.docx": samples.word(),
        "bilan.pptx": samples.slides(),
        "compta.xlsx": samples.workbook(),
        "règlement.pdf": samples.pdf("Le silence est exigé en bibliothèque."),
        "message.eml": samples.mail(),
        "villes.csv": "ville;région\nSète;Occitanie\n",
        "page.html": "<title>Accueil</title><p>Bienvenue au musée océanographique.</p>",
        "note.txt": "Le train part à l'aube.",
    }
    bad = {
        "vide.txt": (b"", "invalid_file", "The file is empty"),
        "faux.pdf": (b"no", "invalid_file", "The file is not a PDF"),
        "photo.jpg": (b"\xff\xd8\xff\xe0", "unsupported_file", ".jpg files are not supported"),
        "bombe.docx": (hostile.zip_bomb(), "invalid_file", "looks like a bomb"),
        "arbre.pdf": (hostile.deep_pdf(), "invalid_file", "damaged or is not a .pdf file"),
    }
    ids = {name: library.put(name, data) for name, data in good.items()}
    broken = {name: library.put(name, data) for name, (data, _, _) in bad.items()}
    assert library.work() == len(good)
    assert {library.status(file_id) for file_id in ids.values()} == {"completed"}
    assert all(library.chunks(file_id) for file_id in ids.values())
    for name, (_, code, message) in bad.items():
        file = library.get(broken[name])
        assert (file.status, file.error.code, file.chunks) == ("failed", code, 0)
        assert message in file.error.message
        assert library.chunks(file.id) == []


def test_a_file_that_hangs_its_parser_fails_and_the_others_do_not(library):
    library.sandbox._time_s = 1.0
    before, hanging, after = (
        library.put("a.csv", "a,b\n1,2\n"),
        library.put("b.pdf", hostile.slow_pdf()),
        library.put("c.csv", "a,b\n3,4\n"),
    )
    assert library.work() == 2
    assert [library.status(file_id) for file_id in (before, hanging, after)] == ["completed", "failed", "completed"]
    assert "longer than 1 seconds" in library.get(hanging).error.message


def test_the_clients_chunking_is_honoured(library):
    text = " ".join(f"Voici la phrase numéro {i} du texte." for i in range(200))
    ours, plain, overlapping = (library.upload(name, text) for name in ("a.txt", "b.txt", "c.txt"))
    library.attach(ours)
    library.attach(plain, chunking=Chunking(max_tokens=100, overlap_tokens=0))
    library.attach(overlapping, chunking=Chunking(max_tokens=100, overlap_tokens=25))
    library.work()
    assert 900 < max(map(len, library.chunks(ours))) <= 1200
    for file_id, shared in ((plain, False), (overlapping, True)):
        first, second, *_ = texts = library.chunks(file_id)
        assert 300 < max(map(len, texts)) <= 400
        assert (second.split(".")[0] in first) is shared


def test_attaching_anew_with_another_chunking_replaces_the_chunks(library):
    file_id = library.put("a.txt", LONG * 100)
    library.work()
    assert len(library.chunks(file_id)) < 7
    library.attach(file_id, chunking=Chunking(max_tokens=100, overlap_tokens=0))
    library.work()
    texts = library.chunks(file_id)
    assert max(map(len, texts)) <= 400
    assert library.get(file_id).chunks == len(texts) == library.index.count(library.store.id)


def test_a_file_attached_anew_with_another_chunking_while_it_is_indexed_ends_cut_in_the_new_way(library, monkeypatch):
    file_id = library.put("a.txt", LONG * 100)
    add = library.index.add

    def interrupted(store_id, chunks):
        add(store_id, chunks)
        if library.get(file_id).chunking is None:
            library.attach(file_id, chunking=Chunking(max_tokens=100, overlap_tokens=0))

    monkeypatch.setattr(library.index, "add", interrupted)
    library.work()
    texts = library.chunks(file_id)
    assert max(map(len, texts)) <= 400
    assert (library.status(file_id), library.get(file_id).chunks) == ("completed", len(texts))
    assert library.index.count(library.store.id) == len(texts)


def test_a_full_disk_keeps_files_waiting_and_costs_them_nothing(library, monkeypatch):
    library.put("first.txt", "Le loup hurle.")
    library.work()
    file_id = library.put("a.txt", "Le chat dort.")
    gone = library.put("b.txt", "Le chien court.")
    indexer = library.indexer()
    with monkeypatch.context() as patched:
        patched.setattr(library.index, "check_room", partial(check_room, Path.cwd(), 1 << 62))
        for _ in range(5):
            with pytest.raises(StorageFull):
                library.work(indexer)
        library.state.library.delete(gone, owner="zoé")
        with pytest.raises(StorageFull):
            library.work(indexer)
        assert library.state.files.removing() == []  # removing goes on
        assert library.found("loup") == ["first.txt"]
    assert library.status(file_id) == "in_progress"
    assert library.work(indexer) == 1  # at once: nobody waits for a lease


def test_an_index_that_meets_a_full_disk_keeps_files_waiting(library, monkeypatch):
    file_id = library.put("a.txt", "Le chat dort.")
    indexer = library.indexer()

    def full(*_):
        raise ValueError("An IO error occurred: 'No space left on device (os error 28)'")

    with monkeypatch.context() as patched:
        patched.setattr(library.index, "add", full)
        for _ in range(5):
            with pytest.raises(StorageFull):
                library.work(indexer)
    assert library.work(indexer) == 1
    assert library.status(file_id) == "completed"


def test_the_same_file_in_two_stores_is_two_files(library):
    other = library.state.stores.create("autres", owner="zoé")
    file_id = library.put("a.txt", "Le chat dort.")
    library.attach(file_id, store=other)
    assert library.work() == 2
    library.state.files.mark_removing(library.store.id, [file_id])
    library.work()
    assert (library.found("chat"), library.found("chat", other)) == ([], ["a.txt"])


def test_many_small_files_are_few_additions_and_a_large_one_is_several(library, monkeypatch):
    sizes = []
    add = library.index.add
    monkeypatch.setattr(library.index, "add", lambda store, chunks: (sizes.append(len(chunks)), add(store, chunks)))
    library.attach(*[library.upload(f"{i}.txt", f"Fichier {i}") for i in range(200)])
    library.work()
    assert sum(sizes) == 200
    assert len(sizes) <= 8
    sizes.clear()
    large = library.put("grand.txt", "\n\n".join(f"{i} " + LONG * 15 for i in range(600)))
    library.work()
    assert library.get(large).chunks == sum(sizes) == len(library.chunks(large))
    assert max(sizes) == 500


@pytest.mark.parametrize("what", ["cancelled", "removed", "deleted", "store"])
def test_what_is_no_longer_wanted_while_it_is_indexed_leaves_nothing_behind(library, what, monkeypatch):
    batch = library.state.batches.create(library.store.id, owner="zoé")
    kept = library.put("a.txt", "Le chat dort.")
    file_id = library.put("b.txt", "Le chien court.", batch_id=batch.id)
    add = library.index.add

    def interrupted(store_id, chunks):
        add(store_id, chunks)
        library.clock.now += 1
        {
            "cancelled": lambda: library.state.files.cancel_batch(store_id, batch.id),
            "removed": lambda: library.state.files.mark_removing(store_id, [file_id]),
            "deleted": lambda: library.state.library.delete(file_id, owner="zoé"),
            "store": lambda: library.state.stores.mark_removing(store_id, owner="zoé"),
        }[what]()

    with monkeypatch.context() as patched:
        patched.setattr(library.index, "add", interrupted)
        library.work()
    library.work()
    assert library.chunks(file_id) == []
    assert library.found("chien") == []
    if what == "store":
        assert library.state.stores.removing() == []
        assert library.index.embedder_of(library.store.id) is None
    else:
        assert library.status(kept) == "completed"
        assert library.index.count(library.store.id) == 1
    if what == "cancelled":
        assert library.status(file_id) == "cancelled"
        library.attach(file_id)
        library.work()
        assert library.found("chien") == ["b.txt"]


def test_a_file_cancelled_while_it_waits_its_turn_is_not_read(library):
    batch = library.state.batches.create(library.store.id, owner="zoé")
    read = []

    def slow(filename, data):
        read.append(filename)
        library.state.files.cancel_batch(library.store.id, batch.id)
        time.sleep(0.5)  # the next renewal tells
        return load(filename, data)

    ids = [library.put(f"{i}.txt", f"Fichier {i}", batch_id=batch.id) for i in range(3)]
    library.work(library.indexer(slow, lease_s=0.6))
    assert read == ["0.txt"]
    assert [library.status(file_id) for file_id in ids] == ["cancelled"] * 3
    assert library.index.count(library.store.id) == 0


def test_a_lease_is_renewed_while_a_file_is_read(library):
    file_id = library.put("a.txt", "Le chat dort.")
    reading, go_on = threading.Event(), threading.Event()

    def slow(filename, data):
        reading.set()
        assert go_on.wait(20)
        return load(filename, data)

    with ThreadPoolExecutor() as pool:
        first = pool.submit(library.work, library.indexer(slow, lease_s=0.6))
        assert reading.wait(20)
        for _ in range(4):
            library.clock.now += 0.3
            time.sleep(0.3)
        assert library.work(library.indexer(worker="other")) == 0
        go_on.set()
        assert first.result(20) == 1
    assert library.status(file_id) == "completed"


def test_two_workers_share_the_files_and_index_each_once(library):
    read = []

    def counted(filename, data):
        read.append(filename)
        time.sleep(0.01)
        return load(filename, data)

    library.attach(*[library.upload(f"{i}.txt", f"Fichier numéro {i}") for i in range(60)])
    indexer = library.indexer(counted)
    with ThreadPoolExecutor() as pool:
        shares = list(pool.map(library.work, [indexer, indexer, library.indexer(counted, worker="other")]))
    assert sum(shares) == 60
    assert min(shares) > 0
    assert sorted(read) == sorted(f"{i}.txt" for i in range(60))
    assert library.index.count(library.store.id) == 60


def test_slow_files_are_claimed_few_at_a_time(library, monkeypatch):
    claims = []
    claim = library.state.files.claim
    monkeypatch.setattr(
        library.state.files, "claim", lambda limit, *rest: (claims.append(limit), claim(limit, *rest))[1]
    )
    ticks = itertools.count(step=30)
    monkeypatch.setattr("time.monotonic", lambda real=time.monotonic: real() + next(ticks))
    library.attach(*[library.upload(f"{i}.txt", f"Fichier {i}") for i in range(7)])
    library.work()
    assert claims == [4, 2, 1, 1]


def test_stopping_finishes_what_was_read_and_frees_the_rest_at_once(library):
    library.attach(*[library.upload(f"{i}.txt", f"Fichier {i}") for i in range(9)])
    read = []

    def counted(filename, data):
        read.append(filename)
        return load(filename, data)

    assert library.indexer(counted).work(lambda: len(read) >= 5) == 5
    assert library.counts().completed == 5
    assert library.work(library.indexer(worker="other")) == 4


def test_a_sandbox_closed_under_a_file_is_not_held_against_it(library):
    file_id = library.put("a.pdf", hostile.slow_pdf(6))
    stopping = threading.Event()
    with ThreadPoolExecutor() as pool:
        working = pool.submit(library.indexer().work, stopping.is_set)
        while not library.sandbox._busy:
            time.sleep(0.01)
        stopping.set()
        library.sandbox.close()
        assert working.result(20) == 0
    assert library.status(file_id) == "in_progress"
    assert library.work(library.indexer(load, worker="other")) == 1


class Flaky:
    """An embedder that can be told to fail, for all texts or for some."""

    name = "flaky"

    def __init__(self):
        self.inner = HashEmbedder()
        self.fails = lambda texts: None

    def embed(self, texts):
        error = self.fails(texts)
        if error:
            raise error
        return self.inner.embed(texts)


class TestAnEmbedder:
    @pytest.fixture
    def embedder(self):
        return Flaky()

    def test_that_is_away_ends_the_round_and_after_three_the_file_has_failed(self, library, embedder):
        embedder.fails = lambda texts: UpstreamUnavailable("The upstream does not answer")
        file_id = library.put("a.txt", "Le chat dort.")
        indexer = library.indexer()
        for _ in range(3):
            assert library.status(file_id) == "in_progress"
            with pytest.raises(UpstreamUnavailable):
                library.work(indexer)
            assert library.work(indexer) == 0  # not at once
            library.clock.now += 121
        assert library.get(file_id).error == Failure("server_error", "The upstream does not answer")
        embedder.fails = lambda texts: None
        library.attach(file_id)
        assert library.work(indexer) == 1
        assert library.found("chat") == ["a.txt"]

    def test_that_comes_back_finds_the_files_waiting(self, library, embedder):
        embedder.fails = lambda texts: UpstreamUnavailable("The upstream does not answer")
        library.attach(*[library.upload(f"{i}.txt", f"Fichier {i}") for i in range(30)])
        indexer = library.indexer()
        with pytest.raises(UpstreamUnavailable):
            library.work(indexer)
        embedder.fails = lambda texts: None
        library.clock.now += 121
        assert library.work(indexer) == 30
        assert library.counts().completed == 30
        assert indexer._attempts == {}

    def test_that_refuses_one_text_costs_one_file(self, library, embedder):
        refusal = UpstreamRefused("This text is not for me", status=400)
        embedder.fails = lambda texts: refusal if any("chien" in text for text in texts) else None
        good = [library.put(f"{i}.txt", f"Le chat {i} dort.") for i in range(3)]
        bad = library.put("x.txt", "Le chien court.")
        indexer = library.indexer()
        for _ in range(3):
            library.work(indexer)
            library.clock.now += 121
        assert {library.status(file_id) for file_id in good} == {"completed"}
        assert library.get(bad).error == Failure("server_error", "This text is not for me")

    def test_that_is_another_than_the_stores_is_told_to_the_client(self, library, embedder):
        library.put("a.txt", "Le chat dort.")
        library.work()
        other = library.state.stores.create("autres", owner="zoé")
        embedder.name = "another"
        bad = library.put("b.txt", "Le chien court.")
        good = library.put("c.txt", "Le loup hurle.", store=other)
        indexer = library.indexer()
        for _ in range(3):
            library.work(indexer)
            library.clock.now += 121
        assert library.status(good, other) == "completed"
        error = library.get(bad).error
        assert error.code == "server_error"
        assert "ragproxy reindex" in error.message
        with pytest.raises(EmbedderMismatch):
            library.index.add(library.store.id, library.index.chunks(other.id, good))


def test_an_error_nobody_foresaw_is_the_servers_and_told_without_its_words(library, caplog):
    def broken(filename, data):
        raise ZeroDivisionError("a secret of the file")

    file_id = library.put("a.txt", "Le chat dort.")
    other = library.put("b.txt", "Le chien court.")
    indexer = library.indexer(lambda name, data: broken(name, data) if name == "a.txt" else load(name, data))
    for attempt in range(3):
        assert library.status(file_id) == "in_progress", attempt
        library.work(indexer)
        library.clock.now += 121
    assert library.status(other) == "completed"
    assert library.get(file_id).error == Failure("server_error", "The server had an error while it indexed the file")
    assert "a secret" not in "".join(record.getMessage() for record in caplog.records)


def test_a_file_with_which_workers_die_is_given_up_and_may_be_attached_anew(library):
    file_id = library.put("0.txt", "Le loup hurle.")
    indexer = library.indexer()
    for deaths in range(5):
        assert library.get(file_id).deaths == deaths
        library.state.files.claim(1, "test/dead", 120)
        indexer.recover()
    other = library.put("1.txt", "Le chat dort.")
    assert library.work(indexer) == 1
    error = library.get(file_id).error
    assert (error.code, "died 5 times" in error.message) == ("server_error", True)
    assert library.status(other) == "completed"
    assert library.found("loup") == []
    library.attach(file_id)
    assert library.work(indexer) == 1
    assert library.found("loup") == ["0.txt"]


def test_bytes_that_are_gone_are_a_server_error(library):
    file_id = library.put("a.txt", "Le chat dort.")
    library.state.blobs.delete(library.get(file_id).sha256)
    indexer = library.indexer()
    for _ in range(3):
        library.work(indexer)
        library.clock.now += 121
    assert library.get(file_id).error.code == "server_error"
    assert "not kept here" in library.get(file_id).error.message


def test_a_database_that_is_away_ends_the_round_and_costs_no_file_anything(library, monkeypatch):
    file_id = library.put("a.txt", "Le chat dort.")
    indexer = library.indexer()

    def away(*_, **__):
        raise StateUnavailable("The database does not answer; try again in a moment")

    for _ in range(5):
        with monkeypatch.context() as patched:
            patched.setattr(library.state.files, "complete_many", away)
            with pytest.raises(StateUnavailable):
                library.work(indexer)
        library.clock.now += 121
    assert library.work(indexer) == 1
    assert library.status(file_id) == "completed"
    assert library.index.count(library.store.id) == 1


def test_a_failure_after_an_earlier_success_leaves_no_chunks(library):
    file_id = library.put("a.txt", LONG * 50)
    library.work()

    def damaged(filename, data):
        return load("x.pdf", b"no")

    library.attach(file_id, chunking=Chunking(max_tokens=100, overlap_tokens=0))
    library.work(library.indexer(damaged))
    assert library.status(file_id) == "failed"
    assert library.chunks(file_id) == []


def test_a_file_without_chunks_is_completed_with_none(library):
    file_id = library.put("a.txt", "x")
    assert library.work(library.indexer(lambda name, data: Document("a", ()))) == 1
    assert (library.status(file_id), library.get(file_id).chunks) == ("completed", 0)

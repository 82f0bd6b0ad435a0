"""A folder and a store kept alike, on the real index, the real records and the real bytes."""

import os
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from ragproxy.ingestion import Ingestor, Sandbox, sync, syncing
from ragproxy.retrieval import open_index
from ragproxy.state import open_state
from tests import databases
from tests.ingestion import samples


def test_a_folder_of_every_format_can_be_searched(ingest, folder, index, state, store):
    write(folder, "notes.txt", "L'école est à côté de la forêt.".encode("cp1252"))
    write(folder, "guide/été.md", "# Guide d'été\n\n## Plage\n\nLa baignade est surveillée de 10 h à 18 h.")
    write(folder, "guide/lettre.docx", samples.word())
    write(folder, "bilan.pptx", samples.slides())
    write(folder, "compta.xlsx", samples.workbook())
    write(folder, "règlement.pdf", samples.pdf("Le prêt est gratuit. " * 30, "Le silence est exigé en bibliothèque."))
    write(folder, "message.eml", samples.mail())
    write(folder, "villes.csv", "ville;région\nSète;Occitanie\n")
    write(folder, "données.jsonl", '{"question": "Où dormir ?", "réponse": "Au refuge des Écrins."}\n')
    write(folder, "page.html", "<title>Accueil</title><p>Bienvenue au musée océanographique.</p>")
    write(folder, "outil.py", "def calculer_tva(montant):\n    return montant * 0.2\n")
    outcomes = ingest()
    assert Counter(outcome.status for outcome in outcomes) == {"added": 11}
    assert all(outcome.chunks >= 1 and outcome.reason is None for outcome in outcomes)
    assert index.count(store.id) == sum(outcome.chunks for outcome in outcomes)
    for question, filename, page in [
        ("Quand la baignade est-elle surveillée ?", "guide/été.md", None),
        ("silence dans la bibliothèque", "règlement.pdf", 2),
        ("Qui dirige l'équipe ?", "bilan.pptx", None),
        ("refuge pour dormir", "données.jsonl", None),
        ("musée océanographique", "page.html", None),
        ("région de Sète", "villes.csv", None),
    ]:
        best = index.search([store.id], question).passages[0].chunk
        assert best.filename == filename
        assert page is None or best.page == page


def test_the_row_says_where_the_file_came_from(ingest, folder, state, store):
    path = write(folder, "a/x.txt", "bonjour")
    ingest()
    (row,) = state.files.of_store(store.id)
    assert (row.filename, row.source, row.size, row.chunks, row.owner, row.created) == (
        "a/x.txt", str(path), 7, 1, "zoé", 1_700_000_000,
    )  # fmt: skip
    assert row.id.startswith("file-")
    assert len(row.id) == 29


def test_ingesting_twice_changes_nothing(ingest, folder, index, state, store):
    write(folder, "a.txt", "un")
    write(folder, "b.txt", "deux")
    ingest()
    before = snapshot(index, state, store)
    assert statuses(ingest()) == {"a.txt": "unchanged", "b.txt": "unchanged"}
    assert snapshot(index, state, store) == before


def test_a_changed_file_replaces_its_old_chunks(ingest, folder, index, state, store):
    write(folder, "a.txt", "Le chat dort. " * 300)
    write(folder, "b.txt", "Le chien court.")
    ingest()
    old = state.files.by_source(store.id, str(folder / "a.txt"))
    assert old.chunks > 2
    version = state.stores.find(store.id, owner="zoé").version
    write(folder, "a.txt", "La souris danse.")
    assert statuses(ingest()) == {"a.txt": "changed", "b.txt": "unchanged"}
    new = state.files.by_source(store.id, str(folder / "a.txt"))
    assert (new.id, new.created, new.chunks) == (old.id, old.created, 1)
    assert new.sha256 != old.sha256
    assert [chunk.text for chunk in index.chunks(store.id, new.id)] == ["La souris danse."]
    assert index.count(store.id) == 2
    assert state.stores.find(store.id, owner="zoé").version == version + 1


def test_a_touched_file_is_not_a_changed_one(ingest, folder):
    path = write(folder, "a.txt", "un")
    ingest()
    os.utime(path, (0, 0))
    assert statuses(ingest()) == {"a.txt": "unchanged"}


def test_a_removed_file_goes_with_prune_alone(ingest, folder, index, state, store):
    write(folder, "a.txt", "un")
    write(folder, "b/c.txt", "deux")
    ingest()
    (folder / "b" / "c.txt").unlink()
    (folder / "b").rmdir()
    assert statuses(ingest()) == {"a.txt": "unchanged"}
    assert index.count(store.id) == 2
    assert statuses(ingest(prune=True)) == {"a.txt": "unchanged", "c.txt": "removed"}
    assert index.count(store.id) == 1
    assert [row.filename for row in state.files.of_store(store.id)] == ["a.txt"]
    assert statuses(ingest(prune=True)) == {"a.txt": "unchanged"}


def test_prune_leaves_alone_what_lies_elsewhere(ingest, folder, tmp_path, index, store):
    other = tmp_path / "docs-bis"  # begins with the name of the folder
    other.mkdir()
    write(other, "x.txt", "ailleurs")
    write(folder, "a.txt", "ici")
    ingest(other, folder)
    (other / "x.txt").unlink()
    assert statuses(ingest(prune=True)) == {"a.txt": "unchanged"}
    assert index.count(store.id) == 2


def test_a_folder_that_is_not_there_prunes_nothing(ingest, folder, index, store):
    write(folder, "a.txt", "un")
    ingest()
    moved = folder.rename(folder.with_name("parti"))
    (outcome,) = ingest(prune=True)
    assert (outcome.status, outcome.path) == ("failed", folder)
    assert "No such file or directory" in outcome.reason
    assert index.count(store.id) == 1
    moved.rename(folder)


def test_bad_files_fail_with_their_reason_and_the_others_go_on(ingest, folder, tmp_path):
    write(folder, "bon.txt", "bonjour")
    write(folder, "vide.txt", "")
    write(folder, "faux.pdf", "Je ne suis pas un PDF.")
    write(folder, "chiffré.pdf", samples.pdf("Secret", password="sésame"))
    write(folder, "bombe.docx", samples.with_member(samples.word(), "word/x.xml", b"\0" * 30_000_000))
    write(folder, "binaire.txt", bytes(range(256)) * 10)
    write(folder, "photo.jpg", b"\xff\xd8\xff\xe0")
    write(folder, "gros.txt", "x" * 40_000_000)
    write(folder, "nul.txt", b"avant\0 milieu et fin " * 30)
    (folder / "boucle").symlink_to(folder)
    (folder / "cassé.txt").symlink_to(folder / "rien")
    (folder / "tour.txt").symlink_to(folder / "tour.txt")
    outcomes = {outcome.path.name: outcome for outcome in ingest()}
    assert {name for name, outcome in outcomes.items() if outcome.status == "added"} == {"bon.txt", "nul.txt"}
    reasons = {name: outcome.reason for name, outcome in outcomes.items() if outcome.status == "failed"}
    assert reasons == {
        "vide.txt": "The file is empty",
        "faux.pdf": "The file is not a PDF",
        "chiffré.pdf": "The PDF is encrypted; save it without a password",
        "bombe.docx": "The archive inside is compressed more than 200 times: it looks like a bomb",
        "binaire.txt": "The file is binary, not text",
        "photo.jpg": ".jpg files are not supported",
        "gros.txt": "The file is larger than 31.5 MiB",
        "cassé.txt": "The file cannot be read: No such file or directory",
        "tour.txt": "The file cannot be read: Too many levels of symbolic links",
    }


def test_a_file_that_turns_bad_keeps_its_old_chunks(ingest, folder, index, store):
    write(folder, "a.txt", "Le chat dort.")
    ingest()
    write(folder, "a.txt", "")
    (outcome,) = ingest(prune=True)
    assert (outcome.status, outcome.chunks) == ("failed", 1)
    assert index.search([store.id], "chat").passages[0].chunk.text == "Le chat dort."


def test_a_pipe_given_by_name_is_refused_and_does_not_hang(ingest, folder):
    os.mkfifo(folder / "tuyau.txt")
    (outcome,) = ingest(folder / "tuyau.txt")
    assert outcome.reason == "This is not a regular file"


def test_a_name_that_is_not_utf_8_is_refused_in_words_that_can_be_printed(ingest, folder):
    with open(os.fsencode(folder) + b"/\xe9t\xe9.txt", "wb") as file:
        file.write(b"x")
    (outcome,) = ingest()
    assert outcome.reason == "The file's name is not valid UTF-8; rename it"
    assert str(outcome.path).encode().endswith("\ufffdt\ufffd.txt".encode())


def test_two_files_alike_are_two_files(ingest, folder, index, store):
    write(folder, "a.txt", "pareil")
    write(folder, "b.txt", "pareil")
    ingest()
    assert index.count(store.id) == 2
    (folder / "b.txt").unlink()
    ingest(prune=True)
    assert [passage.chunk.filename for passage in index.search([store.id], "pareil").passages] == ["a.txt"]


def test_stores_do_not_share_files(ingest, folder, index, state, store):
    write(folder, "a.txt", "un")
    ingest()
    other = state.stores.create("autre", owner="zoé")
    assert statuses(ingest(into=other)) == {"a.txt": "added"}
    (folder / "a.txt").unlink()
    ingest(into=other, prune=True)
    assert (index.count(store.id), index.count(other.id)) == (1, 0)


def test_many_small_files_are_few_commits(ingest, folder, index, monkeypatch):
    monkeypatch.setattr(syncing, "BATCH_FILES", 20)
    adds = []
    original = index.add
    monkeypatch.setattr(index, "add", lambda store_id, chunks: (adds.append(len(chunks)), original(store_id, chunks)))
    for i in range(50):
        write(folder, f"{i:02}.txt", f"Fichier {i}")
    assert len(ingest()) == 50
    assert adds == [20, 20, 10]


def test_files_are_handed_over_by_so_many_bytes_and_a_larger_one_alone(ingestor, folder, store, monkeypatch):
    monkeypatch.setattr(syncing, "BATCH_BYTES", 100)
    handed = []
    original = ingestor.put
    monkeypatch.setattr(ingestor, "put", lambda to, files: handed.append(sizes(files)) or original(to, files))
    for name, size in {"a": 40, "b": 60, "c": 1, "d": 300, "e": 99, "f": 1}.items():
        write(folder, f"{name}.txt", "x" * size)
    assert len(list(sync(ingestor, store, [folder], prune=False))) == 6
    assert handed == [[40, 60], [1], [300], [99, 1]]


def test_an_outcome_is_only_told_once_it_is_true(ingestor, folder, index, store, monkeypatch):
    monkeypatch.setattr(syncing, "BATCH_FILES", 2)
    for i in range(5):
        write(folder, f"{i}.txt", f"Fichier {i}")
    for seen, outcome in enumerate(sync(ingestor, store, [folder], prune=False), start=1):
        assert outcome.status == "added"
        assert index.count(store.id) >= seen


def test_a_run_stopped_half_way_is_finished_by_the_next(ingestor, ingest, folder, index, state, store, monkeypatch):
    monkeypatch.setattr(syncing, "BATCH_FILES", 2)
    for i in range(5):
        write(folder, f"{i}.txt", f"Fichier {i}")
    run = sync(ingestor, store, [folder], prune=False)
    next(run)
    run.close()
    assert Counter(statuses(ingest()).values()) == {"unchanged": 2, "added": 3}
    assert index.count(store.id) == len(state.files.of_store(store.id)) == 5


def test_a_crash_before_the_row_is_completed_leaves_nothing_behind(ingest, folder, index, state, store, monkeypatch):
    write(folder, "a.txt", "Le chat dort. " * 300)
    with monkeypatch.context() as patched:
        patched.setattr(state.folders, "finish", crash)
        with pytest.raises(KeyboardInterrupt):
            ingest()
    assert index.count(store.id) > 2
    assert [row.status for row in state.files.of_store(store.id)] == ["in_progress"]
    write(folder, "a.txt", "La souris danse.")  # meanwhile the file changes: its first chunks are nobody's
    assert statuses(ingest()) == {"a.txt": "added"}
    assert index.count(store.id) == 1


def test_a_crash_while_a_file_is_replaced_is_mended(ingest, folder, index, state, store, monkeypatch):
    write(folder, "a.txt", "Le chat dort. " * 300)
    ingest()
    write(folder, "a.txt", "La souris danse.")
    with monkeypatch.context() as patched:
        patched.setattr(index, "keep", crash)
        with pytest.raises(KeyboardInterrupt):
            ingest()
    assert index.search([store.id], "souris").passages
    assert index.search([store.id], "chat").passages
    assert statuses(ingest()) == {"a.txt": "changed"}
    assert index.count(store.id) == 1


def test_a_crash_while_pruning_is_mended(ingest, folder, index, state, store, monkeypatch):
    write(folder, "a.txt", "un")
    ingest()
    (folder / "a.txt").unlink()
    with monkeypatch.context() as patched:
        patched.setattr(state.files, "delete", crash)
        with pytest.raises(KeyboardInterrupt):
            ingest(prune=True)
    assert statuses(ingest(prune=True)) == {"a.txt": "removed"}
    assert (index.count(store.id), state.files.of_store(store.id)) == (0, [])


def sizes(files):
    return [len(file.data) for file in files]


def statuses(outcomes):
    return {outcome.path.name: outcome.status for outcome in outcomes}


def snapshot(index, state, store):
    rows = state.files.of_store(store.id)
    return rows, [index.chunks(store.id, row.id) for row in rows], state.stores.find(store.id, owner="zoé")


def crash(*_):
    raise KeyboardInterrupt


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.fixture
def folder(tmp_path):
    path = tmp_path / "docs"
    path.mkdir()
    return path


@pytest.fixture
def state(tmp_path):
    url = f"sqlite:///{tmp_path}/data/ragproxy.db"
    databases.migrated(url)
    with closing(open_state(url, tmp_path / "data" / "files")) as opened:
        yield opened


@pytest.fixture
def index(tmp_path, state):
    with closing(open_index(data_dir=tmp_path / "data", attributes=state.files.attributes)) as opened:
        yield opened


@pytest.fixture
def store(state):
    return state.stores.create("default", owner="zoé")


@pytest.fixture
def ingestor(index, state):
    with closing(Sandbox()) as sandbox:
        yield Ingestor(
            index,
            state,
            sandbox.load,
            worker="test",
            file_limit_bytes=33_000_000,
            clock=lambda: 1_700_000_000.5,
        )


@pytest.fixture
def ingest(ingestor, folder, store):
    def run(*paths, into=store, prune=False):
        return list(sync(ingestor, into, paths or [folder], prune=prune))

    return run

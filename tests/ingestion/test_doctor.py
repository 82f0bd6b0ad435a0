"""The doctor, on real damage: done to Chroma, to tantivy's folders, to the rows and to the bytes by hand."""

import io
import os
import shutil
import time
from contextlib import closing

import pytest

from ragproxy.domain import Chunk, StoredFile
from ragproxy.ingestion import Doctor, Reindexer
from ragproxy.retrieval import open_index
from tests.ingestion.library import OWNER
from tests.retrieval.samples import MeaningEmbedder

LONG = "La vieille horloge sonne midi au clocher du village, et le boulanger ferme sa boutique. " * 60
DAY_S = 86_400


def test_a_sound_library_has_nothing(library, doctor):
    library.put("a.txt", LONG)
    library.put("b.txt", "Le chien court.")
    library.put("bad.pdf", b"%PDF-1.7 nonsense")
    library.work()
    assert list(doctor.examine(deep=True)) == []
    assert (doctor.seen.stores, doctor.seen.files) == (1, 3)
    assert doctor.seen.chunks == library.index.count(library.store.id) > 4


def test_a_file_that_lost_chunks_is_indexed_again(library, doctor):
    file_id = library.put("a.txt", LONG)
    other = library.put("b.txt", "Le chien court.")
    library.work()
    whole = library.chunks(file_id)
    raw = collection(library)
    raw.delete(ids=raw.get(where={"file_id": file_id})["ids"][1:3])
    found = by_kind(doctor)
    assert set(found) == {"missing_chunks", "words"}
    (finding,) = found["missing_chunks"]
    assert (finding.store, finding.files, finding.repairable) == (library.store.id, (file_id,), True)
    assert finding.sentence.endswith(f"should have {len(whole)} chunks and has {len(whole) - 2}")
    told = mended(doctor)
    assert any("1 file" in sentence and "indexed again" in sentence for sentence in told)
    assert library.status(file_id) == "in_progress"
    assert library.status(other) == "completed"
    assert [(finding.kind, finding.harmless) for finding in doctor.examine()] == [("waiting", True)]
    library.work()
    assert library.chunks(file_id) == whole
    assert list(doctor.examine()) == []


def test_a_file_without_chunks_and_bytes_fails_and_says_why(library, doctor, data):
    file_id = library.put("a.txt", LONG)
    library.work()
    collection(library).delete(where={"file_id": file_id})
    shutil.rmtree(data / "files")
    assert set(by_kind(doctor)) == {"missing_chunks", "bytes_missing", "words"}
    mended(doctor)
    file = library.get(file_id)
    assert (file.status, file.error.code, file.chunks) == ("failed", "server_error", 0)
    assert "bytes are not kept" in file.error.message
    (left,) = doctor.examine()
    assert (left.kind, left.files, left.repairable) == ("bytes_missing", (file_id,), False)
    assert "upload the file again" in left.sentence


def test_a_collection_that_is_gone_is_filled_again(library, doctor):
    ids = [library.put(f"{n}.txt", f"Le chat numéro {n} dort.") for n in range(3)]
    library.work()
    client(library).delete_collection(library.store.id)
    assert len(by_kind(doctor)["missing_chunks"]) == 3
    assert {finding.kind for finding in doctor.examine()} == {"missing_chunks", "leftovers"}
    mended(doctor)
    library.work()
    assert {library.status(file_id) for file_id in ids} == {"completed"}
    assert library.found("chat numéro 2")[0] == "2.txt"
    assert list(doctor.examine()) == []


def test_chunks_of_a_file_that_the_store_does_not_hold_are_taken_out(library, doctor):
    kept = library.put("a.txt", "Le chat dort.")
    failed = library.put("bad.pdf", b"%PDF-1.7 nonsense")
    library.work()
    strangers = [Chunk(f"chk_{n}", "file-gone", "gone.txt", n, f"Un étranger {n}.") for n in range(3)]
    library.index.add(library.store.id, [*strangers, Chunk("chk_x", failed, "bad.pdf", 0, "Un reste.")])
    found = by_kind(doctor)
    assert set(found) == {"foreign_chunks"}
    (finding,) = found["foreign_chunks"]
    assert set(finding.files) == {"file-gone", failed}
    assert "4 chunks of 2 files" in finding.sentence
    mended(doctor)
    assert library.found("étranger reste") == []
    assert library.chunks(kept) == ["Le chat dort."]
    assert list(doctor.examine()) == []


def test_more_chunks_of_a_file_than_its_row_says_are_put_right(library, doctor):
    file_id = library.put("a.txt", "Le chat dort.")
    library.work()
    library.index.add(library.store.id, [Chunk("chk_old", file_id, "a.txt", 1, "Une ancienne version.")])
    assert set(by_kind(doctor)) == {"surplus_chunks"}
    mended(doctor)
    library.work()
    assert library.chunks(file_id) == ["Le chat dort."]
    assert list(doctor.examine()) == []


def test_work_that_waits_is_no_fault(library, doctor):
    removed = library.put("a.txt", "Le chat dort.")
    library.work()
    library.put("b.txt", "Le chien court.")
    library.state.files.mark_removing(library.store.id, [removed])
    found = list(doctor.examine())
    assert [finding.kind for finding in found] == ["waiting", "waiting"]
    assert all(finding.harmless and not finding.repairable for finding in found)
    assert "1 file to be indexed" in found[1].sentence
    assert list(doctor.mend(found)) == []


@pytest.mark.parametrize("damage", ["deleted", "emptied", "marked", "made by another version"])
def test_a_lexical_index_that_is_damaged_is_built_again(library, doctor, data, damage):
    library.put("a.txt", LONG)
    library.work()
    (folder,) = (data / "lexical" / library.store.id).iterdir()
    library.index.close()
    if damage == "deleted":
        shutil.rmtree(folder)
    elif damage == "emptied":
        for path in folder.iterdir():
            path.write_bytes(b"")
    elif damage == "marked":
        (folder / "writing").touch()
    else:
        (folder / "made.json").write_text('{"analysis": "0", "layout": "0"}')
    (finding,) = by_kind(doctor)["words"]
    assert finding.store == library.store.id
    mended(doctor)
    assert library.found("horloge") == ["a.txt"] * len(library.found("horloge")) != []
    assert list(doctor.examine()) == []


def test_a_lexical_index_of_the_same_size_over_other_chunks_is_noticed(library, doctor):
    """As many chunks on both sides, so that opening the store finds nothing wrong."""
    file_id = library.put("a.txt", "Le chat dort.")
    library.work()
    raw = collection(library)
    (chunk_id,) = raw.get()["ids"]
    about = raw.get(include=["embeddings", "metadatas"])
    raw.delete(ids=[chunk_id])
    raw.upsert(
        ids=["chk_other"], embeddings=about["embeddings"], metadatas=about["metadatas"], documents=["Le loup hurle."]
    )
    assert library.found("loup") == []
    (finding,) = by_kind(doctor)["words"]
    assert "lacks 1 chunks and has 1 that Chroma has not" in finding.sentence
    mended(doctor)
    assert library.found("loup") == ["a.txt"]
    assert library.status(file_id) == "completed"
    assert list(doctor.examine()) == []


def test_the_index_of_a_store_that_is_no_more_is_dropped(library, doctor, data):
    library.put("a.txt", "Le chat dort.")
    library.work()
    library.index.add("vs_gone", [Chunk("chk_1", "file-1", "a.txt", 0, "Un reste.")])
    (data / "lexical" / "vs_of_old" / "some-collection").mkdir(parents=True)
    found = by_kind(doctor)
    assert {finding.store for finding in found["leftovers"]} == {"vs_gone", "vs_of_old"}
    mended(doctor)
    assert [one.name for one in client(library).list_collections()] == [library.store.id]
    assert not (data / "lexical" / "vs_gone").exists()
    assert not (data / "lexical" / "vs_of_old").exists()
    assert list(doctor.examine()) == []


def test_a_store_that_is_being_removed_is_left_to_the_server(library, doctor):
    library.put("a.txt", "Le chat dort.")
    library.work()
    library.state.stores.mark_removing(library.store.id, owner=OWNER)
    assert list(doctor.examine()) == []


@pytest.mark.parametrize("whole", [True, False])
def test_what_a_reindex_left_is_cleared(library, doctor, data, whole):
    library.put("a.txt", "Le chat dort.")
    library.work()
    about = {"embedder": "hash-384", "dimension": 384, "whole": whole}
    for ending in (".next", ".old"):
        client(library).create_collection(library.store.id + ending, metadata=about, embedding_function=None)
    (data / "lexical" / library.store.id / "former").mkdir()
    (finding,) = by_kind(doctor)["leftovers"]
    assert ".next" in finding.sentence
    assert ".old" in finding.sentence
    assert "former" in finding.sentence
    mended(doctor)
    assert [one.name for one in client(library).list_collections()] == [library.store.id]
    assert library.found("chat") == ["a.txt"]
    assert list(doctor.examine()) == []


def test_what_a_reindex_that_is_wanted_has_made_is_left_to_it(library, doctor):
    library.put("a.txt", "Le chat dort.")
    library.work()
    about = {"embedder": "hash-384", "dimension": 384, "whole": False}
    client(library).create_collection(library.store.id + ".next", metadata=about, embedding_function=None)
    library.state.reindexes.ask(library.store.id, owner=OWNER)
    assert [(finding.kind, finding.harmless) for finding in doctor.examine()] == [("waiting", True)]
    assert Reindexer(library.index, library.state, worker="test").work(lambda: False)
    assert list(doctor.examine()) == []


def test_a_swap_that_was_cut_off_is_finished_and_nothing_is_lost(library, doctor):
    file_id = library.put("a.txt", "Le chat dort.")
    library.work()
    collection(library).modify(name=library.store.id + ".old")
    library.index.close()
    assert set(by_kind(doctor)) == {"leftovers"}
    mended(doctor)
    assert library.chunks(file_id) == ["Le chat dort."]
    assert list(doctor.examine()) == []


def test_vectors_of_another_embedder_are_told_with_the_remedy(library, data):
    library.put("a.txt", "Le chat dort.")
    library.work()
    library.index.close()
    with closing(opened(library, data, MeaningEmbedder())) as index:
        doctor = Doctor(index, library.state)
        (finding,) = doctor.examine()
        assert (finding.kind, finding.repairable, finding.harmless) == ("embedder", False, False)
        assert finding.sentence.endswith(f"run: ragproxy reindex {library.store.id}")
        assert list(doctor.mend([finding])) == []
        index.reindex(library.store.id)
        assert list(doctor.examine()) == []


def test_vectors_of_another_dimension_under_the_same_name_are_told(library, data):
    library.index.close()
    with closing(opened(library, data, MeaningEmbedder())) as index:
        index.add(
            library.store.id, [Chunk("chk_1", library.put("a.txt", "Le chat dort."), "a.txt", 0, "Le chat dort.")]
        )
    larger = MeaningEmbedder()
    larger.dimensions += 1
    with closing(opened(library, data, larger)) as index:
        kinds = {finding.kind: finding for finding in Doctor(index, library.state).examine()}
        assert f"makes {larger.dimensions}" in kinds["embedder"].sentence
        larger.failing = True
        kinds = {finding.kind: finding for finding in Doctor(index, library.state).examine()}
        assert "embedder" not in kinds
        assert kinds["unexamined"].harmless


def test_bytes_that_are_gone_are_told(library, doctor, data):
    file_id = library.put("a.txt", "Le chat dort.")
    twin = library.upload("twin.txt", "Le chat dort.")
    library.work()
    shutil.rmtree(data / "files")
    found = by_kind(doctor)
    assert set(found) == {"bytes_missing"}
    assert {finding.files for finding in found["bytes_missing"]} == {(file_id,), (twin,)}
    assert not any(finding.repairable for finding in found["bytes_missing"])
    assert library.status(file_id) == "completed"


@pytest.mark.parametrize(("text", "deep"), [("Le chat dort!", True), ("Le chat", False)])
def test_bytes_that_are_others_are_set_aside(library, doctor, data, text, deep):
    """A blob of another size shows at once, one of the same size when it is read."""
    library.upload("a.txt", "Le chat dort.")
    (path,) = (data / "files").glob("[0-9a-f]?/*")
    path.write_text(text)
    assert (list(doctor.examine()) == []) is deep
    (finding,) = doctor.examine(deep=deep)
    assert finding.kind == "bytes_damaged"
    assert list(doctor.mend([finding]))
    assert (data / "files" / "unsound" / path.name).read_text() == text
    assert {finding.kind for finding in doctor.examine(deep=True)} == {"bytes_missing"}
    library.upload("again.txt", "Le chat dort.")
    assert list(doctor.examine(deep=True)) == []


def test_a_file_of_a_folder_needs_no_bytes(library, doctor):
    row = StoredFile("file-f", library.store.id, OWNER, "f.md", "/docs/f.md", "0" * 64, 4, 1, {}, 1_700_000_000)
    library.index.add(library.store.id, [Chunk("chk_f", "file-f", "f.md", 0, "Le chat dort.")])
    library.state.files.save(row)
    assert list(doctor.examine(deep=True)) == []


def test_bytes_without_a_row_are_dropped_when_they_are_old(library, doctor, data):
    library.state.blobs.put(io.BytesIO(b"nobody's"), 100)
    assert list(doctor.examine()) == []
    (path,) = (data / "files").glob("[0-9a-f]?/*")
    os.utime(path, (time.time() - DAY_S,) * 2)
    (finding,) = doctor.examine()
    assert (finding.kind, finding.harmless, finding.repairable) == ("bytes_orphaned", True, True)
    assert list(doctor.mend([finding])) == ["Dropped 1 blobs that no file needs"]
    assert not path.exists()


def test_stores_of_every_owner_are_examined(library, doctor):
    other = library.state.stores.create("theirs", owner="somebody")
    library.index.add(other.id, [Chunk("chk_1", "file-1", "a.txt", 0, "Un reste.")])
    assert [finding.store for finding in doctor.examine()] == [other.id]


def test_examining_changes_nothing(library, doctor, data):
    file_id = library.put("a.txt", "Le chat dort.")
    library.work()
    (folder,) = (data / "lexical" / library.store.id).iterdir()
    library.index.close()
    shutil.rmtree(folder)
    library.index.auditor.census(library.store.id)
    version = library.state.stores.get(library.store.id, owner=OWNER).version
    assert [finding.kind for finding in doctor.examine()] == [finding.kind for finding in doctor.examine()] == ["words"]
    assert not folder.exists()
    assert library.state.stores.get(library.store.id, owner=OWNER).version == version
    assert library.status(file_id) == "completed"


def by_kind(doctor):
    found = {}
    for finding in doctor.examine():
        assert not finding.harmless
        found.setdefault(finding.kind, []).append(finding)
    return found


def mended(doctor):
    return list(doctor.mend(list(doctor.examine())))


def client(library):
    return library.index._dense._client()


def collection(library):
    return client(library).get_collection(library.store.id, embedding_function=None)


def opened(library, data, embedder):
    return open_index(data_dir=data, attributes=library.state.files.attributes, embedder=embedder)


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def doctor(library):
    return Doctor(library.index, library.state)

"""The index while a real server has it open: nothing of it is opened here."""

import shutil
import sqlite3

import pytest
import requests

from ragproxy.checks import indexes
from ragproxy.retrieval import peek
from ragproxy.state import DataLock
from tests.e2e.servers import Server, migrated, ragproxy


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """A data folder with a store of two documents, which tests copy."""
    folder = tmp_path_factory.mktemp("filled")
    documents = folder / "documents"
    documents.mkdir()
    (documents / "tower.md").write_text("# Eiffel Tower\n\nThe Eiffel Tower is 330 metres tall.\n")
    (documents / "louvre.md").write_text("# Louvre\n\nLe musée du Louvre ferme le mardi.\n")
    migrated(folder / "data")
    ragproxy("ingest", documents, data_dir=folder / "data")
    return folder / "data"


@pytest.fixture
def data_dir(tmp_path, filled):
    return shutil.copytree(filled, tmp_path / "data")


def test_beside_a_real_server_stores_are_counted_and_the_server_goes_on(scene, data_dir):
    with Server(data_dir) as running:
        (told,) = indexes.index(scene())
        assert (told.name, told.status) == ("index", "ok")
        assert told.message.startswith("1 vector stores with 2 chunks are as recorded")
        question = {"model": "ragproxy", "messages": [{"role": "user", "content": "How tall is the Eiffel Tower?"}]}
        answer = requests.post(f"{running.url}/v1/chat/completions", json=question, timeout=30).json()
        assert "330" in answer["choices"][0]["message"]["content"]
        url = "http://127.0.0.1:1/v1"
        (told,) = indexes.index(scene(OPENAI_BASE_URL=url, RAGPROXY_EMBEDDING_MODEL="other"))
        assert (told.name, told.status) == ("index.embedder", "failed")
        assert "'hash-384', and 'other' is configured" in told.message
        assert "ragproxy reindex vs_" in told.advice


def test_vectors_that_are_missing(scene, data_dir):
    with sqlite3.connect(data_dir / "chroma" / "chroma.sqlite3") as chroma:
        chroma.execute("DELETE FROM embeddings WHERE id = (SELECT min(id) FROM embeddings)")
    with _Held(data_dir):
        (told,) = indexes.index(scene())
    assert (told.name, told.status) == ("index.missing_chunks", "failed")
    assert told.message == "'default' should have 2 chunks, and its index has 1"


def test_an_index_that_is_gone(scene, data_dir):
    shutil.rmtree(data_dir / "chroma")
    with _Held(data_dir):
        (told,) = indexes.index(scene())
    assert told.message == "'default' should have 2 chunks, and its index has 0"


def test_records_of_another_chroma_are_not_understood_and_no_fault(scene, data_dir):
    with sqlite3.connect(data_dir / "chroma" / "chroma.sqlite3") as chroma:
        chroma.execute("ALTER TABLE embeddings RENAME TO vectors")
    with _Held(data_dir):
        (told,) = indexes.index(scene())
    assert (told.status, "is not looked at" in told.message) == ("ok", True)


def test_when_nobody_holds_the_data_it_is_for_the_thorough_comparison(scene):
    assert list(indexes.index(scene())) == []
    assert list(indexes.index(scene(CHROMA_URL="http://127.0.0.1:1"))) == []


def test_a_glimpse_agrees_with_chroma_itself(data_dir):
    import chromadb

    client = chromadb.PersistentClient(str(data_dir / "chroma"))
    try:
        (collection,) = client.list_collections()
        collection.upsert(ids=["a", "b"], embeddings=[[0.5] * 384, [0.25] * 384], documents=["x", "y"])
        assert peek(data_dir / "chroma", 5)[collection.name].chunks == 4  # before Chroma itself has looked
        collection.delete(ids=["a"])
        assert peek(data_dir / "chroma", 5)[collection.name].chunks == collection.count() == 3
        assert peek(data_dir / "chroma", 5)[collection.name].embedder == "hash-384"
    finally:
        client.close()


class _Held:
    def __init__(self, data_dir):
        self._lock = DataLock(data_dir)

    def __enter__(self):
        self._lock.acquire(None)

    def __exit__(self, *_):
        self._lock.release()

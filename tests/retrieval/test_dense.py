import subprocess
import sys

import pytest

from ragproxy.errors import UnknownStore, UpstreamUnavailable
from ragproxy.retrieval import HashEmbedder
from ragproxy.retrieval.dense import Dense
from tests.retrieval.samples import CATS


def test_nothing_is_opened_before_it_is_used(tmp_path):
    dense = Dense(tmp_path / "chroma")
    dense.close()
    assert not (tmp_path / "chroma").exists()


def test_a_collection_is_found_again_with_who_made_its_vectors(dense):
    made = dense.create("vs_a", "some-model", 12)
    dense.close()
    found = dense.find("vs_a")
    assert (found.id, found.embedder, found.dimension, found.whole) == (made.id, "some-model", 12, True)
    assert dense.stores(10) == ["vs_a"]


def test_making_it_twice_keeps_the_first(dense):
    first = dense.create("vs_a", "one", 12)
    again = dense.create("vs_a", "other", 99)
    assert (again.id, again.embedder, again.dimension) == (first.id, "one", 12)


def test_a_store_that_never_had_a_chunk_has_no_collection(dense):
    assert dense.find("vs_none") is None
    assert dense.stores(10) == []


def test_a_store_made_anew_is_another_collection(dense):
    first = dense.create("vs_a", "one", 12)
    dense.drop("vs_a")
    dense.drop("vs_a")
    assert dense.find("vs_a") is None
    assert dense.create("vs_a", "one", 12).id != first.id


@pytest.mark.parametrize("store_id", ["", "a", "../../etc", "a/b", "vs_a.next", "vs a", "é" * 5, "a" * 600, "vs_a\n"])
def test_an_id_that_no_store_can_have_is_unknown(dense, store_id):
    with pytest.raises(UnknownStore):
        dense.find(store_id)


def test_a_swap_puts_the_new_in_the_place_of_the_old(dense):
    old = dense.create("vs_a", "old", 384)
    fresh = dense.begin("vs_a", "new", 384)
    assert dense.find("vs_a").id == old.id
    assert not fresh.whole
    dense.swap("vs_a", fresh)
    assert old.count() == 0  # who holds the old one may finish
    dense.sweep("vs_a")
    found = dense.find("vs_a")
    assert (found.id, found.embedder, found.whole) == (fresh.id, "new", True)
    assert names(dense) == ["vs_a"]


def test_recover_discards_what_a_reindex_had_not_finished(dense):
    old = dense.create("vs_a", "old", 384)
    dense.begin("vs_a", "new", 384)
    dense.recover("vs_a")
    assert dense.find("vs_a").id == old.id
    assert names(dense) == ["vs_a"]


def test_recover_finishes_a_swap_cut_between_the_two_names(dense):
    old = dense.create("vs_a", "old", 384)
    fresh = dense.begin("vs_a", "new", 384)
    fresh.raw.modify(metadata={**fresh.raw.metadata, "whole": True})
    old.raw.modify(name="vs_a.old")
    dense.recover("vs_a")
    assert dense.find("vs_a").id == fresh.id
    assert names(dense) == ["vs_a"]


def test_recover_takes_the_old_one_back_rather_than_half_a_new_one(dense):
    old = dense.create("vs_a", "old", 384)
    dense.begin("vs_a", "new", 384)
    old.raw.modify(name="vs_a.old")
    dense.recover("vs_a")
    assert dense.find("vs_a").id == old.id
    assert names(dense) == ["vs_a"]


def test_recover_sweeps_after_a_swap_that_had_all_but_finished(dense):
    dense.create("vs_a", "old", 384)
    fresh = dense.begin("vs_a", "new", 384)
    dense.swap("vs_a", fresh)
    dense.recover("vs_a")
    assert dense.find("vs_a").id == fresh.id
    assert names(dense) == ["vs_a"]


def test_recover_of_an_unknown_store_is_nothing(dense):
    dense.recover("vs_none")
    assert names(dense) == []


def test_a_server_that_is_not_there_is_unavailable():
    dense = Dense("unused", "http://somebody:secret@127.0.0.1:9")
    with pytest.raises(UpstreamUnavailable, match=r"127\.0\.0\.1:9.*CHROMA_URL") as caught:
        dense.ping()
    assert "secret" not in caught.value.message
    with pytest.raises(UpstreamUnavailable):
        dense.find("vs_a")


def test_an_embedded_chroma_that_cannot_open_is_unavailable(tmp_path):
    (tmp_path / "chroma").mkdir()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(b"not a database at all" * 1_000)
    with pytest.raises(UpstreamUnavailable, match="embedded Chroma"):
        Dense(tmp_path / "chroma").find("vs_a")


def test_chroma_is_imported_at_the_first_use_only():
    code = "import sys, ragproxy.retrieval; print({'chromadb', 'tantivy', 'numpy'} & set(sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


def test_it_opens_again_after_close(dense):
    dense.create("vs_a", "hash-384", 384).upsert([CATS], HashEmbedder().embed([CATS.text]))
    dense.close()
    dense.ping()
    assert dense.find("vs_a").get(["cats"]) == {"cats": CATS}


def names(dense):
    return sorted(collection.name for collection in dense._client().list_collections())


@pytest.fixture
def dense(tmp_path):
    dense = Dense(tmp_path / "chroma")
    yield dense
    dense.close()

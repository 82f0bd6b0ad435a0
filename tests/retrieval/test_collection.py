import numpy as np
import pytest

from ragproxy.retrieval import HashEmbedder
from ragproxy.retrieval.collection import PAGE, Vanished
from ragproxy.retrieval.dense import Dense
from tests.retrieval.samples import BREAD, CARS, CATS, chunk


def test_what_goes_in_comes_out_whole(collection):
    whole = chunk("whole", "Texte.\n\x00 🙂 fin", file="f", position=3, page=12, heading="Titre > Sous-titre")
    bare = chunk("bare", "", file="f", position=1)
    collection.upsert([whole, bare], vectors(whole, bare))
    assert collection.get(["whole", "bare", "nobody"]) == {"whole": whole, "bare": bare}
    assert collection.of_file("f") == [bare, whole]


def test_lone_surrogates_are_replaced_for_chroma_has_no_word_for_them(collection):
    odd = chunk("odd", "a\ud800b", heading="\udfff")
    collection.upsert([odd], vectors(odd))
    assert collection.get(["odd"])["odd"].text == "a?b"


def test_an_upsert_leaves_nothing_of_the_old_chunk(collection):
    old = chunk("same", "old text", page=4, heading="Old heading")
    new = chunk("same", "new text", file="elsewhere")
    collection.upsert([old], vectors(old))
    collection.upsert([new], vectors(new))
    assert collection.get(["same"]) == {"same": new}
    assert collection.count() == 1


def test_more_than_chroma_takes_at_once_is_cut_into_batches(dense):
    collection = dense.create("vs_many", "hash-384", 384)
    collection._batch = 7
    many = [chunk(f"c{number}", f"text {number}", file=f"f{number % 3}") for number in range(40)]
    collection.upsert(many, vectors(*many))
    assert collection.count() == 40
    collection.delete([one.id for one in many[:33]])
    assert sorted(collection.ids_of(["f0", "f1", "f2", "f9"])) == sorted(one.id for one in many[33:])


def test_pages_hold_every_chunk_once(collection):
    many = [chunk(f"c{number}", f"text {number}") for number in range(PAGE + 5)]
    collection.upsert(many, np.tile(vectors(many[0]), (len(many), 1)))
    pages = list(collection.pages())
    assert [len(page) for page in pages] == [PAGE, 5]
    assert {one.id for page in pages for one in page} == {one.id for one in many}


def test_an_empty_collection_has_no_page(collection):
    assert list(collection.pages()) == []


def test_the_nearest_come_first_with_their_cosines(filled):
    (query,) = HashEmbedder().embed(["chat canapé"])
    near = filled.nearest(query, 3)
    exact = {one.id: float(vectors(one)[0] @ query) for one in (CATS, CARS, BREAD)}
    assert list(near) == sorted(exact, key=exact.get, reverse=True)
    assert near == pytest.approx(exact, abs=1e-5)
    assert filled.cosines(query, ["bread", "cats", "nobody"]) == pytest.approx(
        {"bread": exact["bread"], "cats": exact["cats"]}, abs=1e-5
    )


@pytest.mark.parametrize("others", [0, 100, 300])
def test_the_nearest_of_some_files_only(filled, others):
    (query,) = HashEmbedder().embed(["chat canapé"])
    files = {CARS.file_id, BREAD.file_id, *(f"other-{number}" for number in range(others))}
    assert set(filled.nearest(query, 3, files)) == {"cars", "bread"}
    assert len(filled.nearest(query, 1, files)) == 1


def test_the_nearest_of_a_long_file(collection):
    long = [chunk(f"c{number}", f"paragraphe {number} du chat", file="long") for number in range(600)]
    collection.upsert([*long, CARS], vectors(*long, CARS))
    (query,) = HashEmbedder().embed(["paragraphe 37 du chat"])
    near = collection.nearest(query, 5, {"long"})
    assert len(near) == 5
    assert next(iter(near)) == "c37"
    assert list(collection.nearest(query, 5, {CARS.file_id})) == ["cars"]


def test_nothing_asked_nothing_called(collection):
    assert collection.get([]) == {}
    assert collection.ids_of([]) == set()
    assert collection.cosines(np.zeros(384, dtype=np.float32), []) == {}


def test_a_collection_dropped_meanwhile_has_vanished(dense, filled):
    dense.drop("vs_a")
    with pytest.raises(Vanished):
        filled.get(["cats"])
    with pytest.raises(Vanished):
        filled.count()


def vectors(*chunks):
    return HashEmbedder().embed([one.text for one in chunks])


@pytest.fixture
def dense(tmp_path):
    dense = Dense(tmp_path / "chroma")
    yield dense
    dense.close()


@pytest.fixture
def collection(dense):
    return dense.create("vs_a", "hash-384", 384)


@pytest.fixture
def filled(collection):
    chunks = [CATS, CARS, BREAD]
    collection.upsert(chunks, vectors(*chunks))
    return collection

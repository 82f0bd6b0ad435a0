"""Files of vector stores on both databases."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ragproxy.errors import InvalidRequest, NotFound, UnknownStore
from ragproxy.state import open_state


def test_a_file_comes_back_as_it_was_saved(state, store, file_in):
    attributes = {"year": 2024, "ratio": 0.5, "draft": False, "tags": ["é", "日本"], "none": None, "odd": "a\0b \ud800"}
    file = file_in(store, filename="Été 2024.pdf", source="/données/Été 2024.pdf", attributes=attributes, size=1 << 40)
    state.files.save(file)
    assert state.files.get(store.id, file.id) == file
    assert state.files.of_store(store.id) == [file]
    assert state.files.by_source(store.id, "/données/Été 2024.pdf") == file


def test_saving_again_replaces(state, store, file_in):
    state.files.save(file_in(store))
    newer = file_in(store, sha256="1" * 64, size=99, chunks=7, attributes={"a": 1}, filename="new.md", source=None)
    state.files.save(newer)
    assert state.files.of_store(store.id) == [newer]
    assert state.files.by_source(store.id, "/docs/file-a.md") is None


def test_several_are_saved_together_or_not_at_all(state, store, file_in):
    state.files.save(file_in(store, "a"), file_in(store, "b"))
    assert state.stores.find("library", owner="ann").version == 1
    with pytest.raises(UnknownStore):
        state.files.save(file_in(store, "c"), replace(file_in(store, "d"), owner="bob"))
    assert [file.id for file in state.files.of_store(store.id)] == ["a", "b"]
    state.files.save()


def test_each_store_knows_the_content_it_has_indexed(state, store, file_in):
    """The first store must not think it is up to date because the second has read the file anew."""
    other = state.stores.create("archive", owner="ann")
    state.files.save(file_in(store, sha256="old"))
    state.files.save(file_in(other, sha256="new", chunks=5))
    assert state.files.get(store.id, "file-a").sha256 == "old"
    assert state.files.get(other.id, "file-a").sha256 == "new"


def test_two_owners_may_have_files_of_the_same_id(state, store, file_in):
    theirs = state.stores.create("library", owner="bob")
    state.files.save(file_in(store, filename="mine.md"))
    state.files.save(file_in(theirs, filename="theirs.md"))
    assert state.files.get(store.id, "file-a").filename == "mine.md"
    state.files.delete(theirs.id, ["file-a"])
    assert state.files.get(store.id, "file-a").filename == "mine.md"


def test_a_file_cannot_be_put_into_a_strangers_store(state, store, file_in):
    with pytest.raises(UnknownStore):
        state.files.save(replace(file_in(store), owner="bob"))
    assert state.files.of_store(store.id) == []
    assert state.stores.find("library", owner="ann").version == 0


def test_a_file_cannot_be_put_into_a_store_that_is_gone(state, store, file_in):
    state.stores.delete(store.id)
    with pytest.raises(UnknownStore):
        state.files.save(file_in(store))


def test_files_are_listed_by_name(state, store, file_in):
    for id in ("c", "a", "b"):
        state.files.save(file_in(store, id))
    assert [file.id for file in state.files.of_store(store.id)] == ["a", "b", "c"]


def test_a_path_as_long_as_paths_get_is_found_again(state, store, file_in):
    source = "/" + "/".join(f"{n:0250}" for n in range(16))
    state.files.save(file_in(store, source=source))
    found = state.files.by_source(store.id, source)
    assert found is not None
    assert found.source == source


def test_deleting_takes_only_what_was_named(state, store, file_in):
    ids = [f"file-{n:04}" for n in range(1_100)]
    for id in ids[:3]:
        state.files.save(file_in(store, id))
    state.files.delete(store.id, [*ids[1:], "unknown", "nul\0"])
    assert [file.id for file in state.files.of_store(store.id)] == ids[:1]
    state.files.delete("vs_gone", ids)
    state.files.delete(store.id, [])
    assert [file.id for file in state.files.of_store(store.id)] == ids[:1]


@pytest.mark.parametrize(
    ("store_id", "file_id"), [("vs_gone", "file-a"), (None, "gone"), (None, "a\0"), ("\ud800", "a")]
)
def test_what_is_not_there_is_not_found(state, store, file_in, store_id, file_id):
    state.files.save(file_in(store))
    store_id = store_id or store.id
    with pytest.raises(NotFound):
        state.files.get(store_id, file_id)
    assert state.files.by_source(store_id, file_id) is None


@pytest.mark.parametrize("field", ["id", "filename", "source"])
@pytest.mark.parametrize("text", ["a\0b", "caf\udce9"])
def test_a_text_that_cannot_be_kept_is_refused_by_name(state, store, file_in, field, text):
    with pytest.raises(InvalidRequest, match=f"'{field}'"):
        state.files.save(replace(file_in(store), **{field: text}))


def test_every_change_raises_the_stores_version(state, store, file_in):
    def version():
        return state.stores.find("library", owner="ann").version

    state.files.save(file_in(store))
    assert version() == 1
    state.files.delete(store.id, ["file-a"])
    assert version() == 2


def test_attributes_are_read_again_only_when_the_store_changed(state, store, file_in, database_url):
    state.files.save(file_in(store, attributes={"year": 2023}))
    first = state.files.attributes(store.id)
    assert first == {"file-a": {"year": 2023}}
    assert state.files.attributes(store.id) is first

    elsewhere = open_state(database_url)  # another process, as far as the cache can tell
    elsewhere.files.save(file_in(store, attributes={"year": 2024}))
    elsewhere.files.save(file_in(store, "file-b"))
    elsewhere.close()
    assert state.files.attributes(store.id) == {"file-a": {"year": 2024}, "file-b": {}}


def test_a_cancelled_file_has_no_attributes_to_be_found_by(state, store, upload):
    kept, cancelled = upload("kept"), upload("cancelled")
    batch = state.batches.create(store.id, owner="ann")
    state.files.attach(store.id, [kept], owner="ann")
    state.files.attach(store.id, [cancelled], owner="ann", batch_id=batch.id)
    assert set(state.files.attributes(store.id)) == {kept, cancelled}
    state.files.cancel_batch(store.id, batch.id)
    assert set(state.files.attributes(store.id)) == {kept}


def test_cached_attributes_cannot_be_changed(state, store, file_in):
    state.files.save(file_in(store, attributes={"year": 2023}))
    found = state.files.attributes(store.id)
    with pytest.raises(TypeError):
        found["file-a"]["year"] = 1
    with pytest.raises(TypeError):
        found["file-b"] = {}


def test_a_store_that_is_not_there_has_no_attributes(state, store, file_in):
    state.files.save(file_in(store))
    assert state.files.attributes(store.id)
    state.stores.delete(store.id)
    assert state.files.attributes(store.id) == {}
    assert state.files.attributes("vs_\0") == {}


def test_the_cache_of_attributes_is_bounded(state, file_in):
    stores = [state.stores.create(f"store {n}", owner="ann") for n in range(130)]
    first = state.files.attributes(stores[0].id)
    for store in stores[1:]:
        state.files.attributes(store.id)
    assert state.files.attributes(stores[0].id) is not first
    last = state.files.attributes(stores[-1].id)
    assert state.files.attributes(stores[-1].id) is last


def test_attributes_are_right_while_others_write(state, store, file_in):
    def write(n):
        state.files.save(file_in(store, f"file-{n}", attributes={"n": n}))
        return state.files.attributes(store.id)[f"file-{n}"]["n"]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(write, range(40))) == list(range(40))
    assert len(state.files.attributes(store.id)) == 40


def test_a_file_put_into_one_store_survives_being_taken_from_another(state, store, file_in):
    other = state.stores.create("archive", owner="ann")
    with ThreadPoolExecutor(2) as pool:
        for n in range(25):
            id = f"file-{n}"
            state.files.save(file_in(store, id))
            put = pool.submit(state.files.save, file_in(other, id))
            taken = pool.submit(state.files.delete, store.id, [id])
            put.result()
            taken.result()
            assert state.files.get(other.id, id).id == id
    assert state.files.of_store(store.id) == []

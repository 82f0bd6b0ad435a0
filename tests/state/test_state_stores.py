"""Vector stores on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ragproxy.errors import Conflict, InvalidRequest, NotFound, UnknownStore


def test_a_store_is_found_by_its_id_and_by_its_name(state):
    store = state.stores.create("library", owner="ann")
    assert state.stores.find(store.id, owner="ann") == store
    assert state.stores.find("library", owner="ann") == store
    assert (store.name, store.owner, store.version) == ("library", "ann", 0)


def test_an_id_comes_before_a_name_that_looks_the_same(state):
    first = state.stores.create("library", owner="ann")
    state.stores.create(first.id, owner="ann")
    assert state.stores.find(first.id, owner="ann") == first


def test_a_name_is_taken_once_for_each_owner(state):
    state.stores.create("library", owner="ann")
    with pytest.raises(Conflict, match="'library' already"):
        state.stores.create("library", owner="ann")
    assert state.stores.create("library", owner="bob").owner == "bob"


def test_what_is_not_yours_is_not_there(state):
    store = state.stores.create("library", owner="ann")
    for wanted in ("library", store.id):
        with pytest.raises(UnknownStore, match="There is no vector store"):
            state.stores.find(wanted, owner="bob")
    assert state.stores.list(owner="bob") == []


def test_stores_are_listed_in_the_order_they_were_made(state):
    names = ["one", "two", "three"]
    made = [state.stores.create(name, owner="ann") for name in names]
    assert sorted(state.stores.list(owner="ann"), key=made.index) == made
    created = [store.created for store in state.stores.list(owner="ann")]
    assert created == sorted(created)


@pytest.mark.parametrize("name", ["", "  ", "a\0b", "\ud800", "x" * 257])
def test_a_name_that_cannot_be_kept_is_refused(state, name):
    with pytest.raises(InvalidRequest, match="'name'") as caught:
        state.stores.create(name, owner="ann")
    assert caught.value.param == "name"


@pytest.mark.parametrize("name", ["", "a\0b", "\ud800", "x" * 10_000, "'; DROP TABLE stores; --", "%", "_"])
def test_a_name_that_cannot_exist_is_simply_not_found(state, store, name):
    with pytest.raises(UnknownStore):
        state.stores.find(name, owner="ann")
    assert state.stores.list(owner=name) == []
    assert state.stores.find("library", owner="ann") == store


def test_a_longest_name_in_any_script_is_kept(state):
    name = "日" * 256
    state.stores.create(name, owner="ann")
    assert state.stores.find(name, owner="ann").name == name


def test_versions_count_every_change_though_many_make_them_at_once(state, store):
    with ThreadPoolExecutor(8) as pool:
        versions = list(pool.map(lambda _: state.stores.bump(store.id), range(80)))
    assert sorted(versions) == list(range(1, 81))
    assert state.stores.find("library", owner="ann").version == 80


@pytest.mark.parametrize("store_id", ["vs_gone", "vs_\0"])
def test_a_store_that_is_gone_has_no_version(state, store_id):
    with pytest.raises(UnknownStore):
        state.stores.bump(store_id)


def test_deleting_a_store_forgets_its_files_and_no_others(state, store, file_in):
    other = state.stores.create("archive", owner="ann")
    state.files.save(file_in(store, "alone"))
    for place in (store, other):
        state.files.save(file_in(place, "shared"))
    state.stores.delete(store.id)
    state.stores.delete(store.id)
    state.stores.delete("vs_\0")
    with pytest.raises(UnknownStore):
        state.stores.find("library", owner="ann")
    with pytest.raises(NotFound):
        state.files.get(store.id, "alone")
    assert [file.id for file in state.files.of_store(other.id)] == ["shared"]


def test_changes_that_read_before_they_write_take_turns(state, file_in):
    def come_and_go(n):
        store = state.stores.create(f"store {n}", owner="ann")
        state.files.save(file_in(store, f"file-{n}"))
        state.stores.delete(store.id)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(come_and_go, range(80)))
    assert state.stores.list(owner="ann") == []

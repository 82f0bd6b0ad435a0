"""Vector stores on both databases."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from ragproxy.domain import Counts, Cursor, Store
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


def test_of_stores_of_one_name_the_oldest_goes_by_it(state):
    """As with OpenAI names need not differ, and `rag/library` must not be captured by a later one."""
    first = state.stores.create("library", owner="ann")
    second = state.stores.create("library", owner="ann")
    assert state.stores.create("library", owner="bob").owner == "bob"
    assert state.stores.find("library", owner="ann") == first
    assert state.stores.find(second.id, owner="ann") == second


def test_a_store_without_a_name_is_found_by_its_id_alone(state):
    store = state.stores.create(owner="ann")
    assert (store.name, state.stores.find(store.id, owner="ann")) == ("", store)
    with pytest.raises(UnknownStore):
        state.stores.find("", owner="ann")


def test_a_store_that_was_made_elsewhere_keeps_its_id_and_its_age(state):
    store = state.stores.create("library", owner="ann", id="vs_abc", created=7)
    assert (store.id, store.created) == ("vs_abc", 7)
    assert state.stores.find("vs_abc", owner="ann") == store
    for owner in ("ann", "bob"):
        with pytest.raises(Conflict):
            state.stores.create("other", owner=owner, id="vs_abc")
    with pytest.raises(InvalidRequest):
        state.stores.create("other", owner="ann", id="")


def test_those_who_ask_for_a_name_at_once_get_one_store(state):
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: state.stores.named("library", owner="ann").id, range(24)))
    assert len(found) == 1
    assert state.stores.named("library", owner="bob").id not in found
    assert [store.id for store in state.stores.list(owner="ann")] == list(found)


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


def test_a_store_keeps_what_it_was_made_with(state, clock):
    made = state.stores.create(
        "library", owner="ann", description="Les lois\n日本", metadata={"team": "é"}, expires_after_days=7
    )
    assert made.id.startswith("vs_")
    assert state.stores.get(made.id, owner="ann") == made
    assert (made.description, made.metadata, made.expires_after_days) == ("Les lois\n日本", {"team": "é"}, 7)
    assert (made.created, made.last_active) == (int(clock.now), int(clock.now))
    assert made.expires == int(clock.now) + 7 * 86_400
    with pytest.raises(InvalidRequest, match="'description'"):
        state.stores.create("other", owner="ann", description="a\0b")


def test_what_is_not_yours_is_not_got(state, store):
    for id, owner in ((store.id, "bob"), ("vs_gone", "ann"), ("vs_\0", "ann"), ("library", "ann")):
        with pytest.raises(UnknownStore, match=id.replace("\0", r"\?")):
            state.stores.get(id, owner=owner)
        with pytest.raises(UnknownStore):
            state.stores.modify(id, owner=owner, name="mine")
        with pytest.raises(UnknownStore):
            state.stores.mark_removing(id, owner=owner)
    assert state.stores.of("bob").page(Cursor()).items == ()
    assert state.stores.of("\0").page(Cursor()).items == ()
    assert state.stores.get(store.id, owner="ann").name == "library"


def test_a_page_of_stores_is_counted_by_one_query(state, indexed, upload):
    stores = [state.stores.create(f"store {n}", owner="ann") for n in range(5)]
    for number, store in enumerate(stores):
        indexed(store, number)
    state.files.attach(stores[0].id, [upload("waiting")], owner="ann")
    seen = []
    sa.event.listen(state._database.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    page = state.stores.of("ann").page(Cursor(order="asc", limit=4))
    assert len(seen) == 2
    assert [(store.id, store.counts, store.usage_bytes) for store in page.items] == [
        (stores[0].id, Counts(in_progress=1), 0),
        *((stores[n].id, Counts(completed=n), 50 * n) for n in (1, 2, 3)),
    ]
    assert [store.status for store in page.items] == ["in_progress"] + ["completed"] * 3
    assert state.stores.list(owner="ann")[:4] == list(page.items)


def test_only_what_is_given_is_changed(state, clock):
    store = state.stores.create("library", owner="ann", metadata={"a": "1"}, expires_after_days=7, description="Old")
    assert state.stores.modify(store.id, owner="ann", name="lois").name == "lois"
    changed = state.stores.modify(store.id, owner="ann", metadata={}, expires_after_days=None)
    assert (changed.name, changed.metadata, changed.expires, changed.description) == ("lois", {}, None, "Old")
    assert state.stores.modify(store.id, owner="ann") == changed
    with pytest.raises(InvalidRequest, match="'name'"):
        state.stores.modify(store.id, owner="ann", name="  ")
    clock.now += 100
    assert state.stores.modify(store.id, owner="ann").last_active == int(clock.now)


def test_a_use_is_noted_once_a_minute(state, store, clock):
    def active():
        return state.stores.find(store.id, owner="ann").last_active

    created = active()
    clock.now += 30
    state.stores.touch(store.id)
    assert active() == created
    clock.now += 61
    seen = []
    sa.event.listen(state._database.engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    for _ in range(10):
        state.stores.touch(store.id)
    assert len(seen) <= 2  # BEGIN IMMEDIATE is one
    assert active() == int(clock.now)
    state.stores.touch("vs_gone")
    state.stores.touch("vs_\0")


def test_use_puts_the_expiry_off_and_never_takes_it_back(state, store, indexed, clock):
    short = state.stores.create("short", owner="ann", expires_after_days=1)
    indexed(short)
    indexed(store)
    clock.now += 86_000
    state.stores.touch(short.id)
    clock.now += 86_000
    assert state.stores.expired(clock.now) == []
    clock.now += 400
    assert [each.id for each in state.stores.expired(clock.now)] == [short.id]
    state.stores.touch(short.id)
    assert [each.id for each in state.stores.expired(clock.now)] == [short.id]
    state.files.clear(short.id)
    assert state.stores.expired(clock.now) == []
    assert state.stores.get(short.id, owner="ann").counts.total == 0


def test_an_expired_store_says_so():
    now = int(time.time())
    assert Store("vs", "a", "ann", 0, 1, expires_after_days=1, last_active=now - 86_401).status == "expired"
    assert Store("vs", "a", "ann", 0, 1, expires_after_days=1, last_active=now - 86_000).status == "completed"
    assert Store("vs", "a", "ann", 0, 1, counts=Counts(in_progress=1)).status == "in_progress"


def test_a_store_being_removed_is_shown_to_nobody(state, store, indexed, upload):
    indexed(store)
    other = state.stores.create("library", owner="ann")
    state.stores.mark_removing(store.id, owner="ann")
    assert [each.id for each in state.stores.removing()] == [store.id]
    assert [each.id for each in state.stores.list(owner="ann")] == [other.id]
    assert [each.id for each in state.stores.of("ann").page(Cursor()).items] == [other.id]
    assert state.stores.find("library", owner="ann").id == other.id
    assert state.files.attributes(store.id) == {}
    for call in (
        lambda: state.stores.get(store.id, owner="ann"),
        lambda: state.stores.find(store.id, owner="ann"),
        lambda: state.stores.mark_removing(store.id, owner="ann"),
        lambda: state.stores.modify(store.id, owner="ann", name="mine"),
        lambda: state.stores.bump(store.id),
        lambda: state.files.attach(store.id, [upload("a")], owner="ann"),
    ):
        with pytest.raises(UnknownStore, match=store.id):
            call()
    state.stores.delete(store.id)
    assert state.stores.removing() == []

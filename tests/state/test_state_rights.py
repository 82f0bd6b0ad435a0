"""Who may read which stores and files: SQL says the same as `Caller.may_read`, on both databases."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ragproxy.domain import Caller, Cursor, File
from ragproxy.errors import InvalidRequest, NotFound, UnknownStore

ALL = Cursor(limit=100)


def test_a_store_without_groups_is_for_all_of_its_owners_callers(state):
    store = state.stores.create("library", owner="ann")
    assert state.stores.readable(Caller("ann")).find("library").id == store.id
    for stranger in (Caller("bob"), Caller("bob", groups=frozenset({"staff"})), Caller("bob", admin=True)):
        with pytest.raises(UnknownStore):
            state.stores.readable(stranger).find(store.id)
        assert state.stores.readable(stranger).list() == []


def test_a_store_with_groups_is_for_their_members_and_its_owners_administrator(state):
    store = state.stores.create("library", owner="ann", groups=["staff", "board"])
    assert store.groups == ("board", "staff")
    readers = [Caller("bob", groups=frozenset({"staff"})), Caller("ann", admin=True)]
    for reader in readers:
        assert state.stores.readable(reader).get(store.id).groups == ("board", "staff")
        assert [each.id for each in state.stores.readable(reader).page(ALL).items] == [store.id]
    for stranger in (Caller("ann"), Caller("bob", admin=True), Caller("bob", groups=frozenset({"staff\0"}))):
        with pytest.raises(UnknownStore):
            state.stores.readable(stranger).get(store.id)
        assert state.stores.readable(stranger).page(ALL).items == ()


def test_of_several_stores_of_one_name_the_callers_own_comes_first(state):
    shared = state.stores.create("library", owner="ann", groups=["*"])
    assert state.stores.readable(Caller("bob")).find("library").id == shared.id
    own = state.stores.create("library", owner="bob")
    assert state.stores.readable(Caller("bob")).find("library").id == own.id
    assert state.stores.readable(Caller("bob")).find(shared.id).id == shared.id


def test_a_caller_kept_to_some_stores_sees_no_others(state):
    named, by_id, other = (state.stores.create(name, owner="ann") for name in ("a", "b", "c"))
    reading = state.stores.readable(Caller("ann", stores=("a", by_id.id)))
    assert [store.id for store in reading.list()] == [named.id, by_id.id]
    with pytest.raises(UnknownStore):
        reading.find(other.id)


def test_groups_are_replaced_and_taken_away(state):
    store = state.stores.create("library", owner="ann", groups=["staff"])
    assert state.stores.modify(store.id, owner="ann", groups=["board", "board"]).groups == ("board",)
    assert state.stores.modify(store.id, owner="ann", name="renamed").groups == ("board",)
    assert state.stores.modify(store.id, owner="ann", groups=()).groups == ()


def test_nobody_elses_store_is_shared(state):
    store = state.stores.create("library", owner="ann")
    with pytest.raises(UnknownStore):
        state.stores.modify(store.id, owner="bob", groups=["*"])
    assert state.stores.get(store.id, owner="ann").groups == ()


@pytest.mark.parametrize("groups", [["a\0b"], ["a\nb"], [" "], ["x" * 300], [str(number) for number in range(65)]])
def test_groups_that_cannot_be_kept_are_refused_and_nothing_is_made(state, groups):
    with pytest.raises(InvalidRequest) as caught:
        state.stores.create("library", owner="ann", groups=groups)
    assert caught.value.param == "groups"
    assert state.stores.list(owner="ann") == []


def test_sharing_a_file_counts_as_a_change_of_the_stores_that_hold_it(state, upload):
    store, other = state.stores.create("a", owner="ann"), state.stores.create("b", owner="ann")
    file_id = upload()
    state.files.attach(store.id, [file_id], owner="ann")
    versions = [state.changes.version(each.id) for each in (store, other)]
    assert state.library.share(file_id, ["board"], owner="ann").groups == ("board",)
    assert [state.changes.version(each.id) for each in (store, other)] == [versions[0] + 1, versions[1]]
    with pytest.raises(NotFound):
        state.library.share(file_id, ["*"], owner="bob")


def test_a_deleted_file_leaves_no_groups_behind(state, upload):
    file_id = upload()
    state.library.share(file_id, ["board"], owner="ann")
    state.library.delete(file_id, owner="ann")
    state.library.create(File(file_id, "ann", "x.txt", "assistants", "0" * 64, 1, 1))
    assert state.library.get(file_id, owner="ann").groups == ()


def test_a_store_keeps_what_it_holds_for_others(state, upload):
    store = state.stores.create("library", owner="ann", groups=["*"])
    open_, kept = upload("open"), upload("kept")
    state.files.attach(store.id, [open_, kept], owner="ann")
    state.library.share(kept, ["board"], owner="ann")
    board, bob, ann = Caller("bob", groups=frozenset({"board"})), Caller("bob"), Caller("ann")
    for caller, seen in ((board, {open_, kept}), (bob, {open_}), (ann, {open_}), (Caller("ann", admin=True), None)):
        seen = {open_, kept} if seen is None else seen
        assert state.files.hidden(store.id, caller) == {open_, kept} - seen
        assert {file.id for file in state.files.page(store.id, ALL, caller=caller).items} == seen
        assert {file.id for file in state.files.held([open_, kept], caller)} == seen
    assert state.files.hidden(store.id, Caller("bob", admin=True)) == {kept}  # of another owner


_GROUPS = st.frozensets(st.sampled_from(["a", "b", "*"]), max_size=3)
_CALLERS = st.builds(
    Caller,
    owner=st.sampled_from(["ann", "bob"]),
    admin=st.booleans(),
    groups=st.frozensets(st.sampled_from(["a", "b", "c"])),
)


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(owner=st.sampled_from(["ann", "bob"]), groups=_GROUPS, caller=_CALLERS)
def test_sql_and_the_rule_say_the_same(state, upload, owner, groups, caller):
    store = state.stores.create("library", owner=owner, groups=sorted(groups))
    file_id = upload(owner=owner)
    state.library.share(file_id, sorted(groups), owner=owner)
    may = caller.may_read(owner, groups)
    assert (store.id in {each.id for each in state.stores.readable(caller).list()}) is may
    try:
        read = state.library.readable(file_id, caller).id == file_id
    except NotFound:
        read = False
    assert read is may

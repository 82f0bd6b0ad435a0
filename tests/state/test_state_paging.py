"""Lists, page by page, on both databases."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ragproxy.domain import Caller, Cursor
from ragproxy.errors import InvalidRequest


def test_the_newest_come_first_unless_asked_otherwise(state, upload):
    ids = [upload(f"file {n}") for n in range(5)]  # within a second: their ids tell the order
    assert _ids(state.library.list(Caller("ann", admin=True), Cursor())) == ids[::-1]
    assert _ids(state.library.list(Caller("ann", admin=True), Cursor(order="asc"))) == ids


def test_the_second_of_creation_comes_before_the_id(state, upload, clock):
    late = upload("late", created=int(clock.now) + 5, id="file-a")
    early = upload("early", created=int(clock.now) - 5, id="file-z")
    assert _ids(state.library.list(Caller("ann", admin=True), Cursor(order="asc"))) == [early, late]


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("limit", [1, 3, 7, 10])
def test_pages_together_are_the_list_each_item_once(state, upload, clock, order, limit):
    ids = [upload(f"file {n}", created=int(clock.now) + n // 3) for n in range(7)]
    if order == "desc":
        ids.reverse()
    assert list(_pages(state, order, limit)) == [ids[start : start + limit] for start in range(0, 7, limit)]


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_the_page_before_an_item_ends_just_before_it(state, upload, order):
    ids = [upload(f"file {n}") for n in range(6)]
    if order == "desc":
        ids.reverse()
    page = state.library.list(Caller("ann", admin=True), Cursor(limit=2, order=order, before=ids[4]))
    assert (_ids(page), page.has_more) == (ids[2:4], True)
    page = state.library.list(Caller("ann", admin=True), Cursor(limit=2, order=order, before=ids[2]))
    assert (_ids(page), page.has_more) == (ids[:2], False)
    between = state.library.list(Caller("ann", admin=True), Cursor(order=order, after=ids[0], before=ids[4]))
    assert (_ids(between), between.has_more) == (ids[1:4], False)


@pytest.mark.parametrize("param", ["after", "before"])
@pytest.mark.parametrize("id", ["file-unknown", "", "nul\0", "\ud800", "'; --"])
def test_an_unknown_cursor_is_refused_by_name(state, store, upload, param, id):
    upload("a")
    cursor = Cursor(**{param: id})
    for read in (
        lambda: state.library.list(Caller("ann", admin=True), cursor),
        lambda: state.stores.of("ann").page(cursor),
        lambda: state.files.page(store.id, cursor),
    ):
        with pytest.raises(InvalidRequest, match=f"'{param}' is the id of nothing") as caught:
            read()
        assert caught.value.param == param


def test_somebody_elses_item_is_an_unknown_cursor(state, upload):
    theirs = upload("theirs", owner="bob")
    with pytest.raises(InvalidRequest, match=theirs):
        state.library.list(Caller("ann", admin=True), Cursor(after=theirs))
    state.library.delete(theirs, owner="bob")
    with pytest.raises(InvalidRequest, match=theirs):
        state.library.list(Caller("ann", admin=True), Cursor(after=theirs))


def test_a_client_may_delete_what_it_lists_page_by_page(state, store, indexed):
    """`for file in client.files.list(): client.files.delete(file.id)`, of each kind of list."""
    ids = indexed(store, 7)

    def delete_files(id):
        state.library.delete(id, owner="ann")

    def delete_from_store(id):
        state.files.mark_removing(store.id, [id])
        state.files.claim_removals(1, "remover", 60)
        state.files.removed("remover", [(store.id, id)])

    assert _emptied(lambda cursor: state.files.page(store.id, cursor), delete_from_store) == ids[::-1]
    assert _emptied(lambda cursor: state.library.list(Caller("ann", admin=True), cursor), delete_files) == ids[::-1]
    others = [state.stores.create(f"store {n}", owner="ann").id for n in range(4)]

    def delete_store(id):
        state.stores.mark_removing(id, owner="ann")
        state.stores.delete(id)

    assert _emptied(lambda cursor: state.stores.of("ann").page(cursor), delete_store) == [*others[::-1], store.id]


def test_what_is_gone_for_an_hour_is_forgotten(state, upload, clock):
    gone = upload("gone")
    state.library.delete(gone, owner="ann")
    assert _ids(state.library.list(Caller("ann", admin=True), Cursor(after=gone))) == []
    clock.now += 3602
    state.library.delete(upload("another"), owner="ann")
    with pytest.raises(InvalidRequest, match=gone):
        state.library.list(Caller("ann", admin=True), Cursor(after=gone))


def test_many_may_forget_at_once(state, upload, clock):
    for n in range(60):
        state.library.delete(upload(f"file {n}"), owner="ann")
    clock.now += 3602
    ids = [upload(f"later {n}") for n in range(24)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda id: state.library.delete(id, owner="ann"), ids))
    assert _ids(state.library.list(Caller("ann", admin=True), Cursor(after=ids[0]))) == []


def _ids(page):
    return [item.id for item in page.items]


def _pages(state, order, limit):
    after, more = None, True
    while more:
        page = state.library.list(Caller("ann", admin=True), Cursor(limit=limit, order=order, after=after))
        more, after = page.has_more, page.items[-1].id
        yield _ids(page)


def _emptied(read, delete):
    """What the official clients do: they ask for the page after the last item they were given."""
    seen, after, more = [], None, True
    while more:
        page = read(Cursor(limit=2, after=after))
        for id in _ids(page):
            delete(id)
        seen += _ids(page)
        more, after = page.has_more, seen[-1]
    return seen

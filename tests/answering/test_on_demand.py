"""Files named by a question: found where they are, indexed where they are not, and waited for no longer than promised."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from ragproxy.answering.on_demand import OWN_STORE, OWN_STORE_DAYS, OnDemand
from ragproxy.domain import Caller, Cancel, Failure
from ragproxy.errors import ClientGone, InvalidRequest, NotFound, NotReady, UpstreamUnavailable
from ragproxy.ingestion import load
from ragproxy.retrieval import HashEmbedder, open_index
from ragproxy.state import open_state
from tests.fakes import FakeDoorbell
from tests.ingestion.library import OWNER, Clock, Library

DAY_S = 86_400


def test_a_file_in_no_store_is_indexed_into_the_owners_own(library, find):
    file_id = library.upload("a.txt", "Le chat dort.")
    own = find(file_id).store_of[file_id]
    store = library.state.stores.get(own, owner=OWNER)
    assert (store.name, store.expires_after_days) == (OWN_STORE, OWN_STORE_DAYS)
    assert store.counts.completed == store.counts.total == 1
    assert library.found("chat", store) == ["a.txt"]


def test_it_is_not_indexed_again(library, find, bell):
    file_id = library.upload("a.txt", "Le chat dort.")
    first = find(file_id)
    version = library.state.stores.find(OWN_STORE, owner=OWNER).version
    assert find(file_id) == first
    assert bell.rings == 1
    assert library.state.stores.find(OWN_STORE, owner=OWNER).version == version


def test_a_file_in_a_searched_store_is_found_there(library, find, bell):
    file_id = library.put("a.txt", "Le chat dort.", store=library.state.stores.create("older", owner=OWNER))
    library.clock.now += 1
    library.attach(file_id)
    library.work()
    found = find(file_id, searched=[library.store.id])
    assert found.store_of == {file_id: library.store.id}
    assert bell.rings == 0


def test_a_file_in_another_store_is_found_there_and_puts_its_expiry_off(library, find, bell):
    store = library.state.stores.create("other", owner=OWNER, expires_after_days=1)
    file_id = library.put("a.txt", "Le chat dort.", store=store)
    library.work()
    library.clock.now += DAY_S / 2
    assert find(file_id, searched=[library.store.id]).store_of == {file_id: store.id}
    assert bell.rings == 0
    assert [each.name for each in library.state.stores.list(owner=OWNER)] == ["notes", "other"]
    assert library.state.stores.get(store.id, owner=OWNER).last_active == int(library.clock.now)


def test_a_place_that_is_ready_is_better_than_one_that_is_searched(library, find, bell):
    other = library.state.stores.create("other", owner=OWNER)
    file_id = library.put("a.txt", "Le chat dort.", store=other)
    library.work()
    library.attach(file_id)
    assert find(file_id, searched=[library.store.id]).store_of == {file_id: other.id}
    assert bell.rings == 0


def test_a_file_that_is_being_indexed_in_a_store_is_waited_for_there(library, find):
    file_id = library.put("a.txt", "Le chat dort.")
    assert find(file_id, searched=[library.store.id]).store_of == {file_id: library.store.id}
    assert library.status(file_id) == "completed"
    assert len(library.state.stores.list(owner=OWNER)) == 1


def test_a_store_that_has_expired_is_no_place_to_search(library, find):
    store = library.state.stores.create("other", owner=OWNER, expires_after_days=1)
    file_id = library.put("a.txt", "Le chat dort.", store=store)
    library.work()
    library.clock.now += 2 * DAY_S
    own = find(file_id).store_of[file_id]
    assert library.state.stores.find(OWN_STORE, owner=OWNER).id == own


def test_stores_that_hold_a_file_twice_are_counted(library, find):
    both, alone = library.put("a.txt", "Le chat dort."), library.upload("b.txt", "Le chien court.")
    library.attach(both, store=library.state.stores.named(OWN_STORE, owner=OWNER))
    library.work()
    assert find(both, searched=[library.store.id]).copies == 1
    found = find(both, alone, searched=[library.store.id])
    assert found.copies == 2
    assert found.store_of[both] == library.store.id != found.store_of[alone]


def test_a_file_named_twice_is_one_file(library, find):
    file_id = library.upload("a.txt", "Le chat dort.")
    assert list(find(file_id, file_id).store_of) == [file_id]


# ---- refusals ----


def test_what_is_not_the_owners_is_not_there(library, find):
    theirs = library.upload("a.txt", "Le chat dort.")
    mine = library.upload("b.txt", "Le chien court.")
    with pytest.raises(NotFound, match=theirs) as caught:
        find(theirs, owner="bob")
    assert (caught.value.param, caught.value.code) == ("files[0]", "file_not_found")
    with pytest.raises(NotFound, match="file-nowhere") as caught:
        find(mine, "file-nowhere")
    assert caught.value.param == "files[1]"
    assert [store.name for store in library.state.stores.list(owner=OWNER)] == ["notes"]  # nothing was begun


def test_an_expired_file_is_not_there_though_a_store_still_holds_it(library, find):
    file_id = library.upload("a.txt", "Le chat dort.", expires=int(library.clock()) + 60)
    library.attach(file_id)
    library.work()
    library.clock.now += 60
    with pytest.raises(NotFound, match=file_id):
        find(file_id, searched=[library.store.id])


def test_a_file_of_a_folder_whose_stores_have_expired_is_not_there(library, find):
    store = library.state.stores.create("folder", owner=OWNER, expires_after_days=1)
    file_id = library.upload("a.txt", "Le chat dort.")
    library.attach(file_id, store=store)
    library.work()
    library.state.blobs.delete(library.get(file_id, store).sha256)  # as one that was never uploaded
    assert find(file_id).store_of == {file_id: store.id}
    library.clock.now += 2 * DAY_S
    with pytest.raises(NotFound) as caught:
        find(file_id)
    assert (caught.value.param, caught.value.code) == ("files[0]", "file_content_not_found")


def test_a_file_for_another_purpose_is_refused(library, find):
    file_id = library.upload("a.jsonl", "{}", purpose="batch")
    with pytest.raises(InvalidRequest, match=r"uploaded for 'batch'") as caught:
        find(library.upload("b.txt", "Le chat dort."), file_id)
    assert (caught.value.param, caught.value.code) == ("files[1]", "invalid_file_purpose")


def test_a_file_that_cannot_be_read_is_refused_with_its_reason_and_not_tried_again(library, find, bell):
    file_id = library.upload("a.pdf", b"no")
    for _ in range(2):
        with pytest.raises(InvalidRequest, match="The file is not a PDF") as caught:
            find(file_id)
        assert (caught.value.param, caught.value.code) == ("files[0]", "invalid_file")
    assert bell.rings == 1


# ---- waiting ----


def test_the_wait_ends_when_the_file_is_ready(library, find, bell):
    file_id = library.upload("a.txt", "Le chat dort.")
    later = threading.Timer(0.3, library.work)
    bell.work = later.start
    began = time.monotonic()
    found = find(file_id)
    assert 0.3 <= time.monotonic() - began < 5
    later.join()
    assert library.status(file_id, library.state.stores.find(OWN_STORE, owner=OWNER)) == "completed"
    assert list(found.store_of) == [file_id]


def test_time_over_is_told_and_the_next_request_has_it(library, bell):
    bell.work = lambda: None
    on_demand = OnDemand(library.state, bell, wait_s=0.2)
    ready, file_id = library.put("a.txt", "Le chat dort."), library.upload("b.txt", "Le chien court.")
    library.work()
    began = time.monotonic()
    with pytest.raises(NotReady, match=f"'{file_id}' is still being indexed") as caught:
        on_demand.find([ready, file_id], (), caller=Caller(OWNER), cancel=Cancel())
    assert 0.2 <= time.monotonic() - began < 2
    assert (caught.value.param, caught.value.code) == ("files[1]", "files_not_ready")
    assert caught.value.retry_after_s > 0
    library.work()
    assert len(on_demand.find([ready, file_id], (), caller=Caller(OWNER), cancel=Cancel()).store_of) == 2


def test_a_client_that_hangs_up_ends_the_wait(library, bell):
    bell.work = lambda: None
    file_id, cancel = library.upload("a.txt", "Le chat dort."), Cancel()
    on_demand = OnDemand(library.state, bell, wait_s=20)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(on_demand.find, [file_id], (), caller=Caller(OWNER), cancel=cancel)
        until(lambda: bell.rings)
        began = time.monotonic()
        cancel.cancel()
        with pytest.raises(ClientGone):
            waiting.result(5)
    assert time.monotonic() - began < 1
    assert library.work() == 1  # it is indexed all the same


def test_no_connection_is_held_while_waiting(library, bell):
    bell.work = lambda: None
    file_id, cancel = library.upload("a.txt", "Le chat dort."), Cancel()
    taken = library.state._database.engine.pool.checkedout
    on_demand = OnDemand(library.state, bell, wait_s=20)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(on_demand.find, [file_id], (), caller=Caller(OWNER), cancel=cancel)
        until(lambda: bell.rings)
        time.sleep(0.3)
        seen = []
        for _ in range(50):
            seen.append(taken())
            time.sleep(0.004)
        cancel.cancel()
        with pytest.raises(ClientGone):
            waiting.result(5)
    assert seen.count(0) > 40


def test_many_who_ask_at_once_have_it_indexed_once(library):
    file_id = library.upload("a.txt", "Le chat dort.")
    read = []

    def counted(filename, data):
        read.append(filename)
        time.sleep(0.1)
        return load(filename, data)

    indexer = library.indexer(counted)
    # every one of them as a process of its own: nothing but the records in common
    states = [open_state(library.state._database.engine.url, library.folder) for _ in range(6)]
    try:
        with ThreadPoolExecutor(len(states)) as pool:
            finds = [
                pool.submit(
                    OnDemand(state, FakeDoorbell(lambda: library.work(indexer))).find,
                    [file_id],
                    (),
                    caller=Caller(OWNER),
                    cancel=Cancel(),
                )
                for state in states
            ]
            places = [find.result(20).store_of for find in finds]
    finally:
        for state in states:
            state.close()
    assert read == ["a.txt"]
    assert all(place == places[0] for place in places)
    assert len(library.state.stores.list(owner=OWNER)) == 2


def test_a_file_taken_out_while_it_is_waited_for_is_put_in_again(library, bell):
    file_id = library.upload("a.txt", "Le chat dort.")

    def taken_out():
        own = library.state.stores.find(OWN_STORE, owner=OWNER)
        bell.work = library.work
        library.state.files.mark_removing(own.id, [file_id])

    bell.work = taken_out
    found = OnDemand(library.state, bell).find([file_id], (), caller=Caller(OWNER), cancel=Cancel())
    assert library.chunks(file_id, library.state.stores.find(OWN_STORE, owner=OWNER)) == ["Le chat dort."]
    assert list(found.store_of) == [file_id]


def test_a_file_deleted_while_it_is_waited_for_is_not_there(library, bell):
    file_id = library.upload("a.txt", "Le chat dort.")
    bell.work = lambda: library.state.library.delete(file_id, owner=OWNER)
    with pytest.raises(NotFound, match=file_id):
        OnDemand(library.state, bell).find([file_id], (), caller=Caller(OWNER), cancel=Cancel())


def test_the_own_store_deleted_by_its_owner_is_made_anew(library, find):
    first, second = library.upload("a.txt", "Le chat dort."), library.upload("b.txt", "Le chien court.")
    old = find(first).store_of[first]
    library.state.stores.mark_removing(old, owner=OWNER)
    assert find(second).store_of[second] != old


def test_the_own_store_deleted_at_the_very_moment_is_made_anew_too(library, find, monkeypatch):
    file_id = library.upload("a.txt", "Le chat dort.")
    attach, deleted = library.state.files.attach, []

    def too_late(store_id, *rest, **options):
        if not deleted:
            deleted.append(store_id)
            library.state.stores.mark_removing(store_id, owner=OWNER)
        return attach(store_id, *rest, **options)

    monkeypatch.setattr(library.state.files, "attach", too_late)
    assert find(file_id).store_of[file_id] not in deleted


def test_the_own_store_lives_again_after_its_expiry(library, find):
    library.clock.now -= (OWN_STORE_DAYS + 1) * DAY_S
    file_id = library.upload("a.txt", "Le chat dort.")
    own = find(file_id).store_of[file_id]
    library.clock.now += (OWN_STORE_DAYS + 1) * DAY_S
    library.indexer().sweep()
    assert library.chunks(file_id, library.state.stores.find(OWN_STORE, owner=OWNER)) == []
    assert find(file_id).store_of == {file_id: own}
    assert library.state.stores.get(own, owner=OWNER).status == "completed"
    assert library.chunks(file_id, library.state.stores.find(OWN_STORE, owner=OWNER)) == ["Le chat dort."]


class TestAnEmbedderThatWasAway:
    @pytest.fixture
    def embedder(self):
        return Away()

    def test_has_the_file_indexed_when_it_is_back(self, library, find, bell, embedder):
        file_id = library.upload("a.txt", "Le chat dort.")
        indexer = library.indexer()
        bell.work = lambda: None
        on_demand = OnDemand(library.state, bell, wait_s=0)
        with pytest.raises(NotReady):
            on_demand.find([file_id], (), caller=Caller(OWNER), cancel=Cancel())
        for _ in range(3):
            with pytest.raises(UpstreamUnavailable):
                library.work(indexer)
            library.clock.now += 121
        own = library.state.stores.find(OWN_STORE, owner=OWNER)
        assert library.get(file_id, own).error == Failure("server_error", "The upstream does not answer")
        with pytest.raises(NotReady, match="The last attempt failed: The upstream does not answer"):
            on_demand.find([file_id], (), caller=Caller(OWNER), cancel=Cancel())
        embedder.away = False
        assert library.work(indexer) == 1
        assert list(on_demand.find([file_id], (), caller=Caller(OWNER), cancel=Cancel()).store_of) == [file_id]


class Away(HashEmbedder):
    """An embedder that does not answer, until it does."""

    away = True

    def embed(self, texts):
        if self.away:
            raise UpstreamUnavailable("The upstream does not answer")
        return super().embed(texts)


def until(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def find(library, bell):
    """Places of files, for the owner if nobody else is named."""

    def places(*file_ids, searched=(), owner=OWNER):
        return OnDemand(library.state, bell).find(file_ids, searched, caller=Caller(owner), cancel=Cancel())

    return places


@pytest.fixture
def bell(library):
    """Has everything indexed at once."""
    return FakeDoorbell(library.work)


@pytest.fixture
def library(migrated, tmp_path, embedder):
    """A library of files on real records, blobs and index; its parser runs in this process."""
    clock = Clock()
    folder = tmp_path / "files"
    url = f"sqlite:///{tmp_path}/ragproxy.db"
    (tmp_path / "ragproxy.db").write_bytes(migrated.read_bytes())
    with (
        closing(open_state(url, folder, clock=clock)) as state,
        closing(open_index(data_dir=tmp_path, attributes=state.files.attributes, embedder=embedder)) as index,
    ):
        library = Library(state, index, InProcess(), clock)
        library.folder = folder
        yield library


class InProcess:
    """A sandbox without walls: the files here are our own."""

    load = staticmethod(load)


@pytest.fixture
def embedder():
    return None

import time
from dataclasses import replace

import pytest

from ragproxy import tokens
from ragproxy.answering import OnDemand
from ragproxy.answering.directory import Target
from ragproxy.answering.retrieving import Retriever
from ragproxy.domain import Agent, Chunk
from ragproxy.errors import InvalidRequest
from ragproxy.retrieval import open_index
from ragproxy.state import open_state
from tests.answering.conftest import stored
from tests.asking import chat
from tests.fakes import FakeDoorbell

DAY_S = 86_400
AGENT = Agent(id="ragproxy", name="ragproxy", owner="*", stores=("notes",))
WORDS = ("red", "green", "blue", "yellow")
TARGET = Target(agent=AGENT, model="m")


def test_answering_from_a_store_puts_its_expiry_off(retriever_at, caller):
    _, state = retriever_at(time.time() - DAY_S / 2)
    store = state.stores.create("notes", owner=caller.owner, expires_after_days=1)
    later, _ = retriever_at(time.time(), state)
    later.scope(TARGET, chat(), caller)
    assert state.stores.find("notes", owner=caller.owner).last_active > store.last_active


def test_an_expired_store_is_refused_and_stays_expired(retriever_at, caller):
    retriever, state = retriever_at(time.time() - 3 * DAY_S)
    store = state.stores.create("notes", owner=caller.owner, expires_after_days=1)
    with pytest.raises(InvalidRequest) as caught:
        retriever.scope(TARGET, chat(), caller)
    assert caught.value.code == "vector_store_expired"
    assert state.stores.find("notes", owner=caller.owner).last_active == store.last_active


def test_a_file_in_two_stores_that_are_searched_takes_no_place_twice(retriever_at, caller):
    retriever, state = retriever_at(time.time())
    notes, archive = (state.stores.create(name, owner=caller.owner) for name in ("notes", "archive"))
    for store, file_ids in ((notes, ("both",)), (archive, ("both", "alone"))):
        for file_id in file_ids:
            chunks = [Chunk(f"{file_id}-{at}", file_id, "a.txt", at, f"{WORDS[at]} zebra {file_id}") for at in range(4)]
            state.files.save(replace(stored(store, file_id, {}), chunks=len(chunks)))
            retriever._index.add(store.id, chunks)
    scope = retriever.scope(TARGET, chat(files=("both", "alone")), caller)
    assert scope.stores == (notes.id, archive.id)
    found = retriever.ground("zebra", scope).passages
    assert len(found) == len({passage.chunk.id for passage in found}) == 6
    homes = {(passage.chunk.file_id, passage.store_id) for passage in found}
    assert homes == {("both", notes.id), ("alone", archive.id)}


@pytest.fixture
def retriever_at(migrated, tmp_path):
    """A Retriever over records whose clock stands at a time; with a state given, another over the same records."""
    opened = []

    def make(now, same=None):
        path = tmp_path / "ragproxy.db"
        if same is None:
            path.write_bytes(migrated.read_bytes())
        state = open_state(f"sqlite:///{path}", clock=lambda: now)
        index = open_index(data_dir=tmp_path, attributes=state.files.attributes)
        opened.extend((index, state))
        limits = {"top_k": 6, "min_score": 0.0, "context_tokens": 3000, "count": tokens.estimate}
        return Retriever(index, state, OnDemand(state, FakeDoorbell()), **limits), state

    yield make
    for one in opened:
        one.close()

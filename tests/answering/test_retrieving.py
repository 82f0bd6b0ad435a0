import time

import pytest

from ragproxy import tokens
from ragproxy.answering.directory import Target
from ragproxy.answering.retrieving import Retriever
from ragproxy.domain import Agent, RagOptions
from ragproxy.errors import InvalidRequest
from ragproxy.retrieval import open_index
from ragproxy.state import open_state

DAY_S = 86_400
AGENT = Agent(id="ragproxy", name="ragproxy", owner="*", stores=("notes",))


def test_answering_from_a_store_puts_its_expiry_off(retriever_at, caller):
    _, state = retriever_at(time.time() - DAY_S / 2)
    store = state.stores.create("notes", owner=caller.owner, expires_after_days=1)
    later, _ = retriever_at(time.time(), state)
    later.scope(Target(agent=AGENT, model="m"), RagOptions(), None, caller)
    assert state.stores.find("notes", owner=caller.owner).last_active > store.last_active


def test_an_expired_store_is_refused_and_stays_expired(retriever_at, caller):
    retriever, state = retriever_at(time.time() - 3 * DAY_S)
    store = state.stores.create("notes", owner=caller.owner, expires_after_days=1)
    with pytest.raises(InvalidRequest) as caught:
        retriever.scope(Target(agent=AGENT, model="m"), RagOptions(), None, caller)
    assert caught.value.code == "vector_store_expired"
    assert state.stores.find("notes", owner=caller.owner).last_active == store.last_active


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
        return Retriever(index, state, **limits), state

    yield make
    for one in opened:
        one.close()

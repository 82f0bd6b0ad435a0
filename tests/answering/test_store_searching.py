"""The search of one store: what answers any of the queries, once each, best first, and of no file that is going."""

import time
from contextlib import closing

import pytest

from ragproxy.answering import Searcher
from ragproxy.domain import Chunk, Comparison, Models, Tally
from ragproxy.errors import UnknownModel, UpstreamUnavailable
from ragproxy.retrieval import open_index
from ragproxy.state import open_state
from tests.answering.conftest import stored
from tests.fakes import FakeModel, FakeModels

DAY_S = 86_400
TEXTS = {
    "tower": "The Eiffel Tower is 330 metres tall. It stands in Paris.",
    "louvre": "Le musée du Louvre à Paris ferme le mardi.",
    "zanzibar": "Zanzibar lies in the Indian Ocean, off the coast of Tanzania.",
}


def test_what_answers_comes_best_first(searcher, store):
    found = searcher.search(store.id, ["How tall is the Eiffel Tower in Paris?"], top_k=5)
    assert [passage.chunk.file_id for passage in found[:2]] == ["tower", "louvre"]
    assert found[0].chunk.text == TEXTS["tower"]
    assert found[0].store_id == store.id
    assert searcher.search(store.id, ["How tall is the Eiffel Tower in Paris?"], top_k=1) == found[:1]


def test_of_several_queries_each_passage_comes_once_with_its_best_score(searcher, store):
    queries = ["the coast of Tanzania", "Paris", "Eiffel Tower in Paris"]
    found = searcher.search(store.id, queries, top_k=5)
    scores = [passage.score for passage in found]
    alone = [searcher.search(store.id, [query], top_k=5) for query in queries]
    best = {}
    for passage in (passage for passages in alone for passage in passages):
        best[passage.chunk.id] = max(passage.score, best.get(passage.chunk.id, 0))
    assert {passage.chunk.id: passage.score for passage in found} == best
    assert len(best) == 3
    assert scores == sorted(scores, reverse=True)
    assert searcher.search(store.id, queries, top_k=2) == found[:2]


def test_filters_and_the_lowest_score_hold(searcher, store):
    query = " ".join(TEXTS.values())
    recent = searcher.search(store.id, [query], top_k=5, filters=Comparison("year", "gte", 2001))
    assert {passage.chunk.file_id for passage in recent} == {"louvre", "zanzibar"}
    every = searcher.search(store.id, ["Eiffel Tower in Paris"], top_k=5)
    good = searcher.search(store.id, ["Eiffel Tower in Paris"], top_k=5, min_score=every[0].score)
    assert good == every[:1]
    assert len(every) > 1


def test_a_file_that_is_going_costs_the_others_no_place(searcher, store, state):
    everything = ["Paris Zanzibar"]
    assert len(searcher.search(store.id, everything, top_k=3)) == 3
    state.files.mark_removing(store.id, ["tower", "louvre"])  # their chunks are still in the index
    assert [p.chunk.file_id for p in searcher.search(store.id, everything, top_k=1)] == ["zanzibar"]
    both = searcher.search(store.id, everything, top_k=5, filters=Comparison("year", "lte", 2003))
    assert [p.chunk.file_id for p in both] == ["zanzibar"]


def test_a_store_with_nothing_in_it_finds_nothing(searcher, state):
    empty = state.stores.create("empty", owner="ann")
    assert searcher.search(empty.id, ["Paris", "Tower"], top_k=5) == []


def test_searching_puts_the_expiry_off(index, state, clock):
    store = state.stores.create("short", owner="ann", expires_after_days=1)
    clock.now += DAY_S / 2
    Searcher(index, state, FakeModels({"extractive": FakeModel()})).search(store.id, ["Paris"], top_k=1)
    assert state.stores.find("short", owner="ann").last_active == int(clock.now)


# ---- rewriting ----


def test_the_model_that_writes_rewrites(index, state):
    model = FakeModel("1. Eiffel Tower height")
    models = FakeModels({"main": model, "other": FakeModel("no")})
    tally = Tally()
    assert Searcher(index, state, models).rewritten(["how tall is the Eiffel Tower?"], tally) == (
        "Eiffel Tower height",
    )
    assert model.requests[0].model == "main"
    assert model.requests[0].tally is tally


def test_the_built_in_model_leaves_a_query_as_it_is(index, state):
    model = FakeModel("no")
    assert Searcher(index, state, FakeModels({"extractive": model})).rewritten(["a?", "b?"], Tally()) == ("a?", "b?")
    assert model.requests == []


@pytest.mark.parametrize("error", [UpstreamUnavailable("down"), UnknownModel("gone")])
def test_a_model_that_fails_costs_nothing_but_the_rewriting(index, state, error):
    models: Models = Gone() if isinstance(error, UnknownModel) else FakeModels({"main": FakeModel(fails=error)})
    assert Searcher(index, state, models).rewritten(["how tall?"], Tally()) == ("how tall?",)


def test_a_model_that_is_slow_is_not_waited_for(index, state):
    model = FakeModel("1. height", hangs=True)
    began = time.monotonic()
    searcher = Searcher(index, state, FakeModels({"main": model}), patience_s=0.2)
    assert searcher.rewritten(["how tall is the height?"], Tally()) == ("how tall is the height?",)
    assert 0.2 <= time.monotonic() - began < 2
    assert model.closed


class Gone(FakeModels):
    """An upstream that no longer has the model it is known for."""

    def __init__(self):
        super().__init__({}, default="main")


class Clock:
    def __init__(self):
        self.now = time.time()

    def __call__(self):
        return self.now


@pytest.fixture
def searcher(index, state):
    return Searcher(index, state, FakeModels({"extractive": FakeModel()}))


@pytest.fixture
def store(index, state):
    """Three files, one chunk each."""
    store = state.stores.create("sights", owner="ann")
    for number, (file_id, text) in enumerate(TEXTS.items()):
        state.files.save(stored(store, file_id, {"year": 2000 + number}))
        index.add(store.id, [Chunk(f"{file_id}-0", file_id, f"{file_id}.txt", 0, text)])
    return store


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def state(migrated, tmp_path, clock):
    (tmp_path / "ragproxy.db").write_bytes(migrated.read_bytes())
    with closing(open_state(f"sqlite:///{tmp_path}/ragproxy.db", clock=clock)) as state:
        yield state


@pytest.fixture
def index(state, tmp_path):
    with closing(open_index(data_dir=tmp_path, attributes=state.files.attributes)) as index:
        yield index

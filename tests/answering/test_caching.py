"""Answers from the cache: what makes two questions the same, and that nobody ever gets what was not theirs."""

import shutil
from contextlib import closing
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ragproxy import tokens
from ragproxy.answering import Answerer, OnDemand
from ragproxy.backends import Extractive, open_cache
from ragproxy.domain import (
    Agent,
    CacheUse,
    Caller,
    ChatRequest,
    Chunk,
    CompletionRequest,
    Delta,
    Message,
    RagOptions,
    Usage,
)
from ragproxy.retrieval import grams, open_index, sentences, terms
from ragproxy.state import open_state
from tests.answering.conftest import history_of, stored
from tests.asking import text
from tests.fakes import FakeDoorbell, FakeGate, FakeModel, FakeModels

CACHED = RagOptions(cache=CacheUse(3600))
QUESTION = "What does the Pro plan cost a month?"


def test_without_a_wish_nothing_is_cached(world):
    model = FakeModel("12 euros [1].")
    for rag in (RagOptions(), RagOptions(cache=CacheUse(0))):
        for _ in range(2):
            assert "x-cache" not in asked(world, model, rag=rag).headers
    assert len(model.requests) == 4


def test_the_second_answer_is_the_first_with_its_sources_and_citations_and_an_id_of_its_own(world):
    model = FakeModel("It is 12 euros [1].")
    first, again = asked(world, model), asked(world, model)
    assert (first.headers["x-cache"], again.headers["x-cache"]) == ("miss", "hit")
    assert len(model.requests) == 1
    assert again.text == first.text
    assert again.sources == first.sources
    assert [(c.start, c.end, c.source.chunk_id) for c in again.citations] == [
        (c.start, c.end, c.source.chunk_id) for c in first.citations
    ]
    assert again.citations
    assert again.usage == first.usage
    assert again.id != first.id


def test_the_list_of_sources_in_the_text_is_not_kept_with_it(world):
    model = FakeModel("12 euros [1].")
    asked(world, model)
    listed = asked(world, model, rag=RagOptions(sources=("markdown",), cache=CacheUse(60)))
    assert listed.headers["x-cache"] == "hit"
    assert "prices.md" in listed.text


def test_a_plain_model_is_cached_too(world):
    model = FakeModel("Hello")
    assert [asked(world, model, model="main").headers["x-cache"] for _ in range(2)] == ["miss", "hit"]


def test_the_built_in_model_is_cached_too(world):
    model = Extractive(terms=terms, grams=grams, split=sentences.split, count=tokens.estimate)
    first, again = (asked(world, model, name="extractive", stream=stream) for stream in (False, True))
    assert again.headers["x-cache"] == "hit"
    assert again.text == first.text
    assert "12 euros" in again.text
    assert again.sources == first.sources


def test_a_store_that_changed_is_asked_anew(world):
    model = FakeModel("12 euros [1].")
    asked(world, model)
    world.put("ann", "Something else altogether.")
    assert asked(world, model).headers["x-cache"] == "miss"


def test_a_change_of_another_store_costs_nothing(world):
    model = FakeModel("12 euros [1].")
    asked(world, model)
    world.put("bob", "Something else altogether.")
    assert asked(world, model).headers["x-cache"] == "hit"


def test_a_change_while_the_answer_was_made_is_not_answered_from_before_it(world):
    meanwhile = FakeModel("old")
    begun = world.answerer(meanwhile).answer(request(), Caller("ann"))
    world.put("ann", "Something else altogether.")
    with closing(begun.deltas) as deltas:
        list(deltas)
    assert asked(world, FakeModel("new")).text == "new"


def test_another_owner_never_gets_it(world):
    model = FakeModel("12 euros [1].")
    asked(world, model, model="main")
    assert asked(world, model, owner="bob", model="main").headers["x-cache"] == "miss"


def test_an_agents_own_instructions_and_parameters_count(world):
    model = FakeModel("a")
    for params in ({"temperature": 0.1}, {"temperature": 0.9}):
        world.state.agents.save(Agent(id="lawyer", name="Lawyer", owner="ann", model="main", params=params))
        assert asked(world, model, model="lawyer").headers["x-cache"] == "miss"
    world.state.agents.save(Agent(id="lawyer", name="Lawyer", owner="ann", model="main", instructions="Be brief."))
    assert asked(world, model, model="lawyer").headers["x-cache"] == "miss"


def test_a_rewritten_question_is_cached_with_its_answer(world):
    model = FakeModel("pro plan price")
    before = (Message("user", QUESTION), Message("assistant", "12 euros."))
    first, again = (asked(world, model, before=before, question="And for students?") for _ in range(2))
    assert (first.headers["x-cache"], again.headers["x-cache"]) == ("miss", "hit")
    assert len(model.requests) == 2  # the rewriting and the answer
    assert again.query == first.query


def test_a_legacy_completion_is_cached_natively_and_over_chat(world):
    for name in ("main", "ragproxy"):
        model = FakeModel("a")
        outcomes = [completed(world, model, name, "Say a").headers["x-cache"] for _ in range(2)]
        assert (outcomes, len(model.requests)) == (["miss", "hit"], 1)


def test_several_prompts_over_chat_are_not_cached(world):
    model = FakeModel("a")
    answers = [completed(world, model, "ragproxy", "One", "Two") for _ in range(2)]
    assert all("x-cache" not in answer.headers for answer in answers)
    assert len(model.requests) == 4


# ---- whatever happens ---------------------------------------------------------------------------

owners = st.sampled_from(["ann", "bob"])
questions = st.sampled_from([QUESTION, "Who pays less?", "Anything else?"])
params = st.sampled_from([{}, {}, {}, {"temperature": 0}, {"temperature": 0.0}, {"seed": 1}, {"n": 2}])
asks = st.tuples(st.just("ask"), owners, questions, params, st.sampled_from(["ragproxy", "main"]), st.booleans())
changes = st.tuples(st.just("put"), owners)
removals = st.tuples(st.sampled_from(["remove", "bump"]), owners)


@settings(max_examples=40, deadline=None)
@given(steps=st.lists(asks | asks | asks | changes | removals, min_size=5, max_size=20))
def test_a_hit_is_only_ever_what_the_same_owner_would_have_got(old_world, steps):
    world, model, seen = old_world, Truthful(), set()
    world.cache = open_cache(None)
    for step in steps:
        if step[0] != "ask":
            getattr(world, step[0])(step[1])
            continue
        _, owner, question, given_params, name, stream = step
        version = world.version(owner) if name == "ragproxy" else None
        model.truth = (owner, version)
        ask = {"owner": owner, "model": name, "question": question, "params": given_params}
        answer = asked(world, model, **ask, stream=stream)
        fresh = asked(world, model, **ask, rag=RagOptions())
        assert (answer.text, answer.sources, answer.usage) == (fresh.text, fresh.sources, fresh.usage)
        same = (owner, version, question, repr(given_params), name)
        assert answer.headers["x-cache"] == ("hit" if same in seen else "miss")
        seen.add(same)


# ---- fixtures -----------------------------------------------------------------------------------


class Truthful(FakeModel):
    """A model whose answer holds all that went into it, and what nobody told it: whom it is for, and of which day."""

    truth: tuple = ()

    def chat(self, request):
        said = repr((self.truth, request.model, [message.text for message in request.messages], dict(request.params)))
        for index in range(request.n):
            yield Delta(index=index, content=said + f" [{index + 1}]", finish_reason="stop")
        yield Delta(index=None, usage=Usage(len(said), 1, len(said) + 1))


@dataclass
class Said:
    """An answer that was read to its end."""

    id: str
    headers: dict
    query: str | None
    text: str = ""
    sources: tuple | None = None
    citations: list = field(default_factory=list)
    usage: Usage | None = None


class World:
    """Stores of two owners that change."""

    def __init__(self, folder):
        self.state = open_state(f"sqlite:///{folder / 'ragproxy.db'}")
        self.index = open_index(data_dir=folder, attributes=self.state.files.attributes)
        self.cache = open_cache(None)
        self.stores = {owner: self.state.stores.create("default", owner=owner) for owner in ("ann", "bob")}
        self.files = {"ann": [], "bob": []}
        self.count = 0
        for owner in self.stores:
            self.put(owner, "The Pro plan costs 12 euros a month.", "prices")
            self.put(owner, "Students pay 6 euros.", "students")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.index.close()
        self.state.close()

    def put(self, owner, words=None, name="file"):
        self.count += 1
        store, file_id = self.stores[owner], f"{name}-{self.count}"
        self.index.add(store.id, [Chunk(f"{file_id}-0", file_id, f"{name}.md", 0, words or f"Fact {self.count}.")])
        self.state.files.save(stored(store, file_id, {}))
        self.state.stores.bump(store.id)
        self.files[owner].append(file_id)

    def remove(self, owner):
        if self.files[owner]:
            self.state.files.mark_removing(self.stores[owner].id, [self.files[owner].pop()])

    def bump(self, owner):
        self.state.stores.bump(self.stores[owner].id)

    def version(self, owner):
        return self.state.changes.version(self.stores[owner].id)

    def answerer(self, model, name="main"):
        models = FakeModels({name: model})
        return Answerer(
            models=models,
            index=self.index,
            state=self.state,
            history=history_of(self.state, models),
            on_demand=OnDemand(self.state, FakeDoorbell()),
            cache=self.cache,
            gate=FakeGate(),
            aliases=(),
            ignore_unknown_models=False,
            top_k=6,
            min_score=0.0,
            context_tokens=3000,
            count=tokens.estimate,
        )


def request(*, question=QUESTION, before=(), rag=CACHED, **fields):
    return ChatRequest(messages=(*before, Message("user", question)), rag=rag, **{"model": "ragproxy", **fields})


def asked(world, writer, *, owner="ann", name="main", **fields):
    return read(world.answerer(writer, name).answer(request(**fields), Caller(owner)))


def completed(world, writer, name, *prompts):
    return read(world.answerer(writer).complete(CompletionRequest(name, prompts, rag=CACHED), Caller("ann")))


def read(answer):
    with closing(answer.deltas) as iterator:
        deltas = list(iterator)
    said = Said(answer.id, answer.headers, answer.query, text(deltas))
    for delta in deltas:
        said.sources = delta.sources or said.sources
        said.usage = delta.usage or said.usage
        said.citations += delta.citations
    return said


@pytest.fixture
def world(open_world):
    with open_world() as world:
        yield world


@pytest.fixture(scope="module")
def old_world(open_world):
    """One that lives through many tests."""
    with open_world() as world:
        yield world


@pytest.fixture(scope="module")
def open_world(migrated, tmp_path_factory):
    def make():
        folder = tmp_path_factory.mktemp("world")
        shutil.copy(migrated, folder / "ragproxy.db")
        return World(folder)

    return make

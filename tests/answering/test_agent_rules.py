"""What an agent says of retrieval, cache and carriers, under what the request says; whom it lets in, and to what."""

from contextlib import closing
from dataclasses import replace

import pytest

from ragproxy.backends import open_cache
from ragproxy.domain import (
    DEFAULT_CARRIERS,
    Agent,
    CacheUse,
    Caller,
    ChatRequest,
    Chunk,
    Comparison,
    CompletionRequest,
    Compound,
    Message,
    RagOptions,
    Retrieval,
)
from ragproxy.errors import Forbidden, UnknownStore
from tests.answering.conftest import stored
from tests.fakes import FakeGate, FakeModel

QUESTION = "What does the Pro plan cost a month?"
ANN = Caller("ann")
WEATHER = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}


# ---- settings ---------------------------------------------------------------------------------------


def test_an_agent_says_how_many_passages_and_how_good(library, agent):
    assert len(sources(library)) > 1
    agent(top_k=1)
    assert len(sources(library)) == 1
    best = sources(library)[0].score
    agent(min_score=best)
    assert {source.score for source in sources(library)} == {best}


def test_the_request_comes_before_the_agent(library, agent):
    agent(top_k=1, min_score=1.0)
    assert [source.score for source in sources(library, top_k=5)] == [1.0]
    assert len(sources(library, min_score=0.0)) == 1
    assert len(sources(library, top_k=2, min_score=0.0)) == 2


def test_the_filters_of_both_hold(library, agent):
    agent(filters=Comparison("year", "gte", 2024))
    assert files(library) == {"students.md"}
    assert files(library, filters=Comparison("year", "lt", 2024)) == set()
    assert files(library, filters=Comparison("year", "eq", 2024)) == {"students.md"}
    agent()
    assert files(library, filters=Comparison("year", "eq", 2023)) <= {"opening.md"}


def test_a_compound_of_the_requests_cannot_escape_the_agents_filter(library, agent):
    agent(filters=Comparison("year", "gte", 2024))
    anything = Compound("or", (Comparison("year", "gte", 0), Comparison("url", "ne", "")))
    assert files(library, filters=anything) <= {"students.md"}


@pytest.mark.parametrize("legacy", [False, True])
def test_the_agent_says_how_sources_come_back_unless_the_request_does(library, agent, legacy):
    def carriers(**rag):
        return answered(library, rag=RagOptions(**rag), legacy=legacy).carriers

    assert carriers() == DEFAULT_CARRIERS
    agent(sources=("field", "markdown"))
    assert carriers() == ("field", "markdown")
    assert carriers(sources=("header",)) == ("header",)
    assert carriers(sources=()) == ()
    agent(sources=())
    assert carriers() == ()
    assert carriers(sources=DEFAULT_CARRIERS) == DEFAULT_CARRIERS


def test_the_agents_markdown_is_in_the_text(library, agent):
    agent(sources=("markdown",))
    assert "prices.md" in text(answered(library))
    assert "prices.md" not in text(answered(library, rag=RagOptions(sources=("field",))))


def test_a_plain_model_has_no_settings_and_no_agent(library):
    answer = answered(library, model="main", rag=RagOptions(sources=("field",)))
    assert (answer.agent, answer.carriers) == (None, ("field",))
    assert answered(library, model="main").carriers == DEFAULT_CARRIERS


@pytest.mark.parametrize(
    ("name", "account"),
    [("clerk", "ann/clerk"), ("ragproxy", "ragproxy"), ("gpt-4o", "ragproxy"), ("rag/laws", "ragproxy")],
)
def test_an_answer_names_its_agent(library, agent, name, account):
    for legacy in (False, True):
        assert answered(library, model=name, legacy=legacy).agent == account


# ---- cache ------------------------------------------------------------------------------------------


def test_the_agent_has_its_answers_kept(library, agent):
    assert outcomes(library, None, None) == [None, None]
    agent(cache_ttl_s=60)
    assert outcomes(library, None, None) == ["miss", "hit"]


def test_the_request_may_turn_the_agents_cache_off_and_on(library, agent):
    agent(cache_ttl_s=60)
    off, fresh = RagOptions(cache=CacheUse(0)), RagOptions(fresh=True)
    assert outcomes(library, None, off, fresh, None) == ["miss", None, "miss", "hit"]
    agent(cache_ttl_s=0)
    on = RagOptions(cache=CacheUse(60))
    assert outcomes(library, None, on, RagOptions(fresh=True), on, replace(on, fresh=True)) == [
        None,
        "miss",
        None,
        "hit",
        "miss",
    ]


def test_several_prompts_are_not_kept_whatever_the_agent_says(library, agent):
    agent(cache_ttl_s=60)
    model, cache = FakeModel("a"), open_cache(None)
    request = CompletionRequest("clerk", ("One", "Two"))
    for _ in range(2):
        answer = library.answerer(("main", model), cache=cache).complete(request, ANN)
        assert "x-cache" not in answer.headers
        text(answer)
    assert len(model.requests) == 4


def test_one_prompt_is_kept(library, agent):
    agent(cache_ttl_s=60)
    heads, cache = [], open_cache(None)
    for _ in range(2):
        answerer = library.answerer(("main", FakeModel("a")), cache=cache)
        answer = answerer.complete(CompletionRequest("clerk", ("Once",)), ANN)
        heads.append(answer.headers["x-cache"])
        text(answer)
    assert heads == ["miss", "hit"]


# ---- the gate ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("legacy", [False, True])
def test_who_asks_an_agent_passes_its_gate_once(library, agent, legacy):
    gate = FakeGate()
    for name in ("clerk", "gpt-4o"):
        answered(library, model=name, gate=gate, legacy=legacy)
    answered(library, model="main", gate=gate, legacy=legacy)
    assert [each.id for each in gate.entered] == ["clerk", "ragproxy"]


@pytest.mark.parametrize("legacy", [False, True])
def test_a_closed_gate_stops_it_before_anything_is_looked_up(library, agent, legacy):
    gate, model = FakeGate(), FakeModel("x")
    gate.closed = True
    with pytest.raises(Forbidden) as refused:  # and not the store that is missing
        answered(library, model="lost", gate=gate, writer=model, legacy=legacy)
    assert refused.value.code == "usage_limit_reached"
    assert model.requests == []
    assert answered(library, model="main", gate=gate, legacy=legacy)


# ---- what it reads ----------------------------------------------------------------------------------


def test_an_agent_names_its_owners_stores_and_its_caller_reads_what_he_may(library, shared):
    shared(("open", "staff"))
    everybody, staff = Caller("bob"), Caller("bob", groups=frozenset({"staff"}))
    library.state.stores.modify(shared.stores["open"].id, owner="ann", groups=("*",))
    assert read(library, everybody) == {"open.md"}
    assert read(library, staff) == {"open.md", "staff.md"}
    assert read(library, Caller("ann", admin=True)) == {"open.md", "staff.md"}


def test_an_agent_of_which_one_may_read_nothing_is_refused_without_the_names(library, shared):
    shared(("staff",))
    for caller in (Caller("bob"), Caller("ann"), Caller("ann", groups=frozenset({"other"}))):
        with pytest.raises(Forbidden) as refused:
            read(library, caller)
        assert (refused.value.code, refused.value.param) == ("access_denied", "model")
        assert "staff" not in refused.value.message
        assert shared.stores["staff"].id not in refused.value.message


def test_a_key_without_the_agents_stores_is_refused_and_one_with_some_reads_those(library, shared):
    shared(("open", "laws"))
    with pytest.raises(Forbidden):
        read(library, Caller("ann", stores=("default",)))
    assert read(library, Caller("ann", stores=("laws",))) == {"code.md"}
    assert read(library, Caller("ann", stores=(shared.stores["open"].id,))) == {"open.md"}


def test_an_agent_one_may_read_nothing_of_still_answers_without_looking_up_or_from_ones_own(library, shared):
    shared(("open",))
    limited = Caller("ann", stores=("laws",))
    assert answered(library, caller=limited, model="shared", rag=RagOptions(enabled=False)).sources is None
    assert answered(library, caller=limited, model="shared", rag=RagOptions(stores=("laws",))).sources


def test_the_servers_agents_read_their_callers_own_stores(library):
    assert answered(library, caller=Caller("bob"), model="ragproxy").sources == ()
    assert answered(library, caller=ANN, model="ragproxy").sources


def test_a_store_that_is_missing_is_named_to_its_owners_callers_alone(library, shared):
    shared(("open", "burnt"))
    with pytest.raises(UnknownStore, match="'burnt'"):
        read(library, ANN)
    with pytest.raises(UnknownStore) as unknown:
        read(library, Caller("bob"))
    assert "burnt" not in unknown.value.message


# ---- helpers ----------------------------------------------------------------------------------------


# ---- tools ------------------------------------------------------------------------------------------


def test_an_assistants_functions_are_offered_unless_the_request_names_tools(library, assistant):
    assistant(tools=(WEATHER,))
    writer = FakeModel("Sunny.")
    text(answered(library, writer=writer))
    assert writer.requests[-1].params["tools"] == [WEATHER]
    other = {"type": "function", "function": {"name": "other"}}
    asked = ChatRequest("clerk", (Message("user", QUESTION),), params={"tools": [other]})
    text(library.answerer(("main", writer)).answer(asked, ANN))
    assert writer.requests[-1].params["tools"] == [other]


def test_an_assistant_looks_up_what_its_tool_and_its_stores_let_it(library, assistant):
    assistant(tools=({"type": "file_search"},))
    assert answered(library).sources
    assistant(tools=(WEATHER,))
    assert answered(library).sources is None
    assert answered(library, rag=RagOptions(stores=("default",))).sources
    assistant(tools=({"type": "file_search"},), stores=())
    assert answered(library).sources is None


@pytest.fixture
def assistant(library):
    """Ann's agent `clerk` with these tools, on the store `default` unless it says otherwise."""

    def settle(**fields):
        library.state.agents.save(Agent("clerk", "Clerk", "ann", **fields))

    yield settle
    library.state.agents.delete("clerk", owner="ann")


@pytest.fixture
def agent(library):
    """Ann's agent `clerk` on the store `default`, with these settings of retrieval."""

    def settle(**retrieval):
        library.state.agents.save(Agent("clerk", "Clerk", "ann", retrieval=Retrieval(**retrieval)))

    settle()
    yield settle
    library.state.agents.delete("clerk", owner="ann")


@pytest.fixture
def shared(library):
    """Ann's public agent `shared`, on her stores `open`, for all of her callers, and `staff`, for a group."""
    stores = {}
    for name, groups in (("open", ()), ("staff", ("staff",))):
        stores[name] = library.state.stores.create(name, owner="ann", groups=groups)
        library.state.files.save(stored(stores[name], name, {}))
        library.index.add(
            stores[name].id, [Chunk(f"{name}-0", name, f"{name}.md", 0, f"The Pro plan of {name} costs 5 euros.")]
        )

    def settle(names):
        library.state.agents.save(Agent("shared", "Shared", "ann", stores=names, visibility="public"))

    settle.stores = stores
    yield settle
    library.state.agents.delete("shared", owner="ann")
    for store in stores.values():
        library.index.drop(store.id)
        library.state.stores.delete(store.id)


def answered(library, *, caller=ANN, model="clerk", rag=None, gate=None, legacy=False, writer=None, cache=None):
    answerer = library.answerer(("main", writer or FakeModel("12 euros [1].")), gate=gate, cache=cache)
    if legacy:
        return answerer.complete(CompletionRequest(model, (QUESTION,), rag=rag or RagOptions()), caller)
    return answerer.answer(ChatRequest(model, (Message("user", QUESTION),), rag=rag or RagOptions()), caller)


def sources(library, **rag):
    return answered(library, rag=RagOptions(**rag)).sources


def files(library, **rag):
    return {source.filename for source in sources(library, **rag)}


def read(library, caller):
    return {source.filename for source in answered(library, caller=caller, model="shared").sources}


def outcomes(library, *options):
    """What the header says to one question asked with each of the options in turn."""
    heads, cache = [], open_cache(None)
    for rag in options:
        answer = answered(library, rag=rag, cache=cache)
        heads.append(answer.headers.get("x-cache"))
        text(answer)
    return heads


def text(answer):
    with closing(answer.deltas) as deltas:
        return "".join(delta.content or "" for delta in deltas)

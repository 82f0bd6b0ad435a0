"""What each name in `model` means, and the list of those there are."""

import pytest

from ragproxy.answering.directory import Directory
from ragproxy.domain import Agent, Caller
from ragproxy.errors import UnknownModel
from tests.fakes import FakeModel, FakeModels


def test_an_agents_id_is_that_agent(state, caller):
    save(state, id="lawyer", model="big")
    target = directory(state).resolve("lawyer", None, caller)
    assert (target.agent.id, target.model, target.store) == ("lawyer", "big", None)


def test_an_agent_without_a_model_writes_with_the_servers(state, caller):
    assert directory(state).resolve("ragproxy", None, caller).model == "small"


def test_an_alias_is_the_default_agent(state, caller):
    target = directory(state).resolve("gpt-4o", None, caller)
    assert (target.agent.id, target.model) == ("ragproxy", "small")


def test_an_alias_that_an_upstream_serves_writes_with_that_model(state, caller):
    target = directory(state).resolve("gpt-4", None, caller)
    assert (target.agent.id, target.model) == ("ragproxy", "gpt-4")


def test_a_store_is_the_default_agent_on_it_alone_by_id_and_by_name(state, caller):
    store = state.stores.create("laws/2024 é", owner="ann")
    for name in ("rag/laws/2024 é", f"rag/{store.id}"):
        target = directory(state).resolve(name, None, caller)
        assert (target.agent.id, target.model, target.store) == ("ragproxy", "small", store)


def test_an_upstreams_model_is_plain(state, caller):
    target = directory(state).resolve("big", None, caller)
    assert (target.agent, target.model, target.store) == (None, "big", None)


def test_an_agent_hides_an_alias_and_an_upstreams_model_of_its_name(state, caller):
    save(state, id="gpt-4o", model="big")
    save(state, id="big", model="small")
    assert directory(state).resolve("gpt-4o", None, caller).agent.id == "gpt-4o"
    target = directory(state).resolve("big", None, caller)
    assert (target.agent.id, target.model) == ("big", "small")


@pytest.mark.parametrize(
    "name", ["gpt-9", "", "RAGPROXY", "ragproxy ", "rag", "a\0b", "x" * 100_000, "é" * 5000, "\ud800", "'; --"]
)
def test_any_other_name_is_unknown(state, caller, name):
    with pytest.raises(UnknownModel) as unknown:
        directory(state).resolve(name, None, caller)
    assert unknown.value.param == "model"
    assert unknown.value.code == "model_not_found"
    assert "GET /v1/models" in unknown.value.message
    assert len(unknown.value.message) < 500
    assert unknown.value.message.isprintable()


@pytest.mark.parametrize("name", ["rag/nowhere", "rag/", "rag/a\0b", "rag/" + "x" * 10_000])
@pytest.mark.parametrize("ignore", [False, True])
def test_a_store_that_is_not_there_is_unknown_even_when_names_are_ignored(state, caller, name, ignore):
    with pytest.raises(UnknownModel) as unknown:
        directory(state, ignore_unknown_models=ignore).resolve(name, None, caller)
    assert unknown.value.param == "model"


def test_the_message_names_the_store(state, caller):
    with pytest.raises(UnknownModel, match="no vector store 'nowhere'"):
        directory(state).resolve("rag/nowhere", None, caller)


def test_what_is_not_the_callers_does_not_exist(state):
    store = state.stores.create("laws", owner="ann")
    save(state, id="lawyer", owner="ann")
    for name in ("rag/laws", f"rag/{store.id}", "lawyer"):
        with pytest.raises(UnknownModel):
            directory(state).resolve(name, None, Caller(owner="bob"))


@pytest.mark.parametrize("name", ["gpt-9", "", "a\0b", "x" * 100_000])
def test_names_may_be_ignored(state, caller, name):
    target = directory(state, ignore_unknown_models=True).resolve(name, None, caller)
    assert (target.agent.id, target.model) == ("ragproxy", "small")


@pytest.mark.parametrize("name", ["ragproxy", "gpt-4", "small"])
def test_the_client_may_choose_who_writes(state, caller, name):
    target = directory(state).resolve(name, "big", caller)
    assert target.model == "big"
    assert (target.agent is None) == (name == "small")


@pytest.mark.parametrize("model", ["gpt-9", "ragproxy", "gpt-4o", "", "\0"])
def test_a_writer_that_nobody_serves_is_unknown(state, caller, model):
    with pytest.raises(UnknownModel) as unknown:
        directory(state).resolve("ragproxy", model, caller)
    assert unknown.value.param == "clientModel"


def test_every_name_is_listed_once(state, caller):
    state.stores.create("laws", owner="ann")
    state.stores.create("others", owner="bob")
    save(state, id="lawyer", owner="ann")
    cards = directory(state).cards(caller)
    assert [(card.id, card.owned_by) for card in cards] == [
        ("lawyer", "ann"),
        ("ragproxy", "ragproxy"),
        ("gpt-4", "ragproxy"),
        ("gpt-4o", "ragproxy"),
        ("rag/laws", "ann"),
        ("small", "upstream"),
        ("big", "upstream"),
    ]


def test_what_is_listed_was_made_at_one_time_for_ever(state, caller):
    first, again = directory(state).cards(caller), directory(state).cards(caller)
    assert first == again
    assert all(card.created > 1_600_000_000 for card in first)


def test_every_name_listed_can_be_looked_up_and_used(state, caller):
    state.stores.create("laws", owner="ann")
    save(state, id="lawyer", owner="ann")
    names = directory(state)
    for card in names.cards(caller):
        assert names.card(card.id, caller) == card
        assert names.resolve(card.id, None, caller)


def test_a_store_can_be_looked_up_by_id(state, caller):
    store = state.stores.create("laws", owner="ann")
    card = directory(state).card(f"rag/{store.id}", caller)
    assert (card.id, card.created, card.owned_by) == (f"rag/{store.id}", store.created, "ann")


def test_a_name_that_means_nothing_cannot_be_looked_up(state, caller):
    with pytest.raises(UnknownModel):
        directory(state).card("gpt-9", caller)
    assert directory(state, ignore_unknown_models=True).card("gpt-9", caller).owned_by == "ragproxy"


def directory(state, *, ignore_unknown_models=False):
    models = FakeModels({"small": FakeModel("s"), "big": FakeModel("b"), "gpt-4": FakeModel("4")})
    return Directory(models, state, aliases=("gpt-4", "gpt-4o"), ignore_unknown_models=ignore_unknown_models)


def save(state, *, id, owner="*", model=None):
    state.agents.save(Agent(id=id, name=id, owner=owner, model=model, created=1_700_000_000))

"""What each name in `model` means, and the list of those there are."""

import pytest

from ragproxy.answering.directory import Directory
from ragproxy.domain import Agent, Caller
from ragproxy.errors import Conflict, UnknownModel
from tests.fakes import FakeModel, FakeModels


def test_an_agents_id_is_that_agent(state, caller):
    save(state, id="lawyer", model="big")
    target = directory(state).resolve("lawyer", None, caller)
    assert (target.agent.id, target.model, target.store) == ("lawyer", "big", None)


def test_an_agent_without_a_model_writes_with_the_servers(state, caller):
    assert directory(state).resolve("ragproxy", None, caller).model == "small"


@pytest.mark.parametrize(
    ("named", "writes"),
    [
        ("lawyer", "big"),  # another agent's model
        ("ragproxy", "small"),  # an agent without one: the server's
        ("gpt-4o", "small"),  # an alias
        ("gpt-4", "gpt-4"),  # an alias that an upstream serves
        ("rag/laws", "small"),
        ("circle", "small"),  # itself
    ],
)
def test_the_model_of_an_agent_may_be_one_of_our_names(state, caller, named, writes):
    save(state, id="lawyer", model="big")
    save(state, id="circle", model=named)
    assert directory(state).resolve("circle", None, caller).model == writes


def test_the_model_of_an_agent_that_nobody_knows_is_left_to_the_policy(state, caller):
    save(state, id="clerk", model="gpt-9")
    assert directory(state).resolve("clerk", None, caller).model == "gpt-9"
    assert directory(state, ignore_unknown_models=True).resolve("clerk", None, caller).model == "small"


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
    save(state, id="lawyer", owner="ann", visibility="private")
    save(state, id="judge", owner="ann", visibility="groups", groups=("court",))
    for name in ("rag/laws", f"rag/{store.id}", "lawyer", "judge"):
        assert_unknown(state, name, Caller(owner="bob"))
    assert {"lawyer", "judge", "rag/laws"}.isdisjoint(listed(state, Caller(owner="bob")))


def test_what_somebody_else_shares_is_there(state):
    save(state, id="lawyer", owner="ann")
    save(state, id="judge", owner="ann", visibility="groups", groups=("court",))
    bob = Caller(owner="bob", groups=frozenset({"court"}))
    for name in ("lawyer", "judge"):
        assert directory(state).resolve(name, None, bob).agent.owner == "ann"
        assert name in listed(state, bob)


# ---- names that a caller may not use ----------------------------------------------------------------


@pytest.mark.parametrize("ignore", [False, True])
@pytest.mark.parametrize("name", ["ragproxy", "gpt-4o", "gpt-4", "rag/laws", "small", "judge"])
def test_a_name_the_key_does_not_list_is_as_unknown_as_one_that_means_nothing(state, name, ignore):
    state.stores.create("laws", owner="ann")
    save(state, id="judge")
    limited = Caller("ann", models=("lawyer",))
    refused = assert_unknown(state, name, limited, ignore=ignore)
    nothing = assert_unknown(state, "x" * len(name), limited, ignore=ignore)
    assert refused.message.replace(name, "x" * len(name)) == nothing.message


def test_a_list_of_names_restricts_what_is_listed_and_what_is_used_alike(state):
    state.stores.create("laws", owner="ann")
    state.stores.create("secrets", owner="ann")
    save(state, id="lawyer", model="big")
    for models, names in (
        (("lawyer",), ["lawyer"]),
        (("rag/l*", "gpt-4o", "big"), ["gpt-4o", "rag/laws", "big"]),
        (("gpt-*",), ["gpt-4", "gpt-4o"]),
        ((), []),
    ):
        limited = Caller("ann", models=models)
        assert listed(state, limited) == names
        for name in names:
            assert directory(state).card(name, limited).id == name
    every = listed(state, Caller("ann"))
    assert listed(state, Caller("ann", models=("*",))) == every


def test_who_may_use_an_agent_need_not_be_allowed_the_model_that_writes_for_it(state):
    save(state, id="lawyer", model="big")
    limited = Caller("ann", models=("lawyer",))
    assert directory(state).resolve("lawyer", None, limited).model == "big"
    with pytest.raises(UnknownModel) as unknown:
        directory(state).resolve("lawyer", "small", limited)
    assert unknown.value.param == "clientModel"
    with pytest.raises(UnknownModel) as nothing:
        directory(state).resolve("lawyer", "gpt-9", limited)
    assert unknown.value.message.replace("small", "gpt-9") == nothing.value.message
    both = Caller("ann", models=("lawyer", "small"))
    assert directory(state).resolve("lawyer", "small", both).model == "small"


# ---- the default agent ------------------------------------------------------------------------------


def test_an_owners_own_default_agent_stands_behind_the_aliases(state, caller):
    save(state, id="ragproxy", owner="ann", model="big", visibility="private")
    target = directory(state).resolve("gpt-4o", None, caller)
    assert (target.agent.owner, target.model) == ("ann", "big")


def test_a_strangers_agent_is_nobodys_default(state, caller):
    save(state, id="ragproxy", visibility="private")
    save(state, id="ragproxy", owner="eve", visibility="public")
    assert directory(state).resolve("ragproxy", None, caller).agent.owner == "eve"
    assert_unknown(state, "gpt-4o", caller)


def test_without_a_default_agent_its_other_names_mean_nothing(state, caller):
    state.stores.create("laws", owner="ann")
    save(state, id="ragproxy", visibility="groups", groups=("staff",))
    for name in ("ragproxy", "gpt-4o", "rag/laws"):
        assert_unknown(state, name, caller)
    assert_unknown(state, "gpt-9", caller, ignore=True)
    assert directory(state).resolve("gpt-4", None, caller).agent is None  # the upstream's own
    assert listed(state, caller) == ["small", "big", "gpt-4"]
    staff = Caller("ann", groups=frozenset({"staff"}))
    assert listed(state, staff) == listed(state, Caller("ann", admin=True))
    assert directory(state).resolve("rag/laws", None, staff).agent.id == "ragproxy"


# ---- new ids ----------------------------------------------------------------------------------------


def test_an_id_may_not_hide_an_upstreams_model_unless_an_alias_does(state):
    with pytest.raises(Conflict) as taken:
        directory(state).check_free("small")
    assert (taken.value.param, taken.value.code) == ("id", "model_exists")
    for free in ("lawyer", "gpt-4o", "gpt-4"):
        directory(state).check_free(free)


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


def assert_unknown(state, name, caller, *, ignore=False):
    with pytest.raises(UnknownModel) as unknown:
        directory(state, ignore_unknown_models=ignore).resolve(name, None, caller)
    with pytest.raises(UnknownModel):
        directory(state, ignore_unknown_models=ignore).card(name, caller)
    assert (unknown.value.param, unknown.value.code) == ("model", "model_not_found")
    return unknown.value


def directory(state, *, ignore_unknown_models=False):
    models = FakeModels({"small": FakeModel("s"), "big": FakeModel("b"), "gpt-4": FakeModel("4")})
    return Directory(models, state, aliases=("gpt-4", "gpt-4o"), ignore_unknown_models=ignore_unknown_models)


def save(state, *, id, owner="*", model=None, visibility="public", groups=()):
    agent = Agent(id, id, owner, model=model, created=1_700_000_000, visibility=visibility, groups=groups)
    state.agents.save(agent)


def listed(state, caller):
    return [card.id for card in directory(state).cards(caller)]

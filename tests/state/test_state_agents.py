"""Agents on both databases."""

import pytest

from ragproxy.domain import Agent
from ragproxy.errors import InvalidRequest, UnknownModel

LAWYER = Agent(
    id="lawyer",
    name="Maître",
    owner="ann",
    instructions="Réponds en citant l'article.",
    stores=("codes", "library"),
    model="gpt-oss-120b",
    params={"temperature": 0.2, "stop": ["§"]},
    lang="fr",
    created=1_700_000_000,
)


def test_everyone_has_the_built_in_agent(state):
    agent = state.agents.find("ragproxy", owner="whoever")
    assert (agent.id, agent.owner, agent.stores, agent.model) == ("ragproxy", "*", ("default",), None)
    assert agent.created > 1_700_000_000
    assert state.agents.list(owner="whoever") == [agent]


def test_an_agent_comes_back_as_it_was_saved(state):
    state.agents.save(LAWYER)
    assert state.agents.find("lawyer", owner="ann") == LAWYER
    assert [agent.id for agent in state.agents.list(owner="ann")] == ["lawyer", "ragproxy"]


def test_saving_again_replaces(state):
    state.agents.save(LAWYER)
    plain = Agent(id="lawyer", name="Lawyer", owner="ann", created=1)
    state.agents.save(plain)
    assert state.agents.find("lawyer", owner="ann") == plain


def test_what_is_not_yours_is_not_there(state):
    state.agents.save(LAWYER)
    with pytest.raises(UnknownModel):
        state.agents.find("lawyer", owner="bob")
    assert [agent.id for agent in state.agents.list(owner="bob")] == ["ragproxy"]
    state.agents.delete("lawyer", owner="bob")
    assert state.agents.find("lawyer", owner="ann") == LAWYER


def test_an_owners_agent_hides_everyones_of_the_same_id(state):
    mine = Agent(id="ragproxy", name="mine", owner="ann", created=5)
    state.agents.save(mine)
    assert state.agents.find("ragproxy", owner="ann") == mine
    assert state.agents.list(owner="ann") == [mine]
    assert state.agents.find("ragproxy", owner="bob").owner == "*"
    state.agents.delete("ragproxy", owner="ann")
    assert state.agents.find("ragproxy", owner="ann").owner == "*"


@pytest.mark.parametrize("agent_id", ["", "gone", "a\0", "\ud800", "RAGPROXY", "x" * 10_000])
def test_an_agent_that_is_not_there_is_an_unknown_model(state, agent_id):
    with pytest.raises(UnknownModel):
        state.agents.find(agent_id, owner="ann")
    state.agents.delete(agent_id, owner="ann")
    assert state.agents.list(owner="\0") == []


@pytest.mark.parametrize(
    ("field", "agent"),
    [
        ("id", Agent(id="a\0", name="a", owner="ann")),
        ("name", Agent(id="a", name="", owner="ann")),
        ("instructions", Agent(id="a", name="a", owner="ann", instructions="\udfff")),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused_by_name(state, field, agent):
    with pytest.raises(InvalidRequest, match=f"'{field}'"):
        state.agents.save(agent)

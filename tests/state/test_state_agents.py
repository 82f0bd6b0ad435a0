"""Agents on both databases."""

import time
from dataclasses import replace

import pytest

from ragproxy.domain import Agent, Allowance, Caller, Comparison, Compound, Cursor, Retrieval
from ragproxy.errors import Conflict, InvalidRequest, NotFound, UnknownModel
from ragproxy.state import open_state
from ragproxy.state.agents import STALE_S

ANN, BOB = Caller("ann"), Caller("bob")
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
    description="Le droit du travail",
    retrieval=Retrieval(
        top_k=3,
        min_score=0.25,
        filters=Compound("and", (Comparison("year", "gte", 2020), Comparison("kind", "in", ["law", "decree"]))),
        sources=(),
        cache_ttl_s=60,
    ),
    visibility="groups",
    groups=("legal", "hr"),
    allowance=Allowance("day", requests=100, usd=0.5),
    tools=({"type": "function", "function": {"name": "weather", "parameters": {"enum": [None]}}},),
    metadata={"team": "é"},
)
PRIVATE = Agent(id="lawyer", name="Lawyer", owner="ann", created=1_700_000_000)


def test_everyone_has_the_built_in_agent(state):
    agent = state.agents.find("ragproxy", caller=Caller("whoever"))
    assert (agent.id, agent.owner, agent.stores, agent.model) == ("ragproxy", "*", ("default",), None)
    assert agent.visibility == "public"
    assert agent.created > 1_700_000_000
    assert state.agents.list(caller=Caller("whoever")) == [agent]


def test_an_agent_comes_back_as_it_was_saved(state):
    state.agents.save(LAWYER)
    assert state.agents.get("lawyer", owner="ann") == LAWYER
    assert state.agents.find("lawyer", caller=Caller("ann", groups=frozenset({"hr"}))) == LAWYER


def test_saving_again_replaces(state):
    state.agents.save(LAWYER)
    plain = Agent(id="lawyer", name="Lawyer", owner="ann", created=1)
    state.agents.save(plain)
    assert state.agents.get("lawyer", owner="ann") == plain


# ---- whom callers have ----------------------------------------------------------------------------


def test_a_private_agent_is_for_its_owners_callers(state):
    state.agents.save(PRIVATE)
    assert state.agents.find("lawyer", caller=ANN) == PRIVATE
    assert ids(state, ANN) == ["lawyer", "ragproxy"]
    assert_absent(state, "lawyer", BOB)
    assert_absent(state, "lawyer", Caller("bob", admin=True))


def test_an_agent_of_groups_is_for_their_members_whoevers_they_are_and_for_its_owners_administrator(state):
    state.agents.save(replace(PRIVATE, visibility="groups", groups=("legal",)))
    for caller in (
        Caller("ann", groups=frozenset({"legal"})),
        Caller("bob", groups=frozenset({"legal", "hr"})),
        Caller("ann", admin=True),
    ):
        assert state.agents.find("lawyer", caller=caller).owner == "ann"
        assert ids(state, caller) == ["lawyer", "ragproxy"]
    for caller in (ANN, BOB, Caller("ann", groups=frozenset({"hr"})), Caller("bob", admin=True)):
        assert_absent(state, "lawyer", caller)


def test_a_public_agent_is_for_everybody(state):
    state.agents.save(replace(PRIVATE, visibility="public"))
    for caller in (ANN, BOB, Caller("bob", admin=True)):
        assert state.agents.find("lawyer", caller=caller).owner == "ann"
        assert ids(state, caller) == ["lawyer", "ragproxy"]


def test_a_private_agent_of_the_server_is_for_nobody_and_one_of_groups_for_every_administrator(state):
    state.agents.save(replace(PRIVATE, owner="*"))
    assert_absent(state, "lawyer", Caller("ann", admin=True))
    state.agents.save(replace(PRIVATE, owner="*", visibility="groups", groups=("legal",)))
    assert state.agents.find("lawyer", caller=Caller("ann", admin=True))
    assert_absent(state, "lawyer", ANN)


def test_ones_own_comes_first_then_the_servers_then_the_oldest_of_others(state):
    public = replace(PRIVATE, visibility="public")
    for owner, created in (("zoe", 5), ("eve", 7), ("*", 8), ("ann", 9)):
        state.agents.save(replace(public, owner=owner, created=created))
    for owner in ("ann", "*", "zoe", "eve"):
        found = state.agents.find("lawyer", caller=ANN)
        assert found.owner == owner
        assert [agent.owner for agent in state.agents.list(caller=ANN) if agent.id == "lawyer"] == [owner]
        state.agents.delete("lawyer", owner=owner)
    assert_absent(state, "lawyer", ANN)


def test_ones_own_that_one_may_not_use_hides_nothing(state):
    state.agents.save(replace(PRIVATE, visibility="groups", groups=("legal",)))
    state.agents.save(replace(PRIVATE, owner="*", visibility="public", name="Everyone's"))
    assert state.agents.find("lawyer", caller=ANN).name == "Everyone's"
    assert state.agents.find("lawyer", caller=Caller("ann", groups=frozenset({"legal"}))).owner == "ann"


def test_an_owners_agent_hides_the_servers_of_the_same_id(state):
    mine = Agent(id="ragproxy", name="mine", owner="ann", created=5)
    state.agents.save(mine)
    assert state.agents.find("ragproxy", caller=ANN) == mine
    assert state.agents.list(caller=ANN) == [mine]
    assert state.agents.find("ragproxy", caller=BOB).owner == "*"
    state.agents.delete("ragproxy", owner="ann")
    assert state.agents.find("ragproxy", caller=ANN).owner == "*"


@pytest.mark.parametrize("agent_id", ["", "gone", "a\0", "\ud800", "RAGPROXY", "x" * 10_000])
def test_an_agent_that_is_not_there_is_an_unknown_model(state, agent_id):
    assert_absent(state, agent_id, ANN)
    for act in (state.agents.get, state.agents.delete):
        with pytest.raises(NotFound) as missing:
            act(agent_id, owner="ann")
        assert missing.value.code == "agent_not_found"
    assert state.agents.list(caller=Caller("\0")) == []
    assert state.agents.page("\0", Cursor()).items == ()


# ---- what administrators do with them -------------------------------------------------------------


def test_a_new_agent_is_made_now_and_once(state, clock):
    made = state.agents.create(replace(LAWYER, created=0))
    assert made == replace(LAWYER, created=int(clock.now)) == state.agents.get("lawyer", owner="ann")
    with pytest.raises(Conflict) as exists:
        state.agents.create(replace(LAWYER, name="another"))
    assert (exists.value.param, exists.value.code) == ("id", "agent_exists")
    assert state.agents.get("lawyer", owner="ann").name == "Maître"
    assert state.agents.create(replace(LAWYER, owner="bob")).owner == "bob"


def test_an_update_replaces_what_is_there_and_makes_nothing(state):
    with pytest.raises(NotFound):
        state.agents.update(LAWYER)
    state.agents.save(LAWYER)
    state.agents.save(replace(LAWYER, owner="bob"))
    state.agents.update(PRIVATE)
    assert state.agents.get("lawyer", owner="ann") == PRIVATE
    assert state.agents.get("lawyer", owner="bob").name == "Maître"


def test_what_another_has_is_not_deleted(state):
    state.agents.save(LAWYER)
    with pytest.raises(NotFound):
        state.agents.delete("lawyer", owner="bob")
    assert state.agents.get("lawyer", owner="ann") == LAWYER


def test_the_built_in_agent_can_be_changed_and_not_deleted(state):
    with pytest.raises(Conflict) as refused:
        state.agents.delete("ragproxy", owner="*")
    assert refused.value.code == "agent_built_in"
    built_in = state.agents.get("ragproxy", owner="*")
    state.agents.update(replace(built_in, instructions="Be brief."))
    assert state.agents.find("ragproxy", caller=ANN).instructions == "Be brief."


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("owner", ["ann", None])
def test_agents_are_listed_page_by_page_of_one_owner_or_of_all(state, owner, order):
    for number in range(5):
        for each in ("ann", "bob"):
            state.agents.save(Agent(id=f"a{number}", name="a", owner=each, created=1_700_000_000 + number // 2))
    state.agents.delete("a4", owner="bob")
    seen, after = [], None
    while True:
        page = state.agents.page(owner, Cursor(limit=2, order=order, after=after))
        seen += [f"{agent.owner}/{agent.id}" for agent in page.items]
        if not page.has_more:
            break
        after = seen[-1] if owner is None else page.items[-1].id
    anns = [f"ann/a{number}" for number in range(5)]
    expected = anns if owner else ["ann/a0", "ann/a1", "bob/a0", "bob/a1", "ann/a2", "ann/a3", "bob/a2", "bob/a3"]
    if owner is None:
        expected += ["ann/a4", "*/ragproxy"]
    assert seen == (expected if order == "asc" else expected[::-1])


def test_an_agent_without_an_id_gets_one_and_is_called_by_it(state):
    made = state.agents.create(Agent("", "", "ann"))
    assert made.id.startswith("asst_")
    assert made.name == made.id
    assert state.agents.create(Agent("", "Clerk", "ann")).name == "Clerk"
    assert state.agents.get(made.id, owner="ann") == made


def test_a_page_holds_what_is_for_the_caller(state, clock):
    for number in range(6):
        clock.now += 1
        hidden = {"visibility": "groups", "groups": ("hr",)} if number % 2 else {}
        state.agents.create(Agent(f"a{number}", "A", "ann", **hidden))
    state.agents.create(Agent("b", "B", "bob", visibility="public"))

    def page(caller, **cursor):
        found = state.agents.page_for(caller, Cursor(**cursor))
        return [agent.id for agent in found.items], found.has_more

    member = Caller("ann", groups=frozenset({"hr"}))
    outsider = Caller("ann")
    assert page(outsider, limit=2) == (["a4", "a2"], True)
    assert page(outsider, limit=2, after="a2") == (["a0"], False)
    assert page(outsider, limit=2, before="a0") == (["a4", "a2"], False)
    assert page(member, limit=3, order="asc") == (["a0", "a1", "a2"], True)
    state.agents.delete("a2", owner="ann")
    assert page(outsider, after="a2") == (["a0"], False)
    assert page(Caller("nul\0")) == ([], False)
    with pytest.raises(InvalidRequest, match="'after'"):
        page(outsider, after="b")


def test_a_cursor_of_another_list_is_refused(state):
    state.agents.save(LAWYER)
    for owner, after in (("ann", "ann/lawyer"), (None, "lawyer"), ("bob", "lawyer")):
        with pytest.raises(InvalidRequest, match="'after'"):
            state.agents.page(owner, Cursor(after=after))


@pytest.mark.parametrize(
    ("field", "agent"),
    [
        ("id", Agent(id="a\0", name="a", owner="ann")),
        ("name", Agent(id="a", name="", owner="ann")),
        ("instructions", Agent(id="a", name="a", owner="ann", instructions="\udfff")),
    ],
)
def test_a_text_that_cannot_be_kept_is_refused_by_name(state, field, agent):
    for keep in (state.agents.save, state.agents.create, state.agents.update):
        with pytest.raises(InvalidRequest, match=f"'{field}'"):
            keep(agent)


def ids(state, caller):
    return [agent.id for agent in state.agents.list(caller=caller)]


def assert_absent(state, agent_id, caller):
    with pytest.raises(UnknownModel):
        state.agents.find(agent_id, caller=caller)
    assert agent_id not in ids(state, caller)


def test_an_agent_is_looked_up_once_in_a_while_and_a_change_here_is_seen_at_once(state, monkeypatch):
    caller = Caller("ann")
    state.agents.save(Agent("clerk", "Clerk", "ann"))
    assert state.agents.find("clerk", caller=caller).name == "Clerk"
    asked = []
    monkeypatch.setattr(state.agents, "_read", lambda *_, **given: asked.append(given) or [])
    assert state.agents.find("clerk", caller=caller).name == "Clerk"
    assert asked == []
    monkeypatch.undo()
    state.agents.save(Agent("clerk", "Another", "ann"))
    assert state.agents.find("clerk", caller=caller).name == "Another"


def test_what_another_process_changes_is_seen_soon(state, database_url):
    caller, elsewhere = Caller("ann"), open_state(database_url)
    state.agents.save(Agent("clerk", "Clerk", "ann"))
    assert state.agents.find("clerk", caller=caller).name == "Clerk"
    elsewhere.agents.save(Agent("clerk", "Another", "ann"))
    elsewhere.close()
    time.sleep(STALE_S)
    assert state.agents.find("clerk", caller=caller).name == "Another"

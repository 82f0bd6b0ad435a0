"""What the claims of a token make."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ragproxy.access.oidc.claims import ClaimNames, Unusable, caller_of, find

ALL = {"chat", "embed", "files", "relay"}


def test_the_subject_is_the_caller_and_by_default_the_owner():
    caller = caller_of({"sub": "ann"}, ClaimNames())
    assert (caller.id, caller.owner, caller.admin) == ("oidc:ann", "ann", False)
    assert caller.groups == frozenset()
    assert caller.scopes == ALL


def test_another_claim_may_name_the_owner():
    assert caller_of({"sub": "ann", "team": "sales"}, ClaimNames(owner="team")).owner == "sales"


@pytest.mark.parametrize("owner", [None, "", "  ", "*", 7, ["a"], {"a": 1}, "a\0b", "\ud800", "x" * 257, True])
def test_an_owner_that_is_no_name_makes_no_caller(owner):
    with pytest.raises(Unusable, match="'team'"):
        caller_of({"sub": "ann", "team": owner}, ClaimNames(owner="team"))


@pytest.mark.parametrize("sub", [None, "", 7, "a\0b", "x" * 257])
def test_a_subject_that_is_no_name_makes_no_caller(sub):
    with pytest.raises(Unusable, match="'sub'"):
        caller_of({"sub": sub, "team": "sales"}, ClaimNames(owner="team"))


@pytest.mark.parametrize(
    ("said", "groups"),
    [
        (["sales", "support"], {"sales", "support"}),
        (["of two words"], {"of two words"}),
        ("sales support", {"sales", "support"}),
        (["*", "sales"], {"sales"}),
        ("*", set()),
        (["sales", 7, None, "", "a\0b", ["*"], "x" * 257], {"sales"}),
        (None, set()),
        (7, set()),
        ({"sales": True}, set()),
    ],
)
def test_groups_are_a_list_or_words_and_never_everybody(said, groups):
    assert caller_of({"sub": "ann", "groups": said}, ClaimNames()).groups == groups


@pytest.mark.parametrize(
    ("said", "scopes"),
    [
        ("openid profile", ALL),
        (None, ALL),
        ("openid chat embed", {"chat", "embed"}),
        (["files"], {"files"}),
        ("admin", set()),
        ("admin chat", {"chat"}),
        (7, ALL),
        ("CHAT", ALL),
    ],
)
def test_scopes_are_those_of_ours_that_are_named_or_the_usual_ones(said, scopes):
    caller = caller_of({"sub": "ann", "scope": said}, ClaimNames())
    assert caller.scopes == scopes
    assert not caller.admin


def test_the_group_of_administrators_makes_one_and_nothing_else_does():
    names = ClaimNames(admin_group="ops")
    ops = caller_of({"sub": "ann", "groups": ["ops"]}, names)
    assert ops.admin
    assert ops.scopes == ALL | {"admin"}
    assert caller_of({"sub": "ann", "groups": ["ops"], "scope": "chat"}, names).scopes == {"chat", "admin"}
    assert not caller_of({"sub": "ann", "groups": ["opsx"], "scope": "admin"}, names).admin
    assert not caller_of({"sub": "ann", "groups": ["ops"]}, ClaimNames()).admin


def test_the_group_of_everybody_makes_no_administrator():
    assert not caller_of({"sub": "ann", "groups": ["*"]}, ClaimNames(admin_group="*")).admin


def test_keycloaks_roles_are_found_where_they_are():
    claims = {"sub": "ann", "realm_access": {"roles": ["reader", "*"]}, "resource_access": {"my.app": {"roles": ["w"]}}}
    assert caller_of(claims, ClaimNames(groups="realm_access.roles")).groups == {"reader"}
    assert caller_of(claims, ClaimNames(groups="resource_access.my.app.roles")).groups == {"w"}


def test_a_claim_with_dots_in_its_name_is_one_claim():
    assert find({"https://example.org/groups": ["a"], "https://example": {"org/groups": ["b"]}}, "x.y") is None
    assert find({"https://example.org/groups": ["a"]}, "https://example.org/groups") == ["a"]


@pytest.mark.parametrize("claims", [{}, {"a": 1}, {"a": "b"}, {"a": {}}, {"a": ["b"]}, {"a": {"c": 1}}])
def test_a_path_that_leads_nowhere_finds_nothing(claims):
    assert find(claims, "a.b") is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b", "roles"]), inner),
    max_leaves=8,
)


@given(st.fixed_dictionaries({"sub": st.just("ann"), "a": JSON, "scope": JSON}))
def test_whatever_a_claim_holds_nobody_gets_more_than_is_named(claims):
    caller = caller_of(claims, ClaimNames(groups="a.roles", admin_group="ops"))
    assert all(isinstance(group, str) and group != "*" for group in caller.groups)
    assert caller.admin is ("ops" in caller.groups)
    assert caller.admin or "admin" not in caller.scopes

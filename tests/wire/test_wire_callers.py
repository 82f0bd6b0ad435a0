"""What callers are told of themselves."""

from ragproxy.domain import Agent, Caller
from ragproxy.wire import callers


def test_a_caller_is_told_what_it_may():
    who = Caller("sales", True, "oidc:ann", frozenset({"b", "a"}), frozenset({"files", "chat"}))
    assert callers.caller(who, "Ann", [Agent("clerk", "Clerk", "*", description="Sells")]) == {
        "object": "caller",
        "id": "oidc:ann",
        "name": "Ann",
        "owner": "sales",
        "admin": True,
        "groups": ["a", "b"],
        "scopes": ["chat", "files"],
        "agents": [{"id": "clerk", "name": "Clerk", "description": "Sells"}],
    }


def test_anybody_is_told_so():
    assert callers.caller(Caller(), None, [])["id"] is None

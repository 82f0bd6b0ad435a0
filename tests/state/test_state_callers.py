"""Callers as they are kept beside work: what comes back is who it was."""

import json

import pytest

from ragproxy.domain import Budget, Caller, Limits
from ragproxy.state.callers import caller_json, caller_of


@pytest.mark.parametrize(
    "caller",
    [
        Caller(),
        Caller(admin=True),
        Caller(
            owner="ann",
            id="key_1",
            groups=frozenset({"b", "a"}),
            scopes=frozenset({"chat"}),
            models=("tiny", "gpt-*"),
            stores=(),
            limits=Limits(5, None),
            model_limits={"tiny": Limits(None, 100)},
            budget=Budget(0.5, "day"),
        ),
    ],
)
def test_a_caller_comes_back_as_it_was(caller):
    assert caller_of(json.loads(json.dumps(caller_json(caller)))) == caller

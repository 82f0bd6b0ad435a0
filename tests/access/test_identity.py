import ast
import inspect
from contextlib import closing

import pytest

from ragproxy.access import Identity, KeyRing, identity, keys
from ragproxy.access.guessing import FAILURES, WINDOW_S, Guessing
from ragproxy.access.keys import new_secret
from ragproxy.domain import Caller
from ragproxy.errors import Forbidden, OverQuota, StateUnavailable, Unauthenticated
from ragproxy.state import open_state
from tests import databases
from tests.fakes import FakeClock

KEY = "admin-key-of-the-test"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"
HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.mark.parametrize("authorization", [None, "", "Bearer sk-fake-key", "Basic abc", "Bearer", "nonsense"])
def test_open_takes_any_bearer_or_none(authorization):
    assert not Identity({"open"}).identify(authorization).admin


def test_the_admin_key_makes_an_admin_in_every_mode():
    for mode in ("open", "keys", "oidc"):
        assert Identity({mode}, KEY).identify(f"Bearer {KEY}").admin
        assert Identity({mode}, KEY).identify(f"bearer  {KEY} ").admin


@pytest.mark.parametrize("authorization", [None, "", "Bearer", f"Basic {KEY}", KEY])
def test_keys_without_a_bearer_is_refused_with_the_way_to_send_one(authorization):
    with pytest.raises(Unauthenticated, match="Authorization: Bearer") as caught:
        Identity({"keys"}, KEY).identify(authorization)
    assert caught.value.code == "invalid_api_key"


@pytest.mark.parametrize("key", ["sk-wrong", KEY + "x", KEY[:-1], "é", KEY.upper(), "\ud800", "sk-rp-" + "A" * 43])
def test_a_wrong_key_is_refused_and_never_repeated(ring, key):
    with pytest.raises(Unauthenticated) as caught:
        Identity({"keys"}, KEY, keys=ring).identify(f"Bearer {key}")
    assert key not in caught.value.message
    assert caught.value.code == "invalid_api_key"


def test_a_key_that_was_given_out_brings_its_caller(ring):
    key, secret = ring.create(name="chat", owner="ann", groups=("staff",), scopes=("chat",), models=("gpt-*",))
    caller = Identity({"keys"}, KEY, keys=ring).identify(f"Bearer {secret}")
    assert caller == key.caller
    assert (caller.id, caller.owner, caller.groups, caller.admin) == (key.id, "ann", {"staff"}, False)


def test_a_key_with_the_scope_admin_is_an_administrators(ring):
    _, secret = ring.create(name="ops", scopes=("admin",))
    caller = Identity({"keys"}, KEY, keys=ring).identify(f"Bearer {secret}")
    assert caller.admin
    assert caller.scopes == {"admin"}


def test_who_holds_a_key_that_has_ended_is_told_so(ring, clock):
    rotated, replaced = ring.create(name="chat")
    ring.rotate(rotated.id)
    _, expired = ring.create(name="chat", expires=int(clock.now) + 10)
    key, revoked = ring.create(name="chat")
    ring.revoke(key.id)
    clock.now += 11
    ringed = Identity({"keys"}, KEY, keys=ring)
    for secret, past in ((expired, "expired"), (revoked, "revoked"), (replaced, "replaced")):
        with pytest.raises(Unauthenticated, match=past) as caught:
            ringed.identify(f"Bearer {secret}")
        assert caught.value.code == "invalid_api_key"
        assert secret not in caught.value.message


def test_in_open_mode_a_valid_key_is_itself_and_an_ended_one_anybody(ring):
    key, secret = ring.create(name="chat", owner="ann")
    ringed = Identity({"open"}, KEY, keys=ring)
    assert ringed.identify(f"Bearer {secret}") == key.caller
    ring.revoke(key.id)
    assert ringed.identify(f"Bearer {secret}") == ringed.identify(f"Bearer {new_secret()}") == Caller()


def test_keys_open_nothing_where_only_tokens_are_wanted(ring):
    _, secret = ring.create(name="chat")
    with pytest.raises(Unauthenticated):
        Identity({"oidc"}, KEY, keys=ring, tokens=Tokens()).identify(f"Bearer {secret}")


def test_what_looks_like_a_token_goes_to_who_reads_them_and_all_else_does_not(ring):
    tokens = Tokens()
    both = Identity({"keys", "oidc"}, KEY, keys=ring, tokens=tokens)
    key, secret = ring.create(name="chat")
    assert both.identify(f"Bearer {TOKEN}") == tokens.known
    assert both.identify(f"Bearer {secret}") == key.caller
    with pytest.raises(Unauthenticated):
        both.identify("Bearer not.a-token")
    assert tokens.read == [TOKEN]


@pytest.mark.parametrize("modes", [{"keys"}, {"open"}])
def test_nobody_reads_tokens_where_they_are_not_wanted(ring, modes):
    tokens = Tokens()
    with_tokens = Identity(modes, KEY, keys=ring, tokens=tokens)
    if modes == {"keys"}:
        with pytest.raises(Unauthenticated):
            with_tokens.identify(f"Bearer {TOKEN}")
    else:
        assert with_tokens.identify(f"Bearer {TOKEN}") == Caller()
    assert tokens.read == []


def test_an_admin_key_with_dots_is_no_token():
    tokens = Tokens()
    assert Identity({"oidc"}, "a.b.c", tokens=tokens).identify("Bearer a.b.c").admin
    assert tokens.read == []


def test_a_database_that_does_not_answer_opens_nothing(state, ring):
    _, secret = ring.create(name="chat")
    broken = Identity({"keys"}, KEY, keys=KeyRing(Away()))
    with pytest.raises(StateUnavailable):
        broken.identify(f"Bearer {secret}")
    with pytest.raises(StateUnavailable):  # in open mode it would be free of its limits
        Identity({"open"}, KEY, keys=KeyRing(Away())).identify(f"Bearer {secret}")
    assert broken.identify(f"Bearer {KEY}").admin  # for whom no database is asked


# ---- scopes ----


def test_a_caller_without_the_scope_is_refused_by_its_name(ring):
    _, secret = ring.create(name="chat", scopes=("chat", "embed"))
    ringed = Identity({"keys"}, KEY, keys=ring)
    for scope in ("chat", "embed", None):
        assert ringed.admit(f"Bearer {secret}", address=HERE, scope=scope)
    for scope in ("files", "relay", "admin"):
        with pytest.raises(Forbidden, match=f"'{scope}'") as caught:
            ringed.admit(f"Bearer {secret}", address=HERE, scope=scope)
        assert caught.value.code == "insufficient_scope"


def test_the_admin_key_has_every_scope():
    for scope in ("chat", "embed", "files", "relay", "admin", None):
        assert Identity({"keys"}, KEY).admit(f"Bearer {KEY}", address=HERE, scope=scope).admin


def test_anybody_is_no_administrator_in_open_mode(ring):
    opened = Identity({"open"}, KEY, keys=ring)
    for authorization in (None, "Bearer sk-fake", f"Bearer {new_secret()}"):
        assert opened.admit(authorization, address=HERE, scope="chat")
        with pytest.raises(Unauthenticated, match="administrator"):
            opened.admit(authorization, address=HERE, scope="admin")


# ---- guessing ----


def test_after_too_many_wrong_keys_no_guess_is_looked_at(guessed, timer):
    guess(guessed, FAILURES - 1)
    assert guessed.admit(f"Bearer {KEY}", address=HERE, scope=None).admin
    guess(guessed, 1)
    for wrong_or_right in ("sk-wrong", KEY):
        with pytest.raises(OverQuota) as caught:
            guessed.admit(f"Bearer {wrong_or_right}", address=HERE, scope=None)
        assert 0 < caught.value.retry_after_s <= WINDOW_S
        assert wrong_or_right not in caught.value.message
    timer.now += caught.value.retry_after_s
    assert guessed.admit(f"Bearer {KEY}", address=HERE, scope=None).admin


def test_guesses_from_one_address_leave_the_others_alone(guessed):
    guess(guessed, FAILURES)
    assert guessed.admit(f"Bearer {KEY}", address=THERE, scope="admin").admin
    with pytest.raises(Unauthenticated):
        guessed.admit("Bearer sk-wrong", address=THERE, scope="admin")


def test_a_key_of_chance_and_a_token_go_on_beside_somebody_who_guesses(guessed, ring):
    key, secret = ring.create(name="chat")
    _, ops = ring.create(name="ops", scopes=("admin",))
    guess(guessed, FAILURES)
    assert guessed.admit(f"Bearer {secret}", address=HERE, scope="chat") == key.caller
    assert guessed.admit(f"Bearer {TOKEN}", address=HERE, scope="chat") == Tokens.known
    assert guessed.admit(f"Bearer {ops}", address=HERE, scope="admin").admin


def test_no_key_and_one_that_has_ended_are_no_guesses(guessed, ring):
    key, secret = ring.create(name="chat")
    ring.revoke(key.id)
    for _ in range(FAILURES + 1):
        for authorization in (None, f"Bearer {secret}"):
            with pytest.raises(Unauthenticated):
                guessed.admit(authorization, address=HERE, scope="chat")
    assert guessed.admit(f"Bearer {KEY}", address=HERE, scope="chat").admin


@pytest.mark.parametrize("how", ["nothing", "wrong", "a key without the scope", "an ended key"])
def test_on_an_administrators_route_every_failure_counts(guessed, ring, how):
    key, ended = ring.create(name="ended")
    ring.revoke(key.id)
    bearers = {"nothing": "", "wrong": "sk-wrong", "a key without the scope": ring.create(name="c")[1]}
    authorization = f"Bearer {bearers.get(how, ended)}"
    for _ in range(FAILURES):
        with pytest.raises((Unauthenticated, Forbidden)):
            guessed.admit(authorization, address=HERE, scope="admin")
    for again in (authorization, f"Bearer {KEY}"):
        with pytest.raises(OverQuota):
            guessed.admit(again, address=HERE, scope="admin")
    assert guessed.admit(f"Bearer {KEY}", address=THERE, scope="admin").admin


def test_in_open_mode_the_admin_key_is_not_guessed_either(ring, timer):
    opened = Identity({"open"}, KEY, keys=ring, guessing=Guessing(timer=timer))
    for _ in range(FAILURES):
        with pytest.raises(Unauthenticated):
            opened.admit("Bearer sk-wrong", address=HERE, scope="admin")
    with pytest.raises(OverQuota):
        opened.admit(f"Bearer {KEY}", address=HERE, scope="admin")
    assert opened.admit("Bearer sk-any", address=HERE, scope="chat") == Caller()


def test_who_goes_on_guessing_does_not_shut_the_address_for_longer(guessed, timer):
    guess(guessed, FAILURES)
    for _ in range(5):
        timer.now += WINDOW_S / 6
        with pytest.raises(OverQuota):
            guessed.admit("Bearer sk-wrong", address=HERE, scope=None)
    timer.now += WINDOW_S / 6
    assert guessed.admit(f"Bearer {KEY}", address=HERE, scope=None).admin


# ---- timing ----


def test_secrets_are_compared_in_constant_time_alone():
    """Whoever compares something anew says here that it is no secret."""
    assert comparisons(identity) == {
        "'open' in modes",
        "'keys' in modes",
        "'oidc' in modes",
        "scope == 'admin'",
        "scope in caller.scopes",
        "scheme.lower() == 'bearer'",
        "bearer.count('.') == 2",
        "found.status == 'active'",
    }
    assert comparisons(keys) == {
        "found.status == 'active'",
        "status == 'expired'",
        "status != 'active'",
        "known.opening.key.id == key_id",
        "len(secret) == _LENGTH",
    }


def test_what_is_compared_in_constant_time_is_of_one_length():
    calls = [node for module in (identity, keys) for node in nodes(module) if isinstance(node, ast.Call)]
    assert {ast.unparse(call) for call in calls if ast.unparse(call.func).endswith("compare_digest")} == {
        "hmac.compare_digest(sha256(bearer), self._admin_key)",
        "hmac.compare_digest(opening.sha256, digest)",
    }


def comparisons(module):
    kinds = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)
    found = [node for node in nodes(module) if isinstance(node, ast.Compare)]
    return {ast.unparse(node) for node in found if any(isinstance(op, kinds) for op in node.ops)}


def nodes(module):
    return ast.walk(ast.parse(inspect.getsource(module)))


def guess(guessed, times):
    for number in range(times):
        with pytest.raises(Unauthenticated):
            guessed.admit(f"Bearer sk-wrong-{number}", address=HERE, scope=None)


class Tokens:
    """A TokenReader that believes whatever it is given, and remembers it."""

    known = Caller(id="ann", owner="ann")

    def __init__(self):
        self.read = []

    def caller(self, token):
        self.read.append(token)
        return self.known


class Away:
    """The keys of a database that does not answer."""

    def by_sha256(self, digest):
        raise StateUnavailable("The database does not answer; try again in a moment")


@pytest.fixture
def guessed(ring, timer):
    """An Identity with keys and tokens, whose time passes when a test says so."""
    return Identity({"keys", "oidc"}, KEY, keys=ring, tokens=Tokens(), guessing=Guessing(timer=timer))


@pytest.fixture
def ring(state, clock):
    return KeyRing(state.keys, clock=clock)


@pytest.fixture
def state(tmp_path, clock):
    url = f"sqlite:///{tmp_path}/ragproxy.db"
    databases.migrated(url)
    with closing(open_state(url, clock=clock)) as state:
        yield state


@pytest.fixture
def clock():
    return FakeClock(1_700_000_000.0)


@pytest.fixture
def timer():
    return FakeClock()

import pytest

from ragproxy.domain import ApiKey, Budget, Cursor, Limits
from ragproxy.errors import Conflict, InvalidRequest, NotFound
from ragproxy.state import new_id

FIRST, SECOND, THIRD = "1" * 64, "2" * 64, "3" * 64
WHOLE = {
    "scopes": ("chat", "admin"),
    "groups": ("staff", "équipe"),
    "models": ("gpt-*",),
    "stores": (),
    "limits": Limits(10, 2000),
    "model_limits": {"gpt-4o": Limits(1, None)},
    "budget": Budget(2.5, "day"),
    "expires": 4_000_000_000,
}


def test_a_key_is_kept_whole(state, create):
    key = create(**WHOLE)
    assert state.keys.get(key.id) == key
    assert state.keys.by_sha256(FIRST).key == key
    assert state.keys.list() == [key]


def test_a_key_of_which_nothing_was_said_may_all_but_administer(state, create):
    kept = state.keys.get(create().id)
    assert kept.scopes == ("chat", "embed", "files", "relay")
    assert (kept.groups, kept.models, kept.stores, kept.budget) == ((), None, None, None)
    assert (kept.expires, kept.revoked, kept.last_used) == (None, None, None)
    assert kept.limits == Limits()


def test_a_key_is_found_by_nothing_but_its_whole_secret(state, create):
    create()
    for other in (SECOND, FIRST[:-1], FIRST + "1", "", "%", FIRST.upper() + "x"):
        assert state.keys.by_sha256(other) is None


def test_a_rotated_key_is_found_by_its_new_secret_and_the_former_one_has_ended(state, create, clock):
    key = create()
    rotated = state.keys.rotate(key.id, SECOND, "sk-rp-new")
    assert (rotated.id, rotated.prefix) == (key.id, "sk-rp-new")
    assert state.keys.by_sha256(FIRST).until <= clock.now
    opening = state.keys.by_sha256(SECOND)
    assert (opening.key, opening.sha256, opening.until) == (rotated, SECOND, None)


def test_a_former_secret_is_good_for_its_grace(state, create, clock):
    key = create()
    state.keys.rotate(key.id, SECOND, "sk-rp-new", grace_s=60)
    opening = state.keys.by_sha256(FIRST)
    assert (opening.key.id, opening.sha256, opening.until) == (key.id, FIRST, int(clock.now) + 60)
    assert state.keys.by_sha256(SECOND).until is None


def test_of_two_rotations_the_first_secret_is_gone_at_once(state, create):
    key = create()
    state.keys.rotate(key.id, SECOND, "b", grace_s=60)
    state.keys.rotate(key.id, THIRD, "c", grace_s=60)
    assert [state.keys.by_sha256(secret) is not None for secret in (FIRST, SECOND, THIRD)] == [False, True, True]


def test_a_revoked_key_stays_and_says_since_when(state, create, clock):
    key = create()
    revoked = state.keys.revoke(key.id)
    assert revoked.revoked == int(clock.now)
    assert not revoked.is_valid(clock.now)
    clock.now += 100
    assert state.keys.revoke(key.id) == revoked
    assert state.keys.by_sha256(FIRST).key == revoked


def test_a_revoked_key_is_not_brought_back(state, create):
    key = create()
    state.keys.revoke(key.id)
    with pytest.raises(Conflict, match="revoked"):
        state.keys.rotate(key.id, SECOND, "b")
    with pytest.raises(Conflict, match="revoked"):
        state.keys.update(key.id, expires=None)


def test_an_expired_key_gets_no_new_secret_but_may_get_more_time(state, create, clock):
    key = create(expires=int(clock.now) - 1)
    with pytest.raises(Conflict, match="expired"):
        state.keys.rotate(key.id, SECOND, "b")
    assert state.keys.update(key.id, expires=int(clock.now) + 60).is_valid(clock.now)


def test_what_is_given_is_changed_and_the_rest_is_left(state, create):
    key = create(**WHOLE)
    changed = state.keys.update(key.id, name="other", limits=Limits(5, None), models=None, budget=None, expires=None)
    assert (changed.name, changed.limits, changed.models) == ("other", Limits(5, None), None)
    assert (changed.budget, changed.expires) == (None, None)
    assert (changed.scopes, changed.groups, changed.stores) == (key.scopes, key.groups, ())
    assert changed.model_limits == key.model_limits
    assert state.keys.get(key.id) == changed
    assert state.keys.update(key.id) == changed


def test_a_key_that_is_not_there_is_named(state):
    for ask in (state.keys.get, state.keys.revoke, state.keys.update, lambda id: state.keys.rotate(id, FIRST, "x")):
        for missing in ("key_nothing", "key\0", "\ud800"):
            with pytest.raises(NotFound, match="There is no API key 'key_nothing'" if "n" in missing else "no API key"):
                ask(missing)


def test_what_no_database_holds_is_refused(state, create):
    for fields in ({"name": ""}, {"name": "a\0"}, {"owner": "x" * 300}, {"groups": ("a\0",)}, {"stores": ("\ud800",)}):
        with pytest.raises(InvalidRequest):
            create(**fields)
    assert state.keys.list() == []


def test_nobodys_key_is_everybodys(state, create):
    with pytest.raises(InvalidRequest, match="everybody"):
        create(owner="*")


def test_keys_are_read_page_by_page(state, create, clock):
    keys = []
    for number in range(5):
        keys.append(create(f"{number}" * 64, name=str(number)))
        clock.now += 1
    first = state.keys.page(Cursor(limit=2, order="asc"))
    assert ([key.name for key in first.items], first.has_more) == (["0", "1"], True)
    last = state.keys.page(Cursor(limit=10, order="asc", after=first.items[-1].id))
    assert ([key.name for key in last.items], last.has_more) == (["2", "3", "4"], False)
    newest = state.keys.page(Cursor(limit=1))
    assert newest.items[0].name == "4"
    with pytest.raises(InvalidRequest, match="after"):
        state.keys.page(Cursor(after="key_nothing"))


def test_last_uses_only_go_forward(state, create):
    one, other = create(FIRST, name="one"), create(SECOND, name="other")
    state.keys.touch({one.id: 1000, other.id: 2000, "key_gone": 1})
    state.keys.touch({one.id: 900, other.id: 2500})
    state.keys.touch({})
    assert (state.keys.get(one.id).last_used, state.keys.get(other.id).last_used) == (1000, 2500)


@pytest.fixture
def create(state, clock):
    """Keeps a key: `create(sha256, owner="bob")`; the key."""

    def make(sha256=FIRST, **fields):
        known = {"name": "chat", "prefix": "sk-rp-abcdef", "owner": "ann", "created": int(clock.now)}
        key = ApiKey(id=new_id("key_"), **(known | fields))
        state.keys.create(key, sha256)
        return key

    return make

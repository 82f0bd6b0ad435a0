"""Idempotency keys: one request is answered once, however often it is sent."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from ragproxy.errors import Conflict, InvalidRequest


def test_the_first_claim_is_ours_and_the_second_must_wait(claim):
    first = claim()
    assert (first.body, first.owner, first.key) == (None, "ann", "key-1")
    with pytest.raises(Conflict) as caught:
        claim()
    assert (caught.value.code, caught.value.param) == ("idempotency_key_in_use", "Idempotency-Key")
    assert 1 <= int(caught.value.headers["retry-after"]) <= 5


def test_a_kept_answer_is_given_again(state, claim):
    state.idempotency.keep(claim(), {"id": "x", "n": None})
    assert [claim().body, claim().body] == [{"id": "x", "n": None}] * 2


def test_another_request_may_not_take_the_key(state, claim):
    first = claim()
    for _ in range(2):
        with pytest.raises(InvalidRequest) as caught:
            claim(fingerprint="other")
        assert (caught.value.code, caught.value.param) == ("idempotency_key_reused", "Idempotency-Key")
        state.idempotency.keep(first, {})  # nor once it is answered
    state.idempotency.release(claim("key-2"))
    with pytest.raises(InvalidRequest):
        claim("key-2", fingerprint="other")


def test_owners_do_not_share_keys(state, claim):
    ann, bob = claim(), claim(owner="bob", fingerprint="other")
    state.idempotency.keep(ann, {"of": "ann"})
    state.idempotency.keep(bob, {"of": "bob"})
    assert claim().body == {"of": "ann"}
    assert claim(owner="bob", fingerprint="other").body == {"of": "bob"}


def test_a_released_claim_is_anybodys_under_the_same_name(state, claim):
    first = claim()
    state.idempotency.release(first)
    second = claim()
    assert second.body is None
    assert second.name == first.name
    assert len(first.name) == 64


def test_names_differ_when_anything_does(claim):
    names = {claim().name, claim("key-2").name, claim("key-3", fingerprint="b").name, claim(owner="bob").name}
    assert len(names) == 4


def test_a_dead_process_loses_its_claim_in_time(state, claim, clock):
    dead = claim(lease_s=60)
    clock.now += 59
    with pytest.raises(Conflict):
        claim()
    clock.now += 1
    heir = claim()
    assert heir.name == dead.name
    # and should it be alive after all, it is too late for it
    assert state.idempotency.renew(dead, 60) is None
    state.idempotency.release(dead)
    state.idempotency.keep(dead, {"of": "the dead"})
    with pytest.raises(Conflict):
        claim()
    state.idempotency.keep(heir, {"of": "the heir"})
    assert claim().body == {"of": "the heir"}


def test_a_renewed_claim_lasts(state, claim, clock):
    held = claim(lease_s=60)
    for _ in range(3):
        clock.now += 50
        held = state.idempotency.renew(held, 60)
        assert held is not None
    with pytest.raises(Conflict):
        claim()
    state.idempotency.keep(held, {})
    assert state.idempotency.renew(held, 60) is None
    state.idempotency.release(held)  # after the end: nothing
    assert claim().body == {}


def test_after_a_day_a_key_may_mean_something_else(state, claim, clock):
    first = claim()
    state.idempotency.keep(first, {"old": True})
    clock.now += 86_400
    new = claim(fingerprint="other")
    assert new.body is None
    assert new.name != first.name
    clock.now += 10
    with pytest.raises(Conflict):
        claim(fingerprint="other")


def test_what_is_in_hand_is_kept_however_old(state, claim, clock):
    held = claim(lease_s=90_000)
    clock.now += 86_401
    assert state.idempotency.drop(86_400) == 0
    with pytest.raises(InvalidRequest):
        claim(fingerprint="other")
    state.idempotency.keep(held, {})
    assert state.idempotency.drop(86_400) == 1
    assert claim(fingerprint="other").body is None


def test_the_sweep_leaves_the_young(state, claim, clock):
    state.idempotency.keep(claim(), {})
    clock.now += 50
    state.idempotency.keep(claim("key-2"), {"young": True})
    clock.now += 50
    assert state.idempotency.drop(60) == 1
    assert claim("key-2").body == {"young": True}


def test_of_many_at_once_one_gets_it(claim):
    def attempt(_):
        try:
            return claim()
        except Conflict:
            return None

    with ThreadPoolExecutor(8) as pool:
        claims = [each for each in pool.map(attempt, range(16)) if each]
    assert len(claims) == 1


@pytest.fixture
def claim(state):
    def make(key="key-1", *, fingerprint="a", owner="ann", lease_s=60):
        return state.idempotency.claim(key, fingerprint, owner=owner, lease_s=lease_s)

    return make

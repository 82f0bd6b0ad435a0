"""The ring of keys over real records (SQLite); that the records hold on PostgreSQL too is tests/state's business."""

import re
import threading
from contextlib import closing

import pytest
import sqlalchemy as sa

from ragproxy.access import KeyRing
from ragproxy.access.keys import FRESH_S, HEAD, NOTED_S, STALE_S, VISIBLE, looks_like_ours, new_secret, sha256
from ragproxy.domain import Caller, Limits
from ragproxy.errors import InvalidRequest, StateUnavailable, Unauthenticated
from ragproxy.state import Opening, open_state
from tests import databases
from tests.fakes import FakeClock


def test_a_secret_is_256_random_bits():
    secrets = {new_secret() for _ in range(100)}
    assert len(secrets) == 100
    assert all(re.fullmatch(r"sk-rp-[A-Za-z0-9_-]{43}", secret) for secret in secrets)
    assert all(looks_like_ours(secret) for secret in secrets)
    assert not any(looks_like_ours(other) for other in ("", "sk-client", new_secret() + "x", new_secret()[1:]))


def test_the_secret_is_nowhere_in_the_database(ring, state, database_url):
    _, secret = ring.create(name="chat")
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        row = connection.execute(sa.text("SELECT * FROM keys")).one()
    engine.dispose()
    assert not any(secret[len(HEAD) :] in str(cell) or secret[VISIBLE:] in str(cell) for cell in row)
    assert row.prefix == secret[:VISIBLE]
    assert row.sha256 == sha256(secret)


def test_a_key_is_found_by_its_secret_with_all_that_was_said_of_it(ring):
    key, secret = ring.create(name="chat", owner="ann", groups=("staff",), limits=Limits(5, None))
    found = ring.find(secret)
    assert (found.key, found.status) == (key, "active")
    assert (key.name, key.owner, key.groups, key.limits) == ("chat", "ann", ("staff",), Limits(5, None))
    assert ring.find(new_secret()) is None


def test_who_came_a_while_ago_may_what_its_key_lets_it_by_now(ring):
    key, _ = ring.create(name="chat", owner="ann", models=("tiny",))
    ring.update(key.id, models=("other",), limits=Limits(5, None))
    renewed = ring.renewed(key.caller)
    assert (renewed.owner, renewed.models, renewed.limits) == ("ann", ("other",), Limits(5, None))


@pytest.mark.parametrize("caller", [Caller(), Caller(admin=True), Caller(owner="ann", id="oidc:key_1")])
def test_who_came_without_a_key_is_as_it_was(ring, caller):
    assert ring.renewed(caller) is caller


def test_whose_key_opens_nothing_any_more_may_nothing(ring, clock):
    revoked, _ = ring.create(name="revoked")
    ring.revoke(revoked.id)
    expired, _ = ring.create(name="expired", expires=int(clock.now) + 5)
    ring.renewed(expired.caller)
    clock.now += 6
    for caller, why in (
        (revoked.caller, "revoked"),
        (expired.caller, "expired"),
        (Caller(id="key_other"), "not exist"),
    ):
        with pytest.raises(Unauthenticated, match=why):
            ring.renewed(caller)


def test_a_key_without_a_name_is_refused(ring):
    with pytest.raises(InvalidRequest, match="name"):
        ring.create(owner="ann")


def test_a_key_that_is_in_use_asks_the_database_once_in_seconds(ring, keys, timer):
    _, secret = ring.create(name="chat")
    for _ in range(50):
        assert ring.find(secret)
    assert keys.asked == 1
    timer.now += FRESH_S - 0.01
    ring.find(secret)
    assert keys.asked == 1
    timer.now += 0.02
    ring.find(secret)
    assert keys.asked == 2


def test_a_wrong_key_asks_the_database_once_in_seconds_too(ring, keys, timer):
    wrong = new_secret()
    for _ in range(50):
        assert ring.find(wrong) is None
    assert keys.asked == 1
    timer.now += STALE_S
    assert ring.find(wrong) is None
    assert keys.asked == 2


def test_what_cannot_be_a_key_of_ours_asks_nothing(ring, keys):
    for other in ("sk-client", "", "x" * 49, "sk-rp-short", "sk-rp-" + "a" * 44):
        assert ring.find(other) is None
    assert keys.asked == 0


def test_a_revocation_counts_here_at_once(ring):
    key, secret = ring.create(name="chat")
    assert ring.find(secret).status == "active"
    ring.revoke(key.id)
    assert ring.find(secret).status == "revoked"


def test_a_revocation_elsewhere_counts_within_five_seconds(ring, other_ring, timer):
    key, secret = ring.create(name="chat")
    assert ring.find(secret).status == "active"
    other_ring.revoke(key.id)
    assert ring.find(secret).status == "active"  # as the database is not asked
    timer.now += STALE_S
    assert STALE_S < 5
    assert ring.find(secret).status == "revoked"


def test_a_key_in_constant_use_does_not_stay_known_for_ever(ring, other_ring, timer):
    key, secret = ring.create(name="chat")
    ring.find(secret)
    other_ring.revoke(key.id)
    statuses = []
    for _ in range(20):
        timer.now += STALE_S / 10
        statuses.append(ring.find(secret).status)
    assert statuses.index("revoked") < 10
    assert set(statuses[10:]) == {"revoked"}


def test_a_key_made_after_it_was_tried_opens_within_seconds(ring, other_ring, timer, keys):
    _, secret = ring.create(name="chat")
    keys.hidden.add(sha256(secret))
    assert ring.find(secret) is None
    keys.hidden.clear()
    timer.now += STALE_S
    assert ring.find(secret)


def test_new_limits_count_here_at_once_and_elsewhere_within_seconds(ring, other_ring, timer):
    key, secret = ring.create(name="chat")
    ring.find(secret)
    other_ring.find(secret)
    ring.update(key.id, limits=Limits(7, None))
    assert ring.find(secret).key.limits == Limits(7, None)
    assert other_ring.find(secret).key.limits == Limits()
    timer.now += STALE_S
    assert other_ring.find(secret).key.limits == Limits(7, None)


def test_an_expiry_is_exact_however_fresh_the_key(ring, clock):
    _, secret = ring.create(name="chat", expires=int(clock.now) + 10)
    assert ring.find(secret).status == "active"
    clock.now = int(clock.now) + 10
    assert ring.find(secret).status == "expired"


def test_the_end_of_a_grace_is_exact_however_fresh_the_key(ring, clock):
    key, former = ring.create(name="chat")
    _, secret = ring.rotate(key.id, grace_s=10)
    assert ring.find(former).key.id == ring.find(secret).key.id == key.id
    clock.now = int(clock.now) + 10
    assert ring.find(former).status == "replaced"
    assert ring.find(secret).status == "active"


def test_a_rotation_without_grace_ends_the_former_secret_at_once(ring):
    key, former = ring.create(name="chat")
    assert ring.find(former)
    _, secret = ring.rotate(key.id)
    assert ring.find(former).status == "replaced"
    assert ring.find(secret).status == "active"
    ring.rotate(key.id)
    assert ring.find(former) is None


def test_a_revoked_key_takes_its_former_secret_with_it(ring):
    key, former = ring.create(name="chat")
    _, secret = ring.rotate(key.id, grace_s=1000)
    assert ring.find(former).status == "active"
    ring.revoke(key.id)
    assert ring.find(former).status == ring.find(secret).status == "revoked"


def test_a_database_that_is_away_closes_but_for_keys_just_seen(ring, keys, timer):
    _, seen = ring.create(name="chat")
    _, unseen = ring.create(name="other")
    assert ring.find(seen)
    keys.away = True
    assert ring.find(seen)
    with pytest.raises(StateUnavailable):
        ring.find(unseen)
    timer.now += (FRESH_S + STALE_S) / 2
    assert ring.find(seen)  # asked for again in vain, and not too old yet
    timer.now += STALE_S
    with pytest.raises(StateUnavailable):
        ring.find(seen)
    keys.away = False
    assert ring.find(seen)


def test_only_one_request_waits_while_a_known_key_is_looked_up_again(ring, keys, timer):
    _, secret = ring.create(name="chat")
    ring.find(secret)
    timer.now += FRESH_S
    keys.gate.clear()
    waiting = threading.Thread(target=ring.find, args=(secret,))
    waiting.start()
    assert keys.entered.wait(10)
    for _ in range(10):
        assert ring.find(secret)  # would wait for the gate, too, and for ever
    keys.gate.set()
    waiting.join(10)
    assert keys.asked == 2


def test_secrets_are_remembered_up_to_a_number(state, keys, clock, timer):
    ring = KeyRing(keys, clock=clock, timer=timer, remembered=3)
    _, used = ring.create(name="chat")
    ring.find(used)
    wrong = [new_secret() for _ in range(10)]
    for secret in wrong:
        ring.find(secret)
        ring.find(used)
    assert keys.asked == 11  # the one in use was never forgotten
    ring.find(wrong[-1])
    assert keys.asked == 11
    ring.find(wrong[0])
    assert keys.asked == 12


def test_it_is_the_comparison_in_constant_time_that_opens(ring, keys):
    """A database that finds too much (a collation without case, say) opens nothing."""
    key, secret = ring.create(name="chat")
    keys.answer = Opening(key, sha256(secret).upper())
    assert ring.find(secret) is None


def test_last_uses_are_written_now_and_then_and_at_the_end(ring, state, clock):
    key, secret = ring.create(name="chat")
    used = int(clock.now)
    for _ in range(3):
        ring.find(secret)
    assert state.keys.get(key.id).last_used is None
    ring.note_uses()
    assert state.keys.get(key.id).last_used == used
    clock.now += 100
    ring.find(secret)
    ring.close()
    assert state.keys.get(key.id).last_used == used + 100
    assert NOTED_S <= 60


def test_last_uses_are_written_in_the_background(state, clock):
    ring = KeyRing(state.keys, clock=clock, noted_s=0.01)
    key, secret = ring.create(name="chat")
    ring.find(secret)
    ring.start()
    with closing(ring):
        for _ in range(1000):
            if state.keys.get(key.id).last_used:
                break
            threading.Event().wait(0.01)
        assert state.keys.get(key.id).last_used == int(clock.now)


def test_a_key_that_opens_nothing_is_not_used(ring, state):
    key, secret = ring.create(name="chat")
    ring.revoke(key.id)
    ring.find(secret)
    ring.note_uses()
    assert state.keys.get(key.id).last_used is None


def test_last_uses_that_cannot_be_written_wait(ring, state, keys, clock):
    key, secret = ring.create(name="chat")
    ring.find(secret)
    keys.away = True
    ring.note_uses()
    keys.away = False
    ring.note_uses()
    assert state.keys.get(key.id).last_used == int(clock.now)


@pytest.fixture
def ring(keys, clock, timer):
    return KeyRing(keys, clock=clock, timer=timer)


@pytest.fixture
def other_ring(state, clock, timer):
    """That of another worker."""
    return KeyRing(state.keys, clock=clock, timer=timer)


@pytest.fixture
def keys(state):
    return CountedKeys(state.keys)


class CountedKeys:
    """Real keys that count how often they are asked, and can be away, wrong or slow."""

    def __init__(self, keys):
        self._keys = keys
        self.asked = 0
        self.away = False
        self.answer = None
        self.hidden = set()
        self.entered, self.gate = threading.Event(), threading.Event()
        self.gate.set()

    def by_sha256(self, digest):
        self.asked += 1
        if self.asked > 1:
            self.entered.set()
        self.gate.wait(10)
        self._answering()
        return None if digest in self.hidden else self.answer or self._keys.by_sha256(digest)

    def touch(self, used):
        self._answering()
        self._keys.touch(used)

    def _answering(self):
        if self.away:
            raise StateUnavailable("The database does not answer; try again in a moment")

    def __getattr__(self, name):
        return getattr(self._keys, name)


@pytest.fixture
def state(database_url, clock):
    with closing(open_state(database_url, clock=clock)) as state:
        yield state


@pytest.fixture
def database_url(tmp_path):
    return databases.migrated(f"sqlite:///{tmp_path}/ragproxy.db")


@pytest.fixture
def clock():
    return FakeClock(1_700_000_000.5)


@pytest.fixture
def timer():
    return FakeClock()

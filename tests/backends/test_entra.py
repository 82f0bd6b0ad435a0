import threading
import time

import pytest

from ragproxy.backends.entra import Tokens
from ragproxy.domain import Cancel
from ragproxy.errors import UpstreamBroken, UpstreamError, UpstreamUnavailable
from tests.azure import Login
from tests.replies import Reply


def test_a_token_is_kept_until_five_minutes_before_its_end(tokens, login, clock):
    assert tokens.bearer(Cancel()) == "token-1"
    clock.now += 3299
    assert tokens.bearer(Cancel()) == "token-1"
    assert len(login.requests) == 1
    clock.now += 301  # its end
    assert tokens.bearer(Cancel()) == "token-2"


def test_while_the_old_token_holds_nobody_waits_for_the_new_one(tokens, login, clock):
    tokens.bearer(Cancel())
    clock.now += 3400
    login.script(Reply.json({"access_token": "new", "expires_in": 3600}, head_delay_s=0.3))
    began = time.monotonic()
    assert {tokens.bearer(Cancel()) for _ in range(5)} == {"token-1"}
    assert time.monotonic() - began < 0.2
    assert eventually(lambda: tokens.bearer(Cancel()) == "new")
    assert len(login.requests) == 2


def test_a_token_that_cannot_be_renewed_serves_to_its_end(tokens, login, clock):
    tokens.bearer(Cancel())
    clock.now += 3400
    login.script(*[Reply.json({"error": "temporarily_unavailable"}, 503)] * 50)
    assert tokens.bearer(Cancel()) == "token-1"
    assert eventually(lambda: len(login.requests) == 2)
    assert tokens.bearer(Cancel()) == "token-1"
    clock.now += 200
    with pytest.raises(UpstreamUnavailable, match="503 \\(temporarily_unavailable\\)"):
        tokens.bearer(Cancel())


def test_a_short_token_is_renewed_in_its_last_fifth(tokens, login, clock):
    login.lasts_s = "100"  # some servers write it so
    tokens.bearer(Cancel())
    clock.now += 79
    assert tokens.bearer(Cancel()) == "token-1"
    assert len(login.requests) == 1
    clock.now += 2
    tokens.bearer(Cancel())
    assert eventually(lambda: len(login.requests) == 2)


def test_any_number_of_callers_make_one_request(tokens, login):
    login.script(Reply.json({"access_token": "one", "expires_in": 3600}, head_delay_s=0.2))
    got = []
    threads = [threading.Thread(target=lambda: got.append(tokens.bearer(Cancel()))) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert got == ["one"] * 20
    assert len(login.requests) == 1


def test_those_who_waited_share_its_failure_and_the_next_asks_again(tokens, login):
    login.script(Reply.json({"error": "server_error"}, 500, head_delay_s=0.2))
    failed = []

    def ask():
        with pytest.raises(UpstreamUnavailable):
            tokens.bearer(Cancel())
        failed.append(True)

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(5)
    assert (len(failed), len(login.requests)) == (5, 1)
    assert tokens.bearer(Cancel()) == "token-1"


def test_a_caller_who_gives_up_is_let_go_and_spoils_it_for_nobody(tokens, login, breaking_after):
    login.script(Reply.json({"access_token": "late", "expires_in": 3600}, head_delay_s=0.6))
    with breaking_after(0.1) as (cancel, since), pytest.raises(UpstreamBroken, match="given up"):
        tokens.bearer(cancel)
    assert since() < 0.2
    assert tokens.bearer(Cancel()) == "late"
    assert len(login.requests) == 1


def test_a_caller_who_has_gone_already_does_not_wait(tokens, login):
    login.script(Reply.json({}, head_delay_s=5))
    cancel = Cancel()
    cancel.cancel()
    with pytest.raises(UpstreamBroken):
        tokens.bearer(cancel)


def test_a_token_that_is_forgotten_is_not_given_again(tokens):
    tokens.forget(tokens.bearer(Cancel()))
    assert tokens.bearer(Cancel()) == "token-2"
    tokens.forget("token-1")  # of before
    assert tokens.bearer(Cancel()) == "token-2"


@pytest.mark.parametrize(
    "body",
    [{}, [], {"access_token": 5, "expires_in": 60}, {"access_token": "a\nb", "expires_in": 60}, {"access_token": "a"}],
)
def test_an_answer_without_a_token_that_can_be_used_is_none(tokens, login, body):
    login.script(Reply.json(body))
    with pytest.raises(UpstreamUnavailable, match="gave no token"):
        tokens.bearer(Cancel())


def test_a_login_server_that_is_not_there_is_named(http, clock):
    login = Login("tenant", "client", "hush")
    with login:
        address = login.endpoint
    tokens = Tokens(http(address), tenant="tenant", client="client", secret="hush", clock=clock)
    with pytest.raises(UpstreamError, match=address.removeprefix("http://")):
        tokens.bearer(Cancel())


def test_closing_breaks_off_a_renewal(tokens, login):
    login.script(Reply.json({}, head_delay_s=30))
    ended = []

    def ask():
        with pytest.raises(UpstreamError):
            tokens.bearer(Cancel())
        ended.append(time.monotonic())

    thread = threading.Thread(target=ask)
    thread.start()
    assert eventually(lambda: login.requests)
    tokens.close()
    thread.join(2)
    assert ended


# ---- fixtures -----------------------------------------------------------------------------------


class Clock:
    now = 1000.0

    def __call__(self):
        return self.now


def eventually(true, wait_s=5.0):
    end = time.monotonic() + wait_s
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.01)
    return False


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def login():
    with Login("tenant", "client", "hush") as login:
        yield login


@pytest.fixture
def http(open_http):
    return lambda address: open_http(address, key=None)


@pytest.fixture
def tokens(http, login, clock):
    return Tokens(http(login.endpoint), tenant="tenant", client="client", secret="hush", clock=clock)

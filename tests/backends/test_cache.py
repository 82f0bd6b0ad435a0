"""Answers kept and given again: what is kept, to whom it is given, and what becomes of a store that fails."""

import logging
import os
import pickle
import shutil
import socket
import subprocess
import time
from contextlib import closing
from dataclasses import replace

import pytest

from ragproxy.backends import cache as module
from ragproxy.backends.cache import Cache, in_memory, in_redis, open_cache
from ragproxy.domain import PULSE, CacheUse, Delta, Usage
from ragproxy.errors import NotServed, UpstreamBroken, UpstreamUnavailable
from tests.asking import chat, completion, finishes, text
from tests.fakes import FakeClock, FakeModel

HOUR = CacheUse(3600)


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("then", [False, True])
def test_the_second_answer_comes_from_the_cache(cache, first, then):
    model = FakeModel("Par", "is")
    asked(cache, model, chat(stream=first))
    again = asked(cache, model, chat(stream=then))
    assert len(model.requests) == 1
    assert (text(again), finishes(again)) == ("Paris", {0: "stop"})
    assert [delta.usage for delta in again if delta.usage] == [Usage(10, 2, 12)]


def test_the_first_delta_says_whether_it_was_there_and_nothing_else_changes(cache):
    first = Delta(content="a", headers={"x-ratelimit-remaining-requests": "9"})
    model = FakeModel(first, Delta(finish_reason="stop"))
    missed, found = asked(cache, model), asked(cache, model)
    assert missed == [replace(first, headers={**first.headers, "x-cache": "miss"}), Delta(finish_reason="stop")]
    assert [delta.headers for delta in found] == [{"x-cache": "hit"}]  # the limits of then say nothing now


def test_signs_of_life_are_passed_on_and_not_kept(cache):
    model = FakeModel(Delta(content="a"), PULSE, Delta(finish_reason="stop"))
    assert PULSE in asked(cache, model, chat(stream=True))
    again = asked(cache, model, chat(stream=True))
    assert (text(again), finishes(again)) == ("a", {0: "stop"})


def test_several_choices_are_kept_together(cache):
    model = FakeModel("a")
    asked(cache, model, chat(params={"n": 3}))
    assert finishes(asked(cache, model, chat(params={"n": 3}))) == {0: "stop", 1: "stop", 2: "stop"}
    assert len(model.requests) == 1


def test_legacy_completions_are_kept_too(cache):
    model = FakeModel("a")
    for _ in range(2):
        deltas = list(around(cache, model).complete(completion("One", "Two")))
        assert (text(deltas, 1), finishes(deltas)) == ("a", {0: "stop", 1: "stop"})
    assert len(model.requests) == 1


@pytest.mark.parametrize(
    "other", [{"owner": "bob"}, {"versions": {"vs_1": 2}}, {"versions": {"vs_2": 1}}, {"versions": {}}]
)
def test_another_owner_and_another_version_are_answered_anew(cache, other):
    model = FakeModel("a")
    asked(cache, model)
    assert outcome(asked(cache, model, **other)) == "miss"
    assert len(model.requests) == 2


def test_a_fresh_answer_is_not_taken_from_the_cache_but_put_there(cache):
    old, new = FakeModel("old"), FakeModel("new")
    asked(cache, old)
    assert text(asked(cache, new, use=replace(HOUR, fresh=True))) == "new"
    assert text(asked(cache, old)) == "new"


def test_an_answer_is_kept_no_longer_than_it_may(cache):
    model = FakeModel("a")
    asked(cache, model, use=CacheUse(1))
    time.sleep(2.1)  # both stores count whole seconds
    assert outcome(asked(cache, model)) == "miss"


def test_two_servers_with_other_upstreams_do_not_share(store):
    model = FakeModel("a")
    asked(Cache(store, salt="one"), model)
    assert outcome(asked(Cache(store, salt="two"), model)) == "miss"
    assert outcome(asked(Cache(store, salt="one"), model)) == "hit"


# ---- what is not kept ---------------------------------------------------------------------------


@pytest.mark.parametrize("error", [UpstreamUnavailable("down"), NotServed("no")])
def test_an_error_is_raised_and_not_kept(cache, error):
    with pytest.raises(type(error)):
        asked(cache, FakeModel(fails=error))
    assert outcome(asked(cache, FakeModel("a"))) == "miss"


def test_an_answer_that_breaks_off_is_not_kept(cache):
    with pytest.raises(UpstreamBroken):
        asked(cache, FakeModel(Delta(content="a", finish_reason="stop"), fails_after=UpstreamBroken("cut")))
    assert outcome(asked(cache, FakeModel("a"))) == "miss"


def test_an_answer_that_ends_without_saying_so_is_not_kept(cache):
    asked(cache, FakeModel(Delta(content="a")))
    assert outcome(asked(cache, FakeModel("a"))) == "miss"


@pytest.mark.parametrize("taken", [0, 1, 2, 3])
def test_an_answer_whose_client_left_is_not_kept_and_the_model_is_closed(cache, taken):
    model = FakeModel("a", "b")
    with closing(around(cache, model).chat(chat())) as deltas:
        for _ in range(taken):
            next(deltas)
    assert model.opened == model.ended
    assert outcome(asked(cache, FakeModel("c"))) == "miss"


def test_an_answer_that_a_hang_up_may_have_shortened_is_not_kept(cache):
    request = chat()
    deltas = around(cache, FakeModel("a")).chat(request)
    next(deltas)
    request.cancel.cancel()
    list(deltas)
    assert outcome(asked(cache, FakeModel("a"))) == "miss"


def test_a_very_long_answer_is_passed_on_and_not_kept(store):
    cache = Cache(store, largest=100)
    said = asked(cache, FakeModel("x" * 90, "y" * 90))
    assert text(said) == "x" * 90 + "y" * 90
    assert outcome(asked(cache, FakeModel("a"))) == "miss"


def test_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(module, "ENTRIES", 20)
    cache = open_cache(None)
    model = FakeModel("a")
    for number in range(60):
        asked(cache, model, chat(params={"seed": number}))
    newest_first = [outcome(asked(cache, model, chat(params={"seed": number}))) for number in reversed(range(60))]
    assert newest_first.index("miss") in (20, 21)


# ---- the store ----------------------------------------------------------------------------------


def test_every_look_is_told(store):
    told = []
    cache = Cache(store, note=told.append)
    for _ in range(2):
        asked(cache, FakeModel("a"))
    asked(cache, FakeModel("a"), use=replace(HOUR, fresh=True))
    assert told == ["miss", "hit"]


def test_what_somebody_else_put_there_is_a_miss_and_never_unpickled(redis_url, tmp_path):
    import redis

    client = redis.Redis.from_url(redis_url)
    cache = open_cache(redis_url)
    asked(cache, FakeModel("a"))
    (key,) = client.keys("ragproxy:answer:*")
    for data in (
        b"!" + pickle.dumps(_Trap(str(tmp_path / "made"))),
        pickle.dumps(_Trap(str(tmp_path / "made"))),
        b"12",
    ):
        client.set(key, data)
        assert outcome(asked(cache, FakeModel("b"))) == "miss"
    assert not (tmp_path / "made").exists()


def test_processes_share_what_is_in_redis(redis_url):
    asked(open_cache(redis_url), FakeModel("a"))
    assert outcome(asked(open_cache(redis_url), FakeModel("b"))) == "hit"


def test_what_is_in_redis_has_an_end(redis_url):
    import redis

    asked(open_cache(redis_url), FakeModel("a"), use=CacheUse(77))
    client = redis.Redis.from_url(redis_url)
    (key,) = client.keys("*")
    assert 70 <= client.ttl(key) <= 77


@pytest.mark.parametrize("fault", ["refuses", "deaf"])
def test_a_redis_that_is_away_is_a_miss_soon(fault, lines):
    pytest.importorskip("redis", reason="the client of Redis is not installed")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        if fault == "refuses":
            listener.close()
        told, clock = [], FakeClock()
        cache = Cache(in_redis(f"redis://:hush@127.0.0.1:{port}"), note=told.append, clock=clock)
        began = time.monotonic()
        for _ in range(3):
            said = asked(cache, FakeModel("a"))
            assert (text(said), outcome(said)) == ("a", "miss")
        assert time.monotonic() - began < 2
        assert set(told) == {"error"}
        assert len(lines.messages) == 1  # and nobody asks it again for a while
        assert "hush" not in lines.text
        clock.now += 11
        asked(cache, FakeModel("a"))
        assert len(lines.messages) == 2


def test_redis_is_used_again_when_it_is_back(redis_server):
    clock = FakeClock()
    cache = Cache(in_redis(redis_server.url), clock=clock)
    asked(cache, FakeModel("a"))
    redis_server.stop()
    assert outcome(asked(cache, FakeModel("a"))) == "miss"
    redis_server.start()
    clock.now += 11
    asked(cache, FakeModel("b"))
    assert outcome(asked(cache, FakeModel("c"))) == "hit"


# ---- fixtures -----------------------------------------------------------------------------------


def around(cache, model, *, owner="ann", versions=None, use=HOUR):
    return cache.around(model, owner=owner, versions={"vs_1": 1} if versions is None else versions, use=use)


def asked(cache, model, request=None, **options):
    return list(around(cache, model, **options).chat(request or chat()))


def outcome(deltas):
    return deltas[0].headers["x-cache"]


@pytest.fixture(params=["memory", "redis"])
def cache(request):
    """A cache over each of the stores."""
    return open_cache(request.getfixturevalue("redis_url") if request.param == "redis" else None)


@pytest.fixture
def store():
    return in_memory()


@pytest.fixture
def lines(caplog):
    """What is logged, whoever has set the logging up before."""
    logger = logging.getLogger("ragproxy.backends.cache")
    logger.addHandler(caplog.handler)
    logger.propagate = False
    yield caplog
    logger.propagate = True
    logger.removeHandler(caplog.handler)


@pytest.fixture
def redis_url(redis_server):
    import redis

    redis.Redis.from_url(redis_server.url).flushall()
    return redis_server.url


@pytest.fixture(scope="module")
def redis_server(tmp_path_factory):
    pytest.importorskip("redis", reason="the client of Redis is not installed")
    if not shutil.which("redis-server"):
        pytest.skip("redis-server is not installed")
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    server.start()
    yield server
    server.stop()


class RedisServer:
    """A Redis of our own, that keeps nothing."""

    def __init__(self, folder):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self._port = probe.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self._port}"
        self._folder = folder

    def start(self):
        import redis

        command = ["redis-server", "--port", str(self._port), "--bind", "127.0.0.1", "--save", "", "--dir"]
        self._process = subprocess.Popen([*command, str(self._folder)], stdout=subprocess.DEVNULL)
        client, until = redis.Redis.from_url(self.url), time.monotonic() + 10
        while True:
            try:
                client.ping()
                return
            except redis.ConnectionError:
                assert time.monotonic() < until
                time.sleep(0.02)

    def stop(self):
        self._process.kill()
        self._process.wait()


class _Trap:
    """Whoever unpickles it makes a folder."""

    def __init__(self, path):
        self._path = path

    def __reduce__(self):
        return os.mkdir, (self._path,)

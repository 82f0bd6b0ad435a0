"""Limits of requests and tokens on real servers, as the official client meets them."""

import contextlib
import os
import shutil
import socket
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle

import openai
import pytest
import requests
from openai import OpenAI

from tests.e2e.scaled import REDIS, wait_until
from tests.e2e.servers import Server, free_port, migrated, ragproxy
from tests.replies import Reply, chat_chunk, chat_frames, sse, whole

ADMIN = "the-admin-key-of-this-test"
AT_ONCE = 50
QUESTION = {"model": "tiny", "messages": [{"role": "user", "content": "one two three"}], "max_tokens": 97}
WANTED = 3 + 97  # tokens


def test_two_servers_admit_exactly_the_limit_together(pair, key):
    ask = asker(pair, key({"requests_per_minute": 20}))
    outcomes = at_once(lambda: ask().chat.completions.with_raw_response.create(**QUESTION))
    refused = [each for each in outcomes if isinstance(each, openai.RateLimitError)]
    admitted = [each for each in outcomes if not isinstance(each, Exception)]
    assert (len(admitted), len(refused)) == (20, AT_ONCE - 20)
    for each in refused:
        assert each.code == "rate_limit_exceeded"
        assert 1 <= int(each.response.headers["retry-after"]) <= 60
        assert each.response.headers["x-ratelimit-remaining-requests"] == "0"
    assert {int(each.headers["x-ratelimit-remaining-requests"]) for each in admitted} <= set(range(20))


def test_two_servers_reserve_no_more_tokens_than_there_are(pair, key, upstream):
    secret = key({"tokens_per_minute": 1000})
    ask = asker(pair, secret)
    upstream.script(*[Reply.json(whole("Yes"), head_delay_s=3)] * AT_ONCE, path="/chat/completions")  # 9 tokens each
    outcomes = at_once(lambda: ask().chat.completions.create(**QUESTION))
    assert sum(not isinstance(each, Exception) for each in outcomes) == 1000 // WANTED
    assert sum(isinstance(each, openai.RateLimitError) for each in outcomes) == AT_ONCE - 1000 // WANTED
    assert [left(server, secret) for server in pair] == [1000 - 9 * 10] * 2


@pytest.mark.parametrize("server_number", [0, 1])
def test_a_client_that_hangs_up_gives_back_what_it_did_not_consume(pair, key, upstream, server_number):
    secret, server = key({"tokens_per_minute": 1000}), pair[server_number]
    upstream.script(Reply.events(*chat_frames("Yes")[:2], sse(chat_chunk({"content": "on"})), stalls=True))
    stream = client(server, secret).chat.completions.create(**QUESTION, stream=True)
    assert next(iter(stream)).choices[0].delta.role == "assistant"
    assert left(pair[1 - server_number], secret) == 1000 - WANTED
    stream.close()
    wait_until(lambda: 1000 - 20 < left(pair[1 - server_number], secret) < 1000, timeout_s=5)


def test_the_official_client_does_not_send_again_what_is_too_large(pair, key):
    patient = client(pair[0], key({"tokens_per_minute": 50}), max_retries=2)
    began = time.monotonic()
    with pytest.raises(openai.RateLimitError, match="Request too large on tokens per min"):
        patient.chat.completions.create(**QUESTION)
    assert time.monotonic() - began < 1


def test_when_redis_dies_all_are_let_through_and_limited_again_when_it_is_back(tmp_path, shared_upstream):
    with OwnRedis(tmp_path) as redis:
        migrated(tmp_path / "data")
        variables = writing(shared_upstream, REDIS_URL=redis.url, RAGPROXY_REQUESTS_PER_MINUTE="2")
        with Server(tmp_path / "data", **variables) as server:
            ask = lambda: requests.get(server.url + "/v1/models", timeout=10)  # noqa: E731
            assert [ask().status_code for _ in range(3)] == [200, 200, 429]
            redis.kill()
            began = time.monotonic()
            assert [ask().status_code for _ in range(5)] == [200] * 5
            assert time.monotonic() - began < 2
            assert server.metric("ragproxy_requests_unlimited_total") == 5
            assert server.log.read_text().count("limits are not checked") == 1
            redis.start()
            wait_until(lambda: ask().headers.get("x-ratelimit-remaining-requests") == "0", timeout_s=15)
            assert ask().status_code == 429


class OwnRedis:
    """A Redis of this test's own, that can be killed and started again; or a skip."""

    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None
        self.url = f"redis://127.0.0.1:{self.port}"

    def start(self):
        command = shutil.which("redis-server") or pytest.skip("there is no redis-server here")
        settings = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen([command, *settings], stdout=subprocess.DEVNULL)
        wait_until(self._answers, timeout_s=10)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def _answers(self):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(5) == b"+PONG"

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()


def client(server, secret, **given):
    return OpenAI(base_url=server.url + "/v1", api_key=secret, **{"max_retries": 0, "timeout": 60} | given)


def asker(pair, secret):
    """One client of each server, in turns."""
    clients = cycle([client(server, secret) for server in pair])
    return lambda: next(clients)


def at_once(ask):
    """What comes of asking so often at the same time: answers and errors."""

    def outcome(_):
        try:
            return ask()
        except openai.OpenAIError as err:
            return err

    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(outcome, range(AT_ONCE)))


def left(server, secret):
    """Tokens that are not used up nor reserved."""
    answer = requests.get(server.url + "/v1/models", headers=bearer(secret), timeout=10)
    return int(answer.headers["x-ratelimit-remaining-tokens"])


def bearer(secret):
    return {"Authorization": f"Bearer {secret}"}


def writing(upstream, **variables):
    return {
        "OPENAI_BASE_URL": upstream.url,
        "OPENAI_API_KEY": "sk-upstream",
        "RAGPROXY_UPSTREAM_MODEL": "tiny",
    } | variables


@pytest.fixture(scope="module")
def redis_url():
    """A database of the server that is empty, and nobody else's until we are done; or a skip."""
    redis = pytest.importorskip("redis")
    for number in range(15, 0, -1):
        connection = redis.Redis.from_url(f"{REDIS}/{number}", socket_connect_timeout=3)
        try:
            if connection.dbsize() == 0 and connection.set("ragproxy-tests", os.getpid(), nx=True, ex=600):
                yield f"{REDIS}/{number}"
                connection.flushdb()
                return
        except redis.RedisError as err:
            pytest.skip(f"no Redis (RAGPROXY_TEST_REDIS): {type(err).__name__}")
    pytest.skip("no database of the Redis is empty")


@pytest.fixture(scope="module")
def pair(tmp_path_factory, redis_url, shared_upstream):
    """Two servers of one process each, over the same records and the same Redis."""
    folder = tmp_path_factory.mktemp("pair")
    variables = writing(
        shared_upstream,
        REDIS_URL=redis_url,
        DATABASE_URL=f"sqlite:///{folder}/ragproxy.db",
        RAGPROXY_AUTH="keys",
        RAGPROXY_ADMIN_KEY=ADMIN,
    )
    ragproxy("migrate", data_dir=folder / "one", **variables)
    with Server(folder / "one", **variables) as one, Server(folder / "other", **variables) as other:
        yield one, other


@pytest.fixture
def key(pair):
    """Makes keys with limits."""

    def make(limits):
        body = {"name": "any", "limits": limits}
        answer = requests.post(pair[0].url + "/admin/keys", json=body, headers=bearer(ADMIN), timeout=10)
        answer.raise_for_status()
        return answer.json()["value"]

    return make

"""Redis, its bell, a Chroma server and a bucket: real ones, well and not."""

import shutil
import subprocess
import threading
import time
import uuid
from contextlib import closing
from dataclasses import replace

import pytest
import redis as client
import requests

from ragproxy.checks.sharing import bucket, chroma, judged, redis, worker
from ragproxy.domain import File
from ragproxy.services.background import salt
from ragproxy.state import open_blobs, open_state
from ragproxy.worker import Jobs, RedisCondition
from ragproxy.worker.queue import open_redis
from tests.chroma import ChromaServer
from tests.databases import migrated
from tests.e2e.servers import free_port

SOUND = RedisCondition("7.0", "noeviction", 1 << 20, 0, True, 0.0, (0.0, 0.0))
CHROMA = "http://127.0.0.1:1"  # that there is one, without asking it


def test_a_redis_tells_its_version_and_its_time(scene, redis_url):
    told = list(redis(scene(REDIS_URL=redis_url)))
    assert [(each.name, each.status) for each in told] == [("redis", "ok"), ("clock.redis", "ok")]
    told = list(redis(scene(REDIS_URL=redis_url, clock=lambda: time.time() + 120)))
    assert (told[1].status, "behind" in told[1].message) == ("warning", True)


def test_a_real_redis_that_forgets_anything(scene, tmp_path):
    with _OwnRedis(tmp_path, "--maxmemory", "20mb", "--maxmemory-policy", "allkeys-lru") as url:
        told = next(redis(scene(REDIS_URL=url)))
    assert (told.status, "allkeys-lru" in told.message, "volatile-ttl" in told.advice) == ("warning", True, True)


@pytest.mark.parametrize(
    ("changed", "status", "words"),
    [
        ({}, "ok", "noeviction"),
        ({"policy": "allkeys-lru"}, "ok", "allkeys-lru"),  # without a limit it forgets nothing
        ({"policy": "volatile-ttl", "limit": 1 << 30}, "ok", "volatile-ttl"),
        ({"policy": "allkeys-lfu", "limit": 1 << 30}, "warning", "forgets anything"),
        ({"limit": 1 << 20}, "warning", "1 MiB of its 1 MiB"),
        ({"saved": False}, "warning", "could not write its last snapshot"),
    ],
)
def test_what_is_to_be_thought_of_a_redis(changed, status, words):
    told = judged(replace(SOUND, **changed))
    assert (told.status, words in told.message) == (status, True)


def test_a_redis_that_is_down_does_not_tell_the_password(scene):
    (told,) = redis(scene(REDIS_URL=f"redis://:hidden@127.0.0.1:{free_port()}"))
    assert (told.status, "hidden" in f"{told.message}{told.advice}") == ("failed", False)


def test_without_redis_nothing_is_said(scene):
    assert [*redis(scene()), *worker(scene()), *chroma(scene()), *bucket(scene())] == []


# ---- workers ----


def test_a_worker_that_listens_is_heard_whatever_older_rings_there_are(scene, tmp_path, redis_url):
    given = scene(REDIS_URL=redis_url, CHROMA_URL=CHROMA)
    queue = {"file": tmp_path / "unused", "redis_url": redis_url, "salt": f"-{salt(given.settings)}"}
    rung = threading.Semaphore(0)
    jobs = Jobs(work=lambda _: rung.release(), sweep=lambda: None, abort=lambda: None, **queue)
    for _ in range(6):
        jobs.ring()
    jobs.start()
    try:
        assert rung.acquire(timeout=10)  # those before, and the start's own
        (told,) = worker(given)
        assert (told.status, told.message) == ("ok", "A worker answers the bell")
    finally:
        jobs.stop()


def test_no_worker_and_nothing_to_do_is_a_warning_and_leaves_no_ring_behind(scene, redis_url):
    given = scene(timeout_s=0.3, REDIS_URL=redis_url, CHROMA_URL=CHROMA)
    migrated(given.settings.database)
    (told,) = worker(given)
    assert (told.status, "ragproxy worker" in told.advice) == ("warning", True)
    assert open_redis(redis_url, f"-{salt(given.settings)}").storage.queue_size() == 0


def test_rings_that_nobody_took_stay_as_they_are(scene, redis_url):
    given = scene(timeout_s=0.3, REDIS_URL=redis_url, CHROMA_URL=CHROMA)
    migrated(given.settings.database)
    queue = open_redis(redis_url, f"-{salt(given.settings)}").storage
    for waiting in range(1, 6):
        queue.enqueue(b'["id", "name"]')
        (told,) = worker(given)
        assert (told.status, queue.queue_size()) == ("warning", waiting)


def test_no_worker_and_files_that_wait_is_a_failure(scene, redis_url):
    given = scene(timeout_s=0.3, REDIS_URL=redis_url, CHROMA_URL=CHROMA)
    _with_a_file_that_waits(given.settings.database)
    (told,) = worker(given)
    assert (told.status, "1 files wait" in told.message) == ("failed", True)


def test_no_worker_and_no_tables_either(scene, data_dir, redis_url):
    data_dir.mkdir()
    (told,) = worker(scene(timeout_s=0.3, REDIS_URL=redis_url, CHROMA_URL=CHROMA))
    assert (told.status, "run `ragproxy migrate`" in told.message) == ("warning", True)


def test_a_worker_whose_redis_is_down_cannot_be_told(scene):
    (told,) = worker(scene(REDIS_URL=f"redis://127.0.0.1:{free_port()}", CHROMA_URL=CHROMA))
    assert (told.status, "cannot be told" in told.message) == ("warning", True)


# ---- Chroma ----


def test_a_chroma_server(scene, tmp_path):
    with ChromaServer(tmp_path) as server:
        told = list(chroma(scene(CHROMA_URL=server.url)))
        assert [(each.name, each.status) for each in told] == [("chroma", "ok"), ("clock.chroma", "ok")]
        told = list(chroma(scene(CHROMA_URL=server.url, clock=lambda: time.time() - 900)))
        assert told[1].status == "warning"
    (told,) = chroma(scene(CHROMA_URL=server.url))
    assert (told.status, "refuses connections" in told.message) == ("failed", True)


def test_another_program_in_the_place_of_chroma(scene, web):
    with web({}) as url:
        (told,) = chroma(scene(CHROMA_URL=url))
    assert (told.status, "is not a Chroma server" in told.message) == ("failed", True)


def test_a_chroma_server_of_another_version(scene, web):
    beat = (200, {"nanosecond heartbeat": time.time_ns()})
    with web({"/api/v2/heartbeat": beat, "/api/v2/version": (200, b'"7.1.0"')}) as url:
        told = next(chroma(scene(CHROMA_URL=url)))
    assert (told.status, "version 7.1.0" in told.message) == ("warning", True)


# ---- the bucket ----


def test_a_bucket_takes_gives_lists_and_deletes_and_nothing_stays(scene, s3):
    name, environ = s3
    url = f"s3://{name}/prefix"
    blobs = open_blobs(url)
    told = list(bucket(scene(RAGPROXY_FILES_URL=url, **environ)))
    assert [(each.name, each.status) for each in told] == [("bucket", "ok"), ("clock.bucket", "ok")]
    assert list(open_blobs(f"{url}/ragproxy-doctor").all()) == list(blobs.all()) == []


def test_a_bucket_that_is_not_there(scene, s3):
    _, environ = s3
    told = next(bucket(scene(RAGPROXY_FILES_URL=f"s3://absent-{uuid.uuid4().hex}/x", **environ)))
    assert (told.name, told.status) == ("bucket", "failed")
    assert "AWS_" in told.advice


def test_the_clock_of_a_bucket(scene, s3):
    name, environ = s3
    told = list(bucket(scene(RAGPROXY_FILES_URL=f"s3://{name}/x", clock=lambda: time.time() + 600, **environ)))
    assert [(each.name, each.status) for each in told] == [("bucket", "ok"), ("clock.bucket", "warning")]


@pytest.fixture
def redis_url(tmp_path):
    with _OwnRedis(tmp_path) as url:
        yield url


class _OwnRedis:
    """A Redis of the test's own."""

    def __init__(self, folder, *options):
        if not shutil.which("redis-server"):
            pytest.skip("redis-server is not installed")
        port = free_port()
        self.url = f"redis://127.0.0.1:{port}"
        command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", str(folder)]
        self._process = subprocess.Popen([*command, *options], stdout=subprocess.DEVNULL)

    def __enter__(self):
        until = time.monotonic() + 10
        while True:
            try:
                client.Redis.from_url(self.url).ping()
                return self.url
            except client.ConnectionError:
                assert time.monotonic() < until
                time.sleep(0.02)

    def __exit__(self, *_):
        self._process.kill()
        self._process.wait()


@pytest.fixture
def s3(s3_server, monkeypatch):
    """A bucket on an S3 server on this machine: its name, and the variables that lead to it."""
    name = f"doctor-{uuid.uuid4().hex}"  # every S3 server of moto's in one process has the same buckets
    requests.put(f"{s3_server['AWS_ENDPOINT_URL']}/{name}", timeout=10).raise_for_status()
    for variable, value in s3_server.items():
        monkeypatch.setenv(variable, value)
    return name, s3_server


@pytest.fixture(scope="session")  # a driver may keep the first one it was led to for the life of the process
def s3_server():
    moto = pytest.importorskip("moto.server", reason="no S3 server: pip install moto[server]")
    server = moto.ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    server.stop()


def _with_a_file_that_waits(database):
    migrated(database)
    with closing(open_state(database)) as state:
        store = state.stores.create("town", owner="ann")
        about = {"filename": "a.txt", "purpose": "assistants", "sha256": "a" * 64, "size": 12, "created": 1}
        state.library.create(File(id="file-a", owner="ann", **about))
        state.files.attach(store.id, ["file-a"], owner="ann")

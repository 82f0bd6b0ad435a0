"""The scaled set: PostgreSQL, Redis, a Chroma server and S3, and machines that share nothing else.

`Services` are the four; `Machines` are web servers and job workers over them, each with a folder of its own, behind a
balancer that gives every connection to another server: what one of them knows and the next does not, shows.
"""

import contextlib
import os
import select
import signal
import socket
import subprocess
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from urllib.parse import quote

import httpx
import requests
from openai import OpenAI

from tests.chroma import ChromaServer
from tests.databases import POSTGRES
from tests.e2e.servers import Server, environment, ragproxy, start
from tests.e2e.strict import Listening

REDIS = os.environ.get("RAGPROXY_TEST_REDIS", "redis://127.0.0.1:6379")
BUCKET = "ragproxy-tests"


class Absent(Exception):
    """Why the scaled set cannot be run here."""


class Services:
    """The four, each with a place of this run's own, which `close` leaves as it was."""

    def __init__(self, folder):
        self._stack = contextlib.ExitStack()
        self.versions = []
        try:
            self._postgres()
            self.redis_url, self._client = self._redis()
            self.versions.append(f"Redis {self._client.info()['redis_version'].partition('.')[0]}")
            self._s3 = self._moto()
            self.chroma = self._stack.enter_context(ChromaServer(folder))
            self.versions.append(f"Chroma {_version('chromadb')}")
        except BaseException:
            self._stack.close()
            raise

    def variables(self, **more):
        """The settings of a deployment over a database and a bucket of its own."""
        schema = f"e2e_{uuid.uuid4().hex}"
        with self._connect() as connection:
            connection.execute(f"CREATE SCHEMA {schema}")
        self._stack.callback(self._drop, schema)
        address = POSTGRES.replace("postgresql://", "postgresql+psycopg://", 1)
        options = f"-csearch_path={schema} -csynchronous_commit=off"  # nobody kills the database itself
        return {
            "DATABASE_URL": f"{address}{'&' if '?' in address else '?'}options={quote(options)}",
            "REDIS_URL": self.redis_url,
            "CHROMA_URL": self.chroma.url,
            "RAGPROXY_FILES_URL": f"s3://{BUCKET}/{schema}",
            **self._s3,
            **more,
        }

    def hang_up_on_redis_clients(self):
        """Cut every connection to Redis, ours included."""
        self._client.client_kill_filter(_type="normal", skipme=True)

    def close(self):
        self._stack.close()

    def _postgres(self):
        try:
            import psycopg
        except ImportError as err:
            raise Absent("the driver of PostgreSQL is not installed: pip install ragproxy[postgres]") from err
        self._connect = lambda: psycopg.connect(POSTGRES, autocommit=True, connect_timeout=3)
        try:
            with self._connect() as connection:
                self.versions.append(f"PostgreSQL {connection.info.server_version // 10_000}")
        except psycopg.OperationalError as err:
            where = POSTGRES.rpartition("@")[2]
            raise Absent(f"no PostgreSQL at {where} (RAGPROXY_TEST_POSTGRES)") from err

    def _drop(self, schema):
        with self._connect() as connection:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")

    def _redis(self):
        """A database of the server that is empty, and nobody else's until we are done."""
        try:
            import redis
        except ImportError as err:
            raise Absent("the client of Redis is not installed: pip install ragproxy[redis]") from err
        for number in range(15, 0, -1):
            client = redis.Redis.from_url(f"{REDIS}/{number}", socket_connect_timeout=3)
            try:
                if client.dbsize() == 0 and client.set("ragproxy-tests", os.getpid(), nx=True, ex=7200):
                    self._stack.callback(client.flushdb)
                    return f"{REDIS}/{number}", client
            except redis.RedisError as err:
                raise Absent(f"no Redis at {REDIS.rpartition('@')[2]} (RAGPROXY_TEST_REDIS)") from err
        raise Absent("no database of the Redis is empty")

    def _moto(self):
        try:
            import boto3  # noqa: F401 the servers' driver
            from moto.server import ThreadedMotoServer
        except ImportError as err:
            raise Absent("no S3 server: pip install moto[server] ragproxy[s3]") from err
        server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
        server.start()
        self._stack.callback(server.stop)
        host, port = server.get_host_and_port()
        url = f"http://{host}:{port}"
        requests.put(f"{url}/{BUCKET}", timeout=10).raise_for_status()
        self.versions.append("moto S3")
        return {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "us-east-1",
        }


class Machines:
    """Two web servers and some job workers over the same services, which look like one `Server`.

    With workers, the first web server has two processes.
    """

    def __init__(self, variables, folder, *, workers=2):
        self.variables = variables
        self.folder = folder
        with ThreadPoolExecutor(4) as starting:
            processes = ("2" if workers else "1", "1")
            servers = [starting.submit(self._server, f"web-{n}", number) for n, number in enumerate(processes)]
            self.workers_of_jobs = [starting.submit(self.worker, f"worker-{n}") for n in range(workers)]
            self.servers = [one.result() for one in servers]
            self.workers_of_jobs = [one.result() for one in self.workers_of_jobs]
        self._balancer = _Balancer([server.port for server in self.servers])
        self.port = self._balancer.port
        self.url = f"http://127.0.0.1:{self.port}"

    @property
    def workers(self):
        """The processes that serve."""
        return [pid for server in self.servers for pid in server.workers]

    def worker(self, name):
        """One more `ragproxy worker`, on a machine of that name."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        reading, writing = os.pipe()
        with (folder / "worker.log").open("w") as log, open(writing, "w") as stdout:
            process = start(["ragproxy", "worker"], environment(folder, **self.variables), stdout=stdout, stderr=log)
        process.stdout = os.fdopen(reading)
        assert "Ctrl-C stops it" in process.stdout.readline(), (folder / "worker.log").read_text()
        return process

    def _server(self, name, processes):
        return Server(self.folder / name, WEB_CONCURRENCY=processes, **self.variables)

    def run(self, *arguments, **more):
        """A command on yet another machine."""
        return ragproxy(*arguments, data_dir=self.folder / "operator", **self.variables, **more)

    def close(self):
        self._balancer.close()
        for process in self.workers_of_jobs:
            process.send_signal(signal.SIGTERM)
        for server in self.servers:
            server.close()
        for process in self.workers_of_jobs:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def client(server, **given):
    """The official client; each request has a connection of its own, and so another machine. Answers are read strictly."""
    limits = httpx.Limits(max_keepalive_connections=0)
    options = {"api_key": "sk-client", "max_retries": 0, "timeout": 60} | given
    return OpenAI(base_url=server.url + "/v1", http_client=httpx.Client(transport=Listening(limits=limits)), **options)


class _Balancer:
    """Hands connections to the servers in turn, byte for byte, and hangs up on either side when the other does."""

    def __init__(self, ports):
        self._ports = cycle(ports)
        self._listening = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listening.close()

    def _accept(self):
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._join, args=(client, next(self._ports)), daemon=True).start()

    def _join(self, client, port):
        with contextlib.suppress(OSError), client, socket.create_connection(("127.0.0.1", port)) as server:
            others = {client: server, server: client}
            while others:
                for side in select.select(list(others), [], [])[0]:
                    data = side.recv(1 << 16)
                    if not data:
                        return
                    others[side].sendall(data)


def wait_until(happened, timeout_s=60):
    until = time.monotonic() + timeout_s
    while not happened():
        assert time.monotonic() < until
        time.sleep(0.05)


def _version(package):
    from importlib.metadata import version

    return version(package)

"""Real servers for the end-to-end tests: gunicorn as the README starts it, on a free port and a folder of its own."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import requests

from ragproxy.settings import Settings
from tests import databases
from tests.warm import ROOT, Process, clean, suits

START_S = 30


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def environment(data_dir, **variables):
    """A clean environment: nothing of the machine's own settings reaches the server."""
    return {**clean(), "RAGPROXY_DATA_DIR": str(data_dir), **variables}


def ragproxy(*arguments, data_dir, check=True, timeout=120, warm=True, **variables):
    """Run the command line to its end; with `check`, to a good one. `warm=False` starts the interpreter too."""
    with tempfile.TemporaryFile("w+") as stdout, tempfile.TemporaryFile("w+") as stderr:
        process = start(
            ["ragproxy", *arguments], environment(data_dir, **variables), stdout=stdout, stderr=stderr, warm=warm
        )
        try:
            process.wait(timeout)
        finally:
            process.kill()
        outputs = [output.seek(0) or output.read() for output in (stdout, stderr)]
    ended = subprocess.CompletedProcess(arguments, process.returncode, *outputs)
    if check and ended.returncode:
        raise RuntimeError(f"ragproxy {arguments} ended with {ended.returncode}:\n{ended.stdout}{ended.stderr}")
    return ended


def start(arguments, env, *, warm=True, within=(), **options):
    """Start `python -m arguments`, as a copy of a process that has imported it where that comes to the same."""
    if warm and not within and suits(env):
        return Process(arguments, env=env, **options)
    command = [*within, sys.executable, "-m", *map(str, arguments)]
    return subprocess.Popen(command, env=env, cwd=ROOT, **options)


def migrated(data_dir):
    """Make the tables of a data folder, as `ragproxy migrate` does."""
    databases.migrated(Settings(data_dir=Path(data_dir)).database)


class Server:
    """A running gunicorn. `close` ends it as Ctrl-C in a terminal does; `kill` does not ask.

    `within` is a command that runs the command it is given; `warm=False` starts the interpreter too.
    """

    def __init__(self, data_dir, *, within=(), warm=True, **variables):
        self.port = int(variables.pop("PORT", 0)) or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.data_dir = Path(data_dir)
        self.log = self.data_dir / f"server-{self.port}.log"
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self.log.open("w") as log:
            self.process = start(
                ["gunicorn", "-c", "python:ragproxy.serving", "wsgi:app"],
                environment(data_dir, PORT=str(self.port), **variables),
                warm=warm,
                within=within,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._wait()

    def _wait(self):
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise RuntimeError(f"the server ended with {self.process.returncode}:\n{self.log.read_text()}")
            try:
                if requests.get(self.url + "/health", timeout=1).ok:
                    return
            except requests.RequestException:
                time.sleep(0.05)
        self.kill()
        raise RuntimeError(f"the server did not start in {START_S} s:\n{self.log.read_text()}")

    @property
    def workers(self):
        """The processes that serve: the children of gunicorn's master."""
        return [
            int(pid) for pid in Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        ]

    def metric(self, name):
        """A figure of /metrics that has no labels."""
        lines = requests.get(self.url + "/metrics", timeout=5).text.splitlines()
        return float(next(line for line in lines if line.startswith(name + " ")).split()[1])

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGINT)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.kill()
                raise

    def kill(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

"""Processes that need not start: each is a copy of one that has imported everything and done nothing else.

Importing is most of what a short command or a small server costs. A copy runs the module it is asked for as `python -m`
does, with an environment, files and a session of its own; what it lacks is the start, which some tests are about. It
is short at its end too: what it imported is not taken apart.
"""

import array
import atexit
import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_IMPORTED = (
    *("ragproxy.app", "ragproxy.cli", "ragproxy.worker", "gunicorn.app.wsgiapp", "gunicorn.workers.gthread"),
    *("chromadb.api.rust", "tantivy", "boto3", "redis", "ragproxy.worker.queue", "rich._emoji_codes"),
    *("sqlalchemy.dialects.sqlite", "sqlalchemy.dialects.postgresql.psycopg", "psycopg"),
    *("ragproxy.ingestion.loaders.markdown", "ragproxy.ingestion.loaders.tabular"),
)
_GREENLETS = ("gunicorn.workers.ggevent",)
_SERVER = "gunicorn"
_ORIGINALS, _GUARD = {}, threading.Lock()
_fork, _waitpid, _select = os.fork, os.waitpid, select.select  # as they are before gevent changes them
_READ_AT_START = ("PYTHON", "LC_", "TZ", "PROMETHEUS_")  # by the interpreter or a library, and only then


def clean():
    """The machine's own variables, without its settings."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "VIRTUAL_ENV") if name in os.environ}


def suits(variables):
    """Whether a copy would be what a new process is with these variables.

    Never without the kernel's pidfd, which only Linux has.
    """
    return hasattr(os, "pidfd_open") and not any(variable.startswith(_READ_AT_START) for variable in variables)


class Process:
    """`python -m arguments`, with the methods of `subprocess.Popen`; the outputs are open files."""

    def __init__(self, arguments, *, env, stdout, stderr, start_new_session=False):
        self.args = list(map(str, arguments))
        self.returncode = None
        self._told, theirs = socket.socketpair()
        asked = json.dumps({"arguments": self.args, "env": env, "session": start_new_session})
        with theirs:
            files = array.array("i", [stdout.fileno(), stderr.fileno(), theirs.fileno()])
            _original(_has_greenlets(self.args, env))[0].sendmsg(
                [asked.encode()], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, files)]
            )
        self.pid = self._hear()

    def poll(self):
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0)
        return self.returncode

    def wait(self, timeout=None):
        if self.returncode is None:
            self._told.settimeout(timeout)
            try:
                self.returncode = os.waitstatus_to_exitcode(self._hear())
            except (TimeoutError, BlockingIOError):
                raise subprocess.TimeoutExpired(self.args, timeout) from None
            self._told.close()
        return self.returncode

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self):
        self.send_signal(signal.SIGTERM)

    def kill(self):
        self.send_signal(signal.SIGKILL)

    def _hear(self):
        number = self._told.recv(4)
        assert number, "the process that is copied is gone"
        return int.from_bytes(number, "big")


def _has_greenlets(arguments, variables):
    """Whether gevent would patch the process: it has to do so before the rest is imported."""
    return arguments[0] == _SERVER and variables.get("RAGPROXY_WORKER_CLASS", "gevent") == "gevent"


def _original(greenlets):
    """A connection to one of this process's own originals, which end with it, and the original."""
    with _GUARD:  # some tests start several servers at once
        if greenlets not in _ORIGINALS:
            _ORIGINALS[greenlets] = _new_original(greenlets)
        return _ORIGINALS[greenlets]


def _new_original(greenlets):
    ours, theirs = socket.socketpair(type=socket.SOCK_SEQPACKET)
    with theirs:
        original = subprocess.Popen(
            [sys.executable, "-m", "tests.warm", str(theirs.fileno()), *["greenlets"] * greenlets],
            # numpy's OpenBLAS would start threads, and a copy has none but its own
            env=clean() | {"OPENBLAS_NUM_THREADS": "1"},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            pass_fds=[theirs.fileno()],
            start_new_session=True,  # Ctrl-C is for those who use it
        )
    return ours, original


def close():
    """End the originals, if there are any."""
    while _ORIGINALS:
        connection, original = _ORIGINALS.popitem()[1]
        connection.close()
        original.wait()


def _main(control, *greenlets):
    if greenlets:
        importlib.import_module("gevent.monkey").patch_all()
    for module in (*_IMPORTED, *_GREENLETS * len(greenlets)):
        with contextlib.suppress(ImportError):  # of what is optional
            importlib.import_module(module)
    gc.freeze()  # or each copy goes through all that was imported once more, when it ends
    threads = len(os.listdir("/proc/self/task"))
    assert threads == 1, "a copy would lack the other threads"
    if asked := _copied(control):
        _become(*asked)


def _copied(control):
    """Return in each copy, with what it was asked for and its files; in the original, when nobody can ask any more."""
    running = {}  # file descriptor of the process: its id, and where to tell its end
    while True:
        for ready in _select([control, *running], [], [])[0]:
            if ready is not control:
                pid, told = running.pop(ready)
                _tell(told, _waitpid(pid, 0)[1])
                _close(ready, told)
                continue
            asked, files, *_ = socket.recv_fds(control, 1 << 20, 3)
            if not asked:
                return None
            *outputs, told = files
            pid = _fork()
            if pid == 0:
                control.close()
                _close(told, *running, *(theirs for _, theirs in running.values()))
                return json.loads(asked), outputs
            _tell(told, pid)
            _close(*outputs)
            running[os.pidfd_open(pid)] = pid, told


def _become(asked, outputs):
    if "gevent" in sys.modules:
        sys.modules["gevent"].reinit()
    for number, output in enumerate(outputs, 1):
        os.dup2(output, number)
    _close(*outputs)
    if asked["session"]:
        os.setsid()
    os.environ.clear()
    os.environ.update(asked["env"])
    module, *sys.argv[1:] = asked["arguments"]
    code = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        code = end.code or 0
    if not isinstance(code, int):
        raise SystemExit(code)
    # as the interpreter ends, but for the time it takes to let go of every module
    threading._shutdown()
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except (OSError, ValueError):  # nobody reads: the interpreter says so
        raise SystemExit(code) from None
    os._exit(code & 0xFF)


def _tell(told, number):
    with contextlib.suppress(BrokenPipeError):  # who started it need not wait for it
        os.write(told, number.to_bytes(4, "big"))


def _close(*files):
    for file in files:
        os.close(file)


if __name__ == "__main__":
    _main(socket.socket(fileno=int(sys.argv[1])), *sys.argv[2:])

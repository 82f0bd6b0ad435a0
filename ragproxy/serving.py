"""gunicorn's configuration: `gunicorn -c python:ragproxy.serving wsgi:app`.

One process holds the embedded Chroma, and a greenlet a request is all the concurrency a stream needs. gevent's worker
makes greenlets of the threads: it patches the standard library before the application is imported, which is why this
module, imported before that, takes so little with it. Native calls that block go through `ragproxy.offload`. gthread
serves the same in threads.
"""

from __future__ import annotations

import gc
import logging
import os
import select
import signal
import socket
import sys
from collections import deque
from collections.abc import Callable
from functools import lru_cache, partial
from time import monotonic, time
from typing import Any

from gunicorn import util
from gunicorn.http import message, wsgi
from gunicorn.http.body import LengthReader
from gunicorn.http.wsgi import Response
from gunicorn.util import http_date

from ragproxy import __version__
from ragproxy.errors import ConfigError
from ragproxy.offload import A_MOMENT_S, TURN_S, give_way, is_late, send_all
from ragproxy.settings import from_env
from ragproxy.telemetry import forget_process, start_logging

NEXT_S = 0.05  # what a thread waits for the next request of a connection
_PIECES = 8  # of an answer, between two looks whether others wait
IDLE_S = 1.0  # what a connection may still wait for its next request when the server is stopping


def _threads() -> type:
    """gunicorn's worker with threads, whose threads wait a moment for the next request of the connection they have.

    It would give the connection back to the main thread after each, and that one give it to a thread again: four turns
    of the interpreter between two requests of a client that asks one after the other.
    """
    from gunicorn.workers.gthread import ThreadWorker

    class Threads(ThreadWorker):
        def handle(self, conn: Any) -> Any:
            """Serve the connection as long as requests follow each other and no other one lacks a thread."""
            while True:
                outcome = super().handle(conn)
                if outcome is not True or not self.alive or self.nr_conns > self.cfg.threads:
                    return outcome
                if not conn.parser.unreader.buf.getvalue() and not _comes(conn.sock):
                    return outcome

    return Threads


def _comes(client: socket.socket) -> bool:
    """Whether the next bytes or the end come in a moment."""
    poll = select.poll()
    poll.register(client, select.POLLIN)
    return bool(poll.poll(NEXT_S * 1000))


def _greenlets() -> type:
    """gunicorn's worker for gevent, with a stop that idle clients do not hold up. ConfigError when it is missing."""
    try:
        import gevent
        from gevent.hub import Waiter
        from gunicorn.workers.ggevent import GeventWorker
    except (ImportError, RuntimeError) as err:  # gunicorn's own word for a missing or an old one
        raise ConfigError(
            "RAGPROXY_WORKER_CLASS: gevent is not installed, or too old: pip install gevent, or set it to gthread"
        ) from err

    class Greenlets(GeventWorker):
        """Idle clients do not hold up its end, as they would gunicorn's, nor many that come at once the streams."""

        def __init__(self, *args: Any, **kwargs: Any) -> None:
            super().__init__(*args, **kwargs)
            self.waiting: dict[Any, float] = {}  # the greenlets of connections, and since when
            self._entrance: deque[Any] = deque()  # the turns of requests that are yet to begin
            self._opener: Any = None  # the timer that lets them

        def handle_request(self, *args: Any) -> Any:
            """As its parent, when it is this request's turn: of many that come at once, all would begin in a row.

            Streams would wait for that, a millisecond and more for each.
            """
            if self._entrance or is_late():
                turn = Waiter()
                self._entrance.append(turn)
                self._open_soon()
                turn.get()
            return super().handle_request(*args)

        def _open_soon(self) -> None:
            if self._opener is None:
                self._opener = gevent.get_hub().loop.timer(A_MOMENT_S)
                self._opener.start(self._open)

        def _open(self) -> None:
            """Let some begin: for TURN_S, or as long as all others had before, so that nobody waits for ever."""
            self._opener.close()
            self._opener = None
            begun = time()
            until = begun + max(TURN_S, begun - gevent.get_hub().loop.now())
            while self._entrance and time() < until:
                self._entrance.popleft().switch(None)
            if self._entrance:
                self._open_soon()

        def timeout_ctx(self) -> _Waiting:
            """Around the wait for a connection's next request."""
            return _Waiting(self.waiting, gevent.getcurrent())

        def notify(self) -> None:
            """As its parent, which calls it every second."""
            super().notify()
            self._look_around()

        def handle_exit(self, sig: int, frame: Any) -> None:
            super().handle_exit(sig, frame)
            gevent.spawn_later(IDLE_S, self._look_around)

        def _look_around(self) -> None:
            # in the hub: there, who is told to end is waiting, and has not been woken by a request meanwhile
            gevent.get_hub().loop.run_callback(self._dismiss)

        def _dismiss(self) -> None:
            """End the connections that wait too long: a timer for each wait costs a hundredth of a request."""
            until = monotonic() - (self.cfg.keepalive if self.alive else IDLE_S)
            for greenlet in [greenlet for greenlet, since in self.waiting.items() if since <= until]:
                greenlet.throw(_Idle)

    return Greenlets


class _Idle(BaseException):
    """A client has sent nothing for too long."""


class _Waiting:
    """The context in which a greenlet waits for a request."""

    def __init__(self, waiting: dict[Any, float], greenlet: Any) -> None:
        self._waiting, self._greenlet = waiting, greenlet

    def __enter__(self) -> None:
        self._waiting[self._greenlet] = monotonic()

    def __exit__(self, kind: type[BaseException] | None, *_: Any) -> bool:
        del self._waiting[self._greenlet]
        return kind is _Idle


class _Kept:
    """In the place of a client's socket: what would be sent."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.sendall = self.sent.append


class _Answer(Response):
    """gunicorn's, sent with the fewest calls: its head together with the first piece, and every further one by itself.

    Of a stream nearly all the time is spent in such calls.
    """

    sock: Any
    _pieces = 0

    def write(self, arg: bytes) -> None:
        """As its parent."""
        if not self.headers_sent:
            client, self.sock = self.sock, _Kept()
            try:
                super().write(arg)
                send_all(client, b"".join(self.sock.sent))
            finally:
                self.sock = client
        elif arg and self.chunked and not self._omits_body:
            self.sent += len(arg)
            send_all(self.sock, b"%X\r\n%b\r\n" % (len(arg), arg))
        else:
            super().write(arg)
        self._pieces += 1
        if self._pieces % _PIECES == 0:
            give_way()


class _Exact(LengthReader):
    """gunicorn's, but the client is asked for no more than whoever reads wants.

    What would be read ahead, up to a MiB, is copied at every read: nine tenths of what a large upload took.
    """

    unreader: Any
    length: int

    def read(self, size: int) -> bytes:
        """As its parent."""
        size = min(self.length, size)
        data: bytes = self.unreader.read(size) if size > 0 else b""
        self.length -= size
        return data


@lru_cache(maxsize=1)
def _date(second: int) -> str:
    return str(http_date(second))


wsgi.Response = _Answer
util.http_date = lambda timestamp=None: _date(int(time() if timestamp is None else timestamp))
message.LengthReader = _Exact

try:
    _settings = from_env()
    worker_class = _greenlets() if _settings.worker_class == "gevent" else _threads()
except ConfigError as _error:
    sys.stderr.write(f"ragproxy cannot start. {_error.message}\n")
    raise SystemExit(1) from None

bind = _settings.address
workers = _settings.workers
threads = _settings.threads
worker_connections = 2 * threads
backlog = 2048
keepalive = 30
timeout = 120
graceful_timeout = 30
preload_app = False  # Chroma opened before a fork hangs in the child
accesslog = None
loglevel = "warning"
control_socket_disable = True
forwarded_allow_ips = ""  # whose word counts is said by RAGPROXY_TRUSTED_PROXIES, to the application
limit_request_line = 8190
limit_request_field_size = 16_384  # tokens that list many groups are long
proc_name = "ragproxy"
_CYCLES = 10_000  # objects that are new since they were last looked through
# a look through the old ones too holds up every stream, by 150 ms where there are 300, and finds next to nothing: it is
# made a tenth as often as Python would
_SELDOM = 100
_PARTING_S = 6  # of the master's patience, for what a worker does when its requests have ended


def post_worker_init(worker: Any) -> None:
    """Make Ctrl-C quick and safe in the worker, whatever streams it is sending.

    gunicorn's own handler takes the lock of its thread pool, which the thread it interrupts may be holding already,
    and after it the interpreter waits for every request; the master would kill such a worker only after 30 s. Under
    gevent a handler runs in any greenlet, and that of a request would swallow the exit: it is the main one's.
    """
    end = _end_of_main_greenlet() if _settings.worker_class == "gevent" else _end

    def hurry(*_: Any) -> None:
        signal.signal(signal.SIGQUIT, signal.SIG_IGN)
        worker.in_a_hurry = True
        end()

    # the master kills those that are not gone by its own limit: ours has to be earlier, so that what streams that go
    # on too long have consumed is still written down
    worker.cfg.set("graceful_timeout", max(1, worker.cfg.graceful_timeout - _PARTING_S))
    # from here on nobody sets one: as plain attributes they are found in a tenth of the time, for each request
    vars(worker.cfg).update({name: setting.get() for name, setting in worker.cfg.settings.items()})
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a terminal sends it to everybody; the master's SIGQUIT follows
    signal.signal(signal.SIGQUIT, hurry)
    # what is there by now stays: to look through all of it again and again took a tenth of the time of busy streams;
    # and what a request leaves in cycles can wait for that of others
    gc.collect()
    gc.freeze()
    gc.set_threshold(_CYCLES, 10, _SELDOM)


def _end() -> None:
    raise SystemExit(0)


def _end_of_main_greenlet() -> Callable[[], None]:
    """What ends the greenlet that calls this."""
    import gevent

    return partial(gevent.kill, gevent.getcurrent(), SystemExit(0))


def when_ready(server: Any) -> None:
    """Say where the server listens: platforms start it without a terminal that was told."""
    start_logging(_settings.log_level, content=_settings.log_content)
    logging.getLogger("ragproxy.serving").info(
        "listening",
        extra={
            "version": __version__,
            "address": f"http://{_settings.address}",
            "processes": _settings.workers,
            "auth": ",".join(sorted(_settings.auth)),
            "vectors": "embedded" if _settings.chroma_url is None else "server",
        },
    )


def worker_exit(server: Any, worker: Any) -> None:
    """Let go of the data directory and the indexes when a worker ends."""
    app = getattr(worker, "wsgi", None)
    if app is not None and "ragproxy" in getattr(app, "extensions", {}):
        from ragproxy.app import leave  # here and not above: the master has no need of the application

        leave(app)
    if getattr(worker, "in_a_hurry", False):
        os._exit(0)


def child_exit(server: Any, worker: Any) -> None:
    """Forget the gauges of a dead worker when several share their metrics."""
    if _settings.metrics_dir is not None:
        forget_process(_settings.metrics_dir, worker.pid)

"""`ragproxy worker`: the process that works in the background when the web processes do not."""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from types import FrameType

import click

from ragproxy import __version__
from ragproxy.errors import ConfigError
from ragproxy.settings import Settings, from_env


@click.command()
@click.pass_obj
def worker(environ: Mapping[str, str]) -> None:
    """Index files and answer batches for web processes. Needs REDIS_URL and CHROMA_URL; else the server does it."""
    settings = from_env(environ)
    _check_scaled(settings)
    # here and not above: no other command needs the application, and Flask takes its time
    from ragproxy.app import background

    ended = _end_of_signals()
    with background(settings) as jobs:
        click.echo(f"ragproxy {__version__} indexes files and answers batches for web processes (Ctrl-C stops it).")
        jobs.run(ended)


def _check_scaled(settings: Settings) -> None:
    if not settings.redis_url:
        raise ConfigError(
            "REDIS_URL: a worker waits for calls from a Redis, and none is set; "
            "there is nothing to start, the server indexes files itself"
        )
    if not settings.chroma_url:
        raise ConfigError(
            "CHROMA_URL: the embedded Chroma lives in the server's own process, which therefore indexes files itself; "
            "set CHROMA_URL to a Chroma server to do it in workers"
        )


def _end_of_signals() -> threading.Event:
    """Set by the first SIGTERM or SIGINT; the second ends the process as it always does."""
    ended = threading.Event()

    def end(signum: int, _frame: FrameType | None) -> None:
        signal.signal(signum, signal.SIG_DFL)
        ended.set()

    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, end)
    return ended

"""`ragproxy worker`: the process that indexes when the web processes do not."""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from contextlib import closing
from types import FrameType

import click

from ragproxy import __version__, telemetry
from ragproxy.errors import ConfigError
from ragproxy.services import build
from ragproxy.settings import Settings, from_env


@click.command()
@click.pass_obj
def worker(environ: Mapping[str, str]) -> None:
    """Index files for web processes. Needs REDIS_URL and CHROMA_URL; without them the server does it."""
    settings = from_env(environ)
    _check_scaled(settings)
    telemetry.start_logging(settings.log_level, content=settings.log_content)
    with closing(build(settings)) as services:
        ended = _end_of_signals()
        services.models.start()
        click.echo(f"ragproxy {__version__} indexes the files that web processes are given (Ctrl-C stops it).")
        services.jobs.run(ended)


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

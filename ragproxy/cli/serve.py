"""`ragproxy serve` and `ragproxy migrate`: prepare the data, then become gunicorn."""

from __future__ import annotations

import errno
import ipaddress
import os
import shlex
import socket
import sys
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path

import click

from ragproxy import __version__
from ragproxy.cli.context import CALLER, QUESTION, curl, held, is_embedded, opened, printable, reachable
from ragproxy.cli.documents import Tally, find_or_create
from ragproxy.errors import ConfigError, UnknownStore
from ragproxy.ingestion import sync
from ragproxy.retrieval import HashEmbedder
from ragproxy.services import Services
from ragproxy.settings import Settings, from_env
from ragproxy.state import migrate as bring_up_to_date

STORE = "default"
GUIDE = Path(__file__).resolve().parents[2] / "docs" / "guide"  # of a checkout; an installed package has none
GUNICORN = ("-m", "gunicorn", "-c", "python:ragproxy.serving", "ragproxy.app:application()")


@click.command()
@click.option("--host", help="Address to listen on, in place of HOST.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on, in place of PORT.")
@click.pass_obj
def serve(environ: Mapping[str, str], host: str | None, port: int | None) -> None:
    """Serve over HTTP. The first start indexes the user guide."""
    given = {"HOST": host, "PORT": None if port is None else str(port)}
    environ = {**environ, **{variable: value for variable, value in given.items() if value is not None}}
    settings = from_env(environ)
    with opened(settings, migrating=True) as services:
        _check_port(settings)
        seed(services)
        _mention_embedders(services)
    _greet(settings)
    sys.stdout.flush()
    # the same process goes on: signals and the exit code are gunicorn's own
    os.execvpe(sys.executable, [sys.executable, *GUNICORN], environ)


@click.command()
@click.pass_obj
def migrate(environ: Mapping[str, str]) -> None:
    """Bring the database up to date. An empty one gets its tables."""
    settings = from_env(environ)
    with held(settings) if is_embedded(settings) else nullcontext():
        bring_up_to_date(settings.database)
    click.echo("The database is up to date.")


def seed(services: Services, guide: Path = GUIDE) -> None:
    """Index the user guide when there is no default store yet, or when that was interrupted."""
    unfinished = services.settings.data_dir / "seeding"
    try:
        services.state.stores.find(STORE, owner=CALLER.owner)
        if not unfinished.exists():
            return
    except UnknownStore:
        pass
    if not guide.is_dir():
        click.echo("There is no user guide beside the package to index; add documents with `ragproxy ingest`.")
        return
    unfinished.touch()
    tally = Tally()
    store = find_or_create(services.state, STORE)
    for outcome in sync(services.ingestor, store, [guide], prune=False):
        tally.add(outcome)
    unfinished.unlink()
    click.echo(f"The user guide is in the vector store '{STORE}': {tally}")


def _mention_embedders(services: Services) -> None:
    """Vectors of another embedder cannot be searched by ours; making them anew is the user's decision."""
    configured = services.settings.embedding_model or HashEmbedder.name
    for store in services.state.stores.list(owner=CALLER.owner):
        used = services.index.embedder_of(store.id)
        if used not in (None, configured):
            name = printable(store.name)
            click.secho(
                f"'{name}' was indexed with the embedder '{used}', and '{configured}' is configured: "
                f"run `ragproxy reindex {shlex.quote(name)}`",
                fg="yellow",
                err=True,
            )


def _check_port(settings: Settings) -> None:
    """ConfigError when we cannot listen there; gunicorn would say it after many retries."""
    host = settings.host.strip("[]")
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as err:
        if err.errno == errno.EADDRINUSE:
            raise ConfigError(
                f"PORT: {settings.host}:{settings.port} is taken by another program; "
                "choose another port with PORT or --port"
            ) from err
        if err.errno == errno.EACCES:
            raise ConfigError(f"PORT: {settings.port} is not ours to take; choose one above 1023") from err
        raise ConfigError(f"HOST: cannot listen on '{settings.host}': {err.strerror}") from err


def _greet(settings: Settings) -> None:
    address = f"http://{settings.host}:{settings.port}"
    click.echo(f"ragproxy {__version__} serves {address} (Ctrl-C stops it).")
    if settings.playground:
        click.echo(f"Ask in a browser at {reachable(address)}/, or with:")
    else:
        click.echo("Try:")
    click.echo(f"  {curl(reachable(address), QUESTION, settings)}")
    if "open" not in settings.auth:
        return
    if _is_loopback(settings.host):
        click.secho("Any key is accepted (RAGPROXY_AUTH=open), from this machine alone.", fg="yellow", err=True)
    else:
        click.secho(
            f"WARNING: RAGPROXY_AUTH=open, and the server listens on {settings.host}: whoever reaches this machine can "
            "read the documents. Set RAGPROXY_AUTH=keys and RAGPROXY_ADMIN_KEY.",
            fg="red",
            bold=True,
            err=True,
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"

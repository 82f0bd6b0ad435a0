"""`ragproxy ingest`: files and folders into a vector store, here or on a server."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import click

from ragproxy.cli.context import CALLER, opened, printable
from ragproxy.cli.progress import progress
from ragproxy.cli.remote import Remote, connect, remote_options
from ragproxy.cli.sending import RemoteFolders, find_or_create_store
from ragproxy.domain import Outcome, Store
from ragproxy.errors import UnknownStore
from ragproxy.ingestion import FolderIndex, scan, sync
from ragproxy.settings import Settings, from_env
from ragproxy.state import State

STATUSES = ("added", "changed", "unchanged", "removed", "failed")


@dataclass
class Tally:
    """What an ingestion has come to."""

    files: Counter[str] = field(default_factory=Counter)  # by status
    chunks: int = 0
    failures: list[Outcome] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def add(self, outcome: Outcome) -> None:
        """Count one file."""
        self.files[outcome.status] += 1
        if outcome.status in ("added", "changed"):
            self.chunks += outcome.chunks
        if outcome.status == "failed":
            self.failures.append(outcome)

    @property
    def seconds(self) -> float:
        """Since it began."""
        return max(time.monotonic() - self.began, 0.001)

    def __str__(self) -> str:
        counts = ", ".join(f"{self.files[status]} {status}" for status in STATUSES)
        return f"{counts}: {self.chunks} chunks in {self.seconds:.1f} s ({self.chunks / self.seconds:.0f} chunks/s)"


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--store", default="default", show_default=True, help="Vector store to fill; made when it is absent.")
@click.option("--prune", is_flag=True, help="Remove the files that are no longer there.")
@remote_options
@click.pass_context
def ingest(
    ctx: click.Context, paths: tuple[Path, ...], store: str, prune: bool, url: str | None, api_key: str | None
) -> None:
    """Index files and folders. Those that have not changed are left as they are.

    A server that holds the data is given them over HTTP; without one, the data is opened.
    """
    tally = Tally()
    settings = from_env(ctx.obj)
    remote = connect(settings, url, api_key)
    with _destination(settings, remote, store) as (index, target), progress("files") as bar:
        total = len(scan(paths))
        bar.step(0, total)
        for outcome in sync(index, target, paths, prune=prune):
            tally.add(outcome)
            bar.step(tally.files.total() - tally.files["removed"], total, _pace(tally))
            _tell(outcome)
    _conclude(tally, target)
    if tally.failures:
        ctx.exit(1)


@contextmanager
def _destination(settings: Settings, remote: Remote | None, store: str) -> Iterator[tuple[FolderIndex, Store]]:
    """Where the files go, and the store of that name or id there, made when it is absent."""
    if remote is None:
        with opened(settings) as services:
            yield services.ingestor, find_or_create(services.state, store)
    else:
        with remote:
            found = find_or_create_store(remote, store)
            target = Store(found["id"], found["name"], CALLER.owner, version=0, created=found["created_at"])
            yield RemoteFolders(remote, file_limit_bytes=settings.file_limit_mb << 20), target


def find_or_create(state: State, store: str) -> Store:
    """The caller's store of that name or id, made when it is absent."""
    try:
        return state.stores.find(store, owner=CALLER.owner)
    except UnknownStore:
        return state.stores.named(store, owner=CALLER.owner)


def _pace(tally: Tally) -> str:
    failed = f", {len(tally.failures)} failed" if tally.failures else ""
    return f"{tally.chunks} chunks, {tally.chunks / tally.seconds:.0f} chunks/s{failed}"


def _tell(outcome: Outcome) -> None:
    """One line a file that changed something, for logs; on a terminal the bar says enough."""
    if not sys.stdout.isatty() and outcome.status in ("added", "changed", "removed"):
        click.echo(f"{outcome.status} {_name(outcome)} ({outcome.chunks} chunks)")


def _conclude(tally: Tally, store: Store) -> None:
    click.echo(f"'{printable(store.name)}': {tally}")
    for number, outcome in enumerate(sorted(tally.failures, key=lambda outcome: outcome.path)):
        if number == 0:
            click.echo("Not indexed:", err=True)
        click.echo(f"  {_name(outcome)}: {printable(outcome.reason or '')}", err=True)


def _name(outcome: Outcome) -> str:
    return printable(str(outcome.path))
